package pix

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"

	"likeness/internal/heif"
)

// isHEIF reports whether a file holds a HEIC or AVIF picture, or a sequence that may have a still one, by the brands at its
// beginning.
func isHEIF(data []byte) bool {
	switch brandOf(data) {
	case heicPicture, heifPicture, avifPicture, heicSequence, heifSequence, avifSequence:
		return true
	}
	return false
}

// configHEIF reads the size of the picture as it lies in the file.
func configHEIF(r io.Reader) (image.Config, error) {
	seeker, ok := r.(io.ReadSeeker)
	if !ok {
		return image.Config{}, errors.New("cannot be read from a stream")
	}
	head := make([]byte, sniffed)
	n, err := io.ReadFull(seeker, head)
	if err != nil && n == 0 {
		return image.Config{}, err
	}
	f := heif.Read(seeker, false)
	if !f.HEIC && !f.AVIF || f.W < 1 || f.H < 1 {
		return image.Config{}, fmt.Errorf("%s without a picture that can be read", brandOf(head[:n]))
	}
	return image.Config{Width: f.W, Height: f.H}, nil
}

// decodeHEIF decodes a picture and turns it, once: HEIC is turned by its decoder.
func decodeHEIF(data []byte, cfg image.Config) (picture, error) {
	f := heif.Read(bytes.NewReader(data), false)
	pixels := int64(cfg.Width) * int64(cfg.Height)
	if f.AVIF {
		m, err := heif.DecodeAVIF(data, pixels)
		if err != nil {
			return nil, err
		}
		p := picture(onWhiteRGBA(m))
		for _, turn := range f.Turns {
			p = turned{p, turn}
		}
		return p, nil
	}
	if brand := string(data[8:12]); brand != "heic" && brand != "heix" {
		data = bytes.Clone(data)
		copy(data[8:12], "heic") // the decoder goes by the main brand alone
	}
	m, err := heif.DecodeHEIC(data, pixels)
	if err != nil {
		return nil, err
	}
	if m, ok := m.(*image.YCbCr); ok {
		if c := f.Colour; c != nil && (!c.Full || c.Matrix == 1 || c.Matrix == 9) {
			return fromColour(m, *c), nil
		}
		return yCbCr{m}, nil
	}
	return FromImage(m), nil
}

// onWhiteRGBA draws a picture, whose colours are multiplied by their opacity, on white.
func onWhiteRGBA(src *image.RGBA) *Image {
	dst := New(src.Rect.Dx(), src.Rect.Dy())
	for i, j := 0, 0; i < len(dst.Pix); i, j = i+3, j+4 {
		s := src.Pix[j : j+4 : j+4]
		clear := 255 - int(s[3])
		for c := range 3 {
			dst.Pix[i+c] = byte(min(int(s[c])+clear, 255))
		}
	}
	return dst
}

// fromColour converts colours that are not stored as in JPEG.
func fromColour(src *image.YCbCr, c heif.Colour) *Image {
	red, blue := 0.299, 0.114 // shares of luma
	switch c.Matrix {
	case 1:
		red, blue = 0.2126, 0.0722
	case 9:
		red, blue = 0.2627, 0.0593
	}
	green := 1 - red - blue
	low, luma, chroma := 0.0, 1.0, 1.0
	if !c.Full {
		low, luma, chroma = 16, 255.0/219, 255.0/224
	}
	level := func(v float64) byte { return byte(min(max(v+0.5, 0), 255)) }
	dst := New(src.Rect.Dx(), src.Rect.Dy())
	i := 0
	for y := range dst.H {
		for x := range dst.W {
			at := src.COffset(x, y)
			l := (float64(src.Y[src.YOffset(x, y)]) - low) * luma
			cb, cr := (float64(src.Cb[at])-128)*chroma, (float64(src.Cr[at])-128)*chroma
			r, b := l+2*(1-red)*cr, l+2*(1-blue)*cb
			dst.Pix[i], dst.Pix[i+1], dst.Pix[i+2] = level(r), level((l-red*r-blue*b)/green), level(b)
			i += 3
		}
	}
	return dst
}
