package pix

import "fmt"

// Prep says how a photograph becomes a model's input. It is kept in the model
// file, so that a query is prepared as the training pictures were.
type Prep struct {
	W    int  `json:"w"` // the input's size
	H    int  `json:"h"`
	DX   int  `json:"dx"`             // columns taken off the left and off the right
	DY   int  `json:"dy"`             // rows taken off the top and off the bottom
	Auto bool `json:"auto"`           // choose the crop by the picture's size; DX and DY do not count
	Wide bool `json:"wide,omitempty"` // with Auto: leave LFW's faces their surroundings
}

// Labeled Faces in the Wild comes as squares of 250 with the face in the middle;
// 80 off each side leaves the face, 35 the head with as much around it as a
// portrait has.
const (
	lfwSide = 250
	lfwCrop = 80
	lfwWide = 35
)

// Apply returns the picture as a W x H input. One that has that size already is
// taken as it is: the result is m itself then, and shares its pixels. Else it is
// cropped and resized. The crop is DX and DY off the sides, or, with Auto, 80
// off each side of a picture of 250x250 (35 with Wide) and the largest centred
// square of any other. Sides below 1 and a crop that leaves nothing are errors.
func (p Prep) Apply(m *Image) (*Image, error) { return p.apply(m) }

// Decode is [Decode] and [Prep.Apply] in one for the file data, and gives the same
// bytes and errors. Of a JPEG it converts only what the crop keeps. w and h are the
// size of the whole picture.
func (p Prep) Decode(data []byte) (m *Image, w, h int, err error) {
	decoded, turn, err := open(data, MaxPixels)
	if err != nil {
		return nil, 0, 0, err
	}
	if turn != 1 { // crops are meant for the upright picture
		decoded = upright(whole(decoded), turn)
	}
	w, h = decoded.size()
	m, err = p.apply(decoded)
	return m, w, h, err
}

// Keeps is how much of a picture of w x h the preparation keeps before it resizes
// it; 0 x 0 when nothing is left.
func (p Prep) Keeps(w, h int) (int, int) {
	dx, dy := p.DX, p.DY
	switch {
	case w == p.W && h == p.H:
		return w, h
	case !p.Auto:
	case w == lfwSide && h == lfwSide:
		dx, dy = lfwCrop, lfwCrop
		if p.Wide {
			dx, dy = lfwWide, lfwWide
		}
	default:
		return min(w, h), min(w, h)
	}
	if checkCrop(dx, dy, w, h) != nil {
		return 0, 0
	}
	return w - 2*dx, h - 2*dy
}

func (p Prep) apply(src picture) (*Image, error) {
	if p.W < 1 || p.H < 1 || int64(p.W) > MaxPixels/int64(p.H) {
		return nil, fmt.Errorf("cannot prepare a picture as %dx%d", p.W, p.H)
	}
	w, h := src.size()
	if w == p.W && h == p.H {
		return whole(src), nil
	}
	dx, dy := p.DX, p.DY
	switch {
	case !p.Auto:
	case w == lfwSide && h == lfwSide:
		dx, dy = lfwCrop, lfwCrop
		if p.Wide {
			dx, dy = lfwWide, lfwWide
		}
	default:
		side := min(w, h)
		return src.rgb((w-side)/2, (h-side)/2, side, side).Resize(p.W, p.H), nil
	}
	if err := checkCrop(dx, dy, w, h); err != nil {
		return nil, err
	}
	return src.rgb(dx, dy, w-2*dx, h-2*dy).Resize(p.W, p.H), nil
}
