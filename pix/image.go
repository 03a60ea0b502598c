// Package pix decodes, crops, resizes, corrupts and writes pictures, and converts them to
// the numbers that models take and back.
//
// Pixels are bytes, RGB, row by row: a W x H picture is W*H*3 bytes, so a set
// of N pictures is an (N, H, W, 3) array. Models work on float32 numbers in
// [-0.5, 0.5]: v = byte/255 - 0.5.
//
// # Agreement with OpenCV and libjpeg
//
// The reference numbers of this field were made with OpenCV, so this package
// follows it. [Image.Resize] equals cv2.resize(..., INTER_LINEAR) byte for
// byte. Decoding follows libjpeg where the standard library is simpler: chroma is
// interpolated ("fancy upsampling"), not repeated, and YCbCr is converted with libjpeg's
// rounding. The inverse DCT remains, where the two sometimes differ by one level. Compared
// with cv2.imread
// (OpenCV 4.6, libjpeg-turbo 2.1.5) on 508 photographs of Labeled Faces in the
// Wild, all of them baseline 4:2:0 JPEGs of 250x250, in levels of 0..255, with
// the standard library's own conversion below it:
//
//	                                        |difference|        mean square
//	                                        mean      largest   (of 0..1)
//	whole picture                           0.030     3         6e-7
//	crop 80 off each side, resize to 32x32  0.037     3         6e-7
//	with image.YCbCr's own conversion:
//	whole picture                           0.627     79        2.5e-5
//	crop 80 off each side, resize to 32x32  0.483     30        1.1e-5
//
// PNG and WebP, lossy or not, agree exactly.
package pix

import (
	"fmt"
	"image"
	"image/color"

	"likeness/internal/kernel"
)

// Image is a picture: W*H pixels of three bytes, RGB, row by row. *Image is an
// opaque [image.Image], so every encoder and drawing function of the standard
// library takes it.
type Image struct {
	W, H int
	Pix  []byte // len W*H*3; pixel (x, y) starts at (y*W+x)*3
}

// New returns a black picture. Both sides must be at least 1.
func New(w, h int) *Image {
	if w < 1 || h < 1 {
		panic("pix: a picture's sides must be at least 1")
	}
	return &Image{W: w, H: h, Pix: make([]byte, w*h*3)}
}

// ColorModel implements [image.Image].
func (m *Image) ColorModel() color.Model { return color.RGBAModel }

// Bounds implements [image.Image]: the picture's corner is at (0, 0).
func (m *Image) Bounds() image.Rectangle { return image.Rect(0, 0, m.W, m.H) }

// At implements [image.Image]; outside of the picture it is transparent black.
func (m *Image) At(x, y int) color.Color { return m.RGBAAt(x, y) }

// RGBAAt returns the colour at (x, y) without an allocation.
func (m *Image) RGBAAt(x, y int) color.RGBA {
	if x < 0 || y < 0 || x >= m.W || y >= m.H {
		return color.RGBA{}
	}
	p := m.Pix[(y*m.W+x)*3:]
	return color.RGBA{p[0], p[1], p[2], 255}
}

// RGBA64At implements [image.RGBA64Image], which makes image/draw fast.
func (m *Image) RGBA64At(x, y int) color.RGBA64 {
	c := m.RGBAAt(x, y)
	return color.RGBA64{uint16(c.R) * 0x101, uint16(c.G) * 0x101, uint16(c.B) * 0x101, uint16(c.A) * 0x101}
}

// Opaque reports that no pixel is transparent.
func (m *Image) Opaque() bool { return true }

// RGBA returns a copy as an opaque image of the standard library.
func (m *Image) RGBA() *image.RGBA {
	dst := image.NewRGBA(image.Rect(0, 0, m.W, m.H))
	for i, j := 0, 0; i < len(m.Pix); i, j = i+3, j+4 {
		s := m.Pix[i : i+3 : i+3]
		d := dst.Pix[j : j+4 : j+4]
		d[0], d[1], d[2], d[3] = s[0], s[1], s[2], 255
	}
	return dst
}

// Crop removes dx columns at the left and at the right, and dy rows at the top and at the
// bottom. It is an error when nothing would remain.
func (m *Image) Crop(dx, dy int) (*Image, error) {
	if err := checkCrop(dx, dy, m.W, m.H); err != nil {
		return nil, err
	}
	return m.part(dx, dy, m.W-2*dx, m.H-2*dy), nil
}

func checkCrop(dx, dy, w, h int) error {
	if dx < 0 || dy < 0 {
		return fmt.Errorf("crop of %d and %d pixels: must not be negative", dx, dy)
	}
	// Compared by halves, so that no number however large overflows.
	if dx > (w-1)/2 || dy > (h-1)/2 {
		return fmt.Errorf("crop of %d pixels off left and right, %d off top and bottom leaves nothing of a %dx%d picture", dx, dy, w, h)
	}
	return nil
}

func (m *Image) size() (w, h int) { return m.W, m.H }

func (m *Image) rgb(x0, y0, w, h int) *Image {
	if w == m.W && h == m.H {
		return m
	}
	return m.part(x0, y0, w, h)
}

// part copies the w x h rectangle at (x0, y0), which must lie inside m.
func (m *Image) part(x0, y0, w, h int) *Image {
	dst := New(w, h)
	for y := range h {
		s := ((y0+y)*m.W + x0) * 3
		copy(dst.Pix[y*w*3:(y+1)*w*3], m.Pix[s:s+w*3])
	}
	return dst
}

// Floats writes the picture's H*W*3 numbers byte/255 - 0.5 to dst, which must
// have that length.
func (m *Image) Floats(dst []float32) {
	if len(dst) != len(m.Pix) {
		panic("pix: Floats: length is not W*H*3")
	}
	kernel.FromBytes(dst, m.Pix)
}

// FromFloats is the inverse of Floats: each of the h*w*3 numbers becomes the nearest byte
// of (v + 0.5) * 255, clamped to 0 and 255; NaN becomes 0.
func FromFloats(x []float32, w, h int) *Image {
	dst := New(w, h)
	if len(x) != len(dst.Pix) {
		panic("pix: FromFloats: length is not W*H*3")
	}
	for i, v := range x {
		// The conversion keeps the product from being fused with the sum below,
		// so that every machine rounds alike.
		v = float32((v + 0.5) * 255)
		switch {
		case v >= 255:
			dst.Pix[i] = 255
		case v > 0:
			dst.Pix[i] = byte(v + 0.5)
		}
	}
	return dst
}
