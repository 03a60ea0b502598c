package pix

import (
	"context"
	"errors"
	"fmt"
	"image"
	"syscall"

	"likeness/internal/regularfile"
	"likeness/parallel"
)

// Prep describes how a photograph is prepared as a model's input. The model file holds it,
// so that queries are prepared as the training pictures were.
type Prep struct {
	W    int  `json:"w"` // the input's size
	H    int  `json:"h"`
	DX   int  `json:"dx"`             // columns removed at the left and at the right
	DY   int  `json:"dy"`             // rows removed at the top and at the bottom
	Auto bool `json:"auto"`           // choose the crop by the picture's size; DX and DY are ignored
	Wide bool `json:"wide,omitempty"` // with Auto: crop LFW's photographs less tightly
	// Around adds a margin of 13/90 of the crop's sides on every side.
	Around bool `json:"around,omitempty"`
}

// Pictures of Labeled Faces in the Wild are squares of 250 pixels with the face in the
// middle. Removing 80 at each side leaves the face, removing 35 the head with as much
// around it as in a portrait.
const (
	lfwSide = 250
	lfwCrop = 80
	lfwWide = 35
)

// IsLFWSize reports whether a size is that of LFW's photographs, of which Prep.Auto takes
// LFW's crop.
func IsLFWSize(w, h int) bool { return w == lfwSide && h == lfwSide }

// LFW's crop is 90 wide. With 13 more on every side, 116 pixels of the photograph, no
// pixel is missing of a face that is moved, rotated and scaled a little.
const (
	aroundCrop   = 90
	aroundMargin = 13
)

// Surroundings returns the preparation of pictures that a training run can move, rotate
// and scale to pictures of p: the same crop with a margin, at LFW's own resolution or
// twice the size of p.
func (p Prep) Surroundings() Prep {
	grow := func(n int) int {
		n = max(2*n, aroundCrop)
		return n + 2*margin(n)
	}
	p.W, p.H, p.Around = grow(p.W), grow(p.H), true
	return p
}

// margin returns the margin of a side of a crop.
func margin(side int) int { return (side*aroundMargin + aroundCrop/2) / aroundCrop }

// Apply returns the picture as a W x H input. A picture of that size is returned itself.
// Others are cropped and resized. The crop removes DX and DY at the sides or, with Auto,
// 80 pixels at each side of a picture of 250x250 (35 with Wide), and is the largest
// centred square of any other picture. Sides below 1 and a crop that leaves nothing are
// errors. With Around the crop then gets its margin, also in a picture of the input's
// size; beyond the picture its edge is repeated.
func (p Prep) Apply(m *Image) (*Image, error) { return p.apply(m) }

// Decode is [Decode] and [Prep.Apply] in one, with the same bytes and errors. Of a JPEG it
// converts only the pixels that the crop keeps. w and h are the size of the whole
// picture.
func (p Prep) Decode(data []byte) (m *Image, w, h int, err error) {
	images, errs, w, h := Prepare(data, p)
	return images[0], w, h, errs[0]
}

// Prepare decodes the file data once and applies each preparation to it; images[i] and
// errs[i] are what Decode of preps[i] returns. w and h are the size of the whole picture.
func Prepare(data []byte, preps ...Prep) (images []*Image, errs []error, w, h int) {
	images, errs = make([]*Image, len(preps)), make([]error, len(preps))
	decoded, err := open(data, MaxPixels)
	if err != nil {
		for i := range errs {
			errs[i] = err
		}
		return images, errs, 0, 0
	}
	w, h = decoded.size()
	for i, p := range preps {
		images[i], errs[i] = p.apply(decoded)
	}
	return images, errs, w, h
}

// Open reads a picture file and prepares it. The error names the file.
func (p Prep) Open(path string) (*Image, error) { return p.OpenContext(context.Background(), path) }

// OpenContext is [Prep.Open] for work that runs beside other work: it waits until the
// context's memory, see [parallel.WithMemory], has room for the pixels.
func (p Prep) OpenContext(ctx context.Context, path string) (*Image, error) {
	data, err := regularfile.Read(path, MaxFileBytes)
	if errors.Is(err, syscall.EISDIR) {
		return nil, fmt.Errorf("%s is a folder, expected a picture", path)
	} else if err != nil {
		return nil, err
	}
	release, err := parallel.Reserve(ctx, Memory(data))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer release()
	m, _, _, err := p.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Keeps returns the size of the crop of a picture of w x h, before it is resized; 0 x 0
// when nothing is left.
func (p Prep) Keeps(w, h int) (int, int) {
	if w == p.W && h == p.H {
		return w, h
	}
	r, err := p.crop(w, h)
	if err != nil {
		return 0, 0
	}
	return r.Dx(), r.Dy()
}

// crop returns the part that is kept of a picture of w x h.
func (p Prep) crop(w, h int) (image.Rectangle, error) {
	dx, dy := p.DX, p.DY
	switch {
	case p.Auto && !IsLFWSize(w, h):
		side := min(w, h)
		x, y := (w-side)/2, (h-side)/2
		return image.Rect(x, y, x+side, y+side), nil
	case p.Auto && p.Wide:
		dx, dy = lfwWide, lfwWide
	case p.Auto:
		dx, dy = lfwCrop, lfwCrop
	}
	if err := checkCrop(dx, dy, w, h); err != nil {
		return image.Rectangle{}, err
	}
	return image.Rect(dx, dy, w-dx, h-dy), nil
}

func (p Prep) apply(src picture) (*Image, error) {
	if p.W < 1 || p.H < 1 || int64(p.W) > MaxPixels/int64(p.H) {
		return nil, fmt.Errorf("cannot prepare a picture as %dx%d", p.W, p.H)
	}
	w, h := src.size()
	if w == p.W && h == p.H && !p.Around {
		return whole(src), nil
	}
	r, err := p.crop(w, h)
	if err != nil {
		return nil, err
	}
	return p.cut(src, r.Min.X, r.Min.Y, r.Dx(), r.Dy()), nil
}

// cut resizes a rectangle of the picture, with Around a larger one.
func (p Prep) cut(src picture, x, y, w, h int) *Image {
	if !p.Around {
		return src.rgb(x, y, w, h).Resize(p.W, p.H)
	}
	mx, my := margin(w), margin(h)
	all, high := src.size()
	left, top := max(x-mx, 0), max(y-my, 0)
	right, bottom := min(x+w+mx, all), min(y+h+my, high)
	m := src.rgb(left, top, right-left, bottom-top)
	return m.extend(left-(x-mx), top-(y-my), w+2*mx, h+2*my).Resize(p.W, p.H)
}

// extend puts the picture at (x, y) of a larger one and repeats its edges.
func (m *Image) extend(x, y, w, h int) *Image {
	if m.W == w && m.H == h {
		return m
	}
	dst := New(w, h)
	for r := range h {
		row := m.Pix[min(max(r-y, 0), m.H-1)*m.W*3:][:m.W*3]
		for c := range w {
			copy(dst.Pix[(r*w+c)*3:][:3], row[min(max(c-x, 0), m.W-1)*3:])
		}
	}
	return dst
}
