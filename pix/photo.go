package pix

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"likeness/internal/regularfile"
	"likeness/parallel"
)

// Photo is a decoded picture file, of which several preparations take their parts.
type Photo struct{ src picture }

// DecodePhoto decodes the file data as [Decode] does. The conversion to RGB waits until
// somebody asks for pixels.
func DecodePhoto(data []byte) (*Photo, error) {
	src, err := open(data, MaxPixels)
	if err != nil {
		return nil, err
	}
	return &Photo{src}, nil
}

// WithPhoto decodes a picture file and calls use with it. It waits until the context's
// memory, see [parallel.WithMemory], has room for the pixels. Errors name the file, also
// those of use.
func WithPhoto(ctx context.Context, path string, use func(*Photo) error) error {
	data, err := regularfile.Read(path, MaxFileBytes)
	if errors.Is(err, syscall.EISDIR) {
		return fmt.Errorf("%s is a folder, expected a picture", path)
	} else if err != nil {
		return err
	}
	release, err := parallel.Reserve(ctx, Memory(data))
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	defer release()
	photo, err := DecodePhoto(data)
	if err == nil {
		err = use(photo)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// Size returns the size of the upright picture.
func (p *Photo) Size() (w, h int) { return p.src.size() }

// Image returns the whole picture. It is converted once, and must not be changed.
func (p *Photo) Image() *Image {
	m := whole(p.src)
	p.src = m
	return m
}

// Of returns what [Prep.Apply] returns of the whole picture, but converts only the pixels
// that the crop keeps.
func (p Prep) Of(photo *Photo) (*Image, error) { return p.apply(photo.src) }

// Words says in words what is cropped.
func (p Prep) Words() string {
	part := "the face"
	if p.Wide {
		part = "the head"
	}
	switch r := p.Rect; {
	case r != (Rect{}):
		part = fmt.Sprintf("the %dx%d pixels at (%d, %d)", r.W, r.H, r.X, r.Y)
	case p.Square:
		part = "the largest centred square"
	case p.Auto && p.Template != "":
		part = "the face by the template " + p.Template
	case p.Auto && p.Whole:
		part += " of pictures framed as LFW's"
	case p.Auto:
	case p.DX == 0 && p.DY == 0:
		part = "the whole picture"
	default:
		part = fmt.Sprintf("all but %d pixels left and right, %d above and below", p.DX, p.DY)
	}
	if p.Around {
		part += " and a margin"
	}
	return part
}

// ApplyTo returns the face in a frame as a W x H input: the part of the frame that the
// preparation takes of a picture of LFW, cut at the resolution that LFW has there, or at
// the input's where that is higher, and then resized as pictures of LFW are. So a face
// looks alike whatever the picture's size. It is an error where the crop does not follow
// the face, or the frame makes no sense in the picture.
func (p Prep) ApplyTo(m *Image, f Frame) (*Image, error) {
	if p.Template == ArcFace {
		return p.cutFrame(m, f.template())
	}
	size := p.shown()
	share := float64(size) / lfwSide
	if p.Around {
		share *= 1 + 2*aroundMargin/float64(aroundCrop)
		size += 2 * margin(size)
	}
	if err := p.checkFrame(m, f); err != nil {
		return nil, err
	}
	return m.Cut(f.Part(share), max(size, p.W, p.H)).Resize(p.W, p.H), nil
}

// cutFrame cuts all of a frame at the size of the input.
func (p Prep) cutFrame(m *Image, f Frame) (*Image, error) {
	if err := p.checkFrame(m, f); err != nil {
		return nil, err
	}
	return m.Cut(f, max(p.W, p.H)).Resize(p.W, p.H), nil
}

// checkFrame returns an error where a frame cannot be cut from a picture.
func (p Prep) checkFrame(m *Image, f Frame) error {
	switch {
	case !p.Auto || p.Square || p.Rect != (Rect{}):
		return fmt.Errorf("a preparation that does not crop faces cannot follow one")
	case p.W < 1 || p.H < 1 || int64(p.W) > MaxPixels/int64(p.H):
		return fmt.Errorf("cannot prepare a picture as %dx%d", p.W, p.H)
	case !f.fits(m.W, m.H):
		return fmt.Errorf("a face's frame of %g pixels around (%g, %g) makes no sense in a picture of %dx%d", f.Side, f.X, f.Y, m.W, m.H)
	}
	return nil
}

// fits reports whether a frame is one of a picture of w x h: it may be larger, for faces
// lie at edges, but its middle is inside.
func (f Frame) fits(w, h int) bool {
	const largest = 16 // sides of the picture
	return f.X > -1 && f.Y > -1 && f.X < float64(w) && f.Y < float64(h) &&
		f.Side >= 1 && f.Side <= largest*float64(max(w, h)) && f.Turn >= -7 && f.Turn <= 7
}

// LFWFrame returns the frame of a picture that is framed as LFW's are: its largest centred
// square.
func LFWFrame(w, h int) Frame {
	return Frame{X: float64(w-1) / 2, Y: float64(h-1) / 2, Side: float64(min(w, h))}
}
