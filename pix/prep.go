package pix

import (
	"context"
	"fmt"
	"image"
)

// Prep describes how a photograph is prepared as a model's input. The model file holds it,
// so that queries are prepared as the training pictures were.
//
// It crops one of these: the rectangle Rect; the largest centred square (Square); with Auto
// the face; else what DX and DY leave. A crop of the face is the same part of the [Frame]
// around it, whatever the picture's size: see [Prep.ApplyTo].
type Prep struct {
	W    int  `json:"w"` // the input's size
	H    int  `json:"h"`
	DX   int  `json:"dx"`             // columns removed at the left and at the right
	DY   int  `json:"dy"`             // rows removed at the top and at the bottom
	Auto bool `json:"auto"`           // crop the face; DX and DY are ignored
	Wide bool `json:"wide,omitempty"` // with Auto: crop less tightly, the head in place of the face
	// Whole takes, with Auto, every picture's largest centred square for the frame of its face, as LFW's pictures are.
	Whole bool `json:"whole,omitempty"`
	// Template is, with Auto, ArcFace for the crop that usual recognisers take of a face, by its landmarks.
	Template string `json:"template,omitempty"`

	Square bool `json:"square,omitempty"` // crop the largest centred square
	Rect   Rect `json:"rect,omitzero"`    // crop this rectangle
	// Around adds a margin of 13/90 of the crop's sides on every side.
	Around bool `json:"around,omitempty"`
}

// Rect is a rectangle in a picture, in pixels.
type Rect struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Pictures of Labeled Faces in the Wild are squares of 250 pixels with the face in the
// middle: each is the frame of its face. Removing 80 at each side leaves the face, removing
// 35 the head with as much around it as in a portrait.
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

// FollowsFace reports whether the crop follows the face, so that somebody has to say where
// that is: by ApplyTo, or by Apply for pictures of LFW.
func (p Prep) FollowsFace() bool { return p.Auto && !p.Whole && !p.Square && p.Rect == (Rect{}) }

// Squared returns the preparation that crops the largest centred square in place of what p
// crops.
func (p Prep) Squared() Prep { return Prep{W: p.W, H: p.H, Square: true, Around: p.Around} }

// Apply returns the picture as a W x H input. A picture of that size is returned itself,
// unless Rect or Whole ask for a part of it. Others are cropped and resized. Where the crop
// follows the face, Apply takes what it should of a picture of LFW, 250x250: it removes 80
// pixels at each side (35 with Wide); any other picture is taken for a portrait, of which
// the largest centred square is kept. Sides below 1 and a crop that leaves nothing or lies
// outside are errors. With Around the crop then gets its margin, also in a picture of the
// input's size; beyond the picture its edge is repeated.
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
	photo, err := DecodePhoto(data)
	if err != nil {
		for i := range errs {
			errs[i] = err
		}
		return images, errs, 0, 0
	}
	for i, p := range preps {
		images[i], errs[i] = p.Of(photo)
	}
	w, h = photo.Size()
	return images, errs, w, h
}

// Open reads a picture file and prepares it. The error names the file.
func (p Prep) Open(path string) (*Image, error) { return p.OpenContext(context.Background(), path) }

// OpenContext is [Prep.Open] for work that runs beside other work: it waits until the
// context's memory, see [parallel.WithMemory], has room for the pixels.
func (p Prep) OpenContext(ctx context.Context, path string) (*Image, error) {
	var m *Image
	err := WithPhoto(ctx, path, func(photo *Photo) (err error) {
		m, err = p.Of(photo)
		return err
	})
	return m, err
}

// Keeps returns the size of the crop of a picture of w x h, before it is resized; 0 x 0
// when nothing is left.
func (p Prep) Keeps(w, h int) (int, int) {
	if w == p.W && h == p.H && !p.partOfReady() {
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
	case p.Rect != (Rect{}):
		r := p.Rect
		// Compared without sums, so that no number however large overflows.
		if r.X < 0 || r.Y < 0 || r.W < 1 || r.H < 1 || r.W > w || r.H > h || r.X > w-r.W || r.Y > h-r.H {
			return image.Rectangle{}, fmt.Errorf("the rectangle of %dx%d at (%d, %d) does not lie inside a %dx%d picture", r.W, r.H, r.X, r.Y, w, h)
		}
		return image.Rect(r.X, r.Y, r.X+r.W, r.Y+r.H), nil
	case p.Square, p.Auto && !p.Whole && !IsLFWSize(w, h):
		return centred(w, h, min(w, h)), nil
	case p.Auto && !p.Whole && p.Template == ArcFace: // where LFW's faces have it
		f := LFWFrame(w, h).template()
		side := int(f.Side + 0.5)
		x, y := int(f.X-f.Side/2+0.5), int(f.Y-f.Side/2+0.5)
		return image.Rect(x, y, x+side, y+side), nil
	case p.Auto && p.Whole:
		side := min(w, h)
		return centred(w, h, max(1, (side*p.shown()+lfwSide/2)/lfwSide)), nil
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

// centred returns the square of the given side in the middle of a picture of w x h.
func centred(w, h, side int) image.Rectangle {
	x, y := (w-side)/2, (h-side)/2
	return image.Rect(x, y, x+side, y+side)
}

// shown returns how many of the 250 pixels of a picture of LFW a crop of the face keeps.
func (p Prep) shown() int {
	if p.Wide {
		return lfwSide - 2*lfwWide
	}
	return lfwSide - 2*lfwCrop
}

// partOfReady reports whether also a picture of the input's size is cropped.
func (p Prep) partOfReady() bool { return p.Around || p.Rect != (Rect{}) || p.Auto && p.Whole }

func (p Prep) apply(src picture) (*Image, error) {
	if p.W < 1 || p.H < 1 || int64(p.W) > MaxPixels/int64(p.H) {
		return nil, fmt.Errorf("cannot prepare a picture as %dx%d", p.W, p.H)
	}
	w, h := src.size()
	if w == p.W && h == p.H && !p.partOfReady() {
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
