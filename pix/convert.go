package pix

import "image"

// FromImage converts any picture of the standard library to RGB: gray, paletted, CMYK,
// YCbCr, and 16 bits a channel, of which the upper 8 are kept. Transparent pixels are
// drawn on white. YCbCr is converted as in JPEG, with chroma interpolated as libjpeg
// does. It panics for an empty picture.
func FromImage(src image.Image) *Image {
	b := src.Bounds()
	dst := New(b.Dx(), b.Dy())
	switch src := src.(type) {
	case *Image:
		copy(dst.Pix, src.Pix)
	case *image.YCbCr:
		fromYCbCr(dst, src, 0, 0)
	case *image.Gray:
		fromGray(dst, src)
	case *image.RGBA:
		fromRGBA(dst, src)
	case *image.NRGBA:
		fromNRGBA(dst, src)
	case *image.Paletted:
		drawPaletted(dst, src, 0, 0)
	default:
		fromAny(dst, src)
	}
	return dst
}

// onWhite returns a byte c of the given opacity (0..255) drawn on white, rounded.
func onWhite(c, alpha byte) byte {
	return byte((int(c)*int(alpha) + 255*(255-int(alpha)) + 127) / 255)
}

func fromGray(dst *Image, src *image.Gray) {
	for y := range dst.H {
		row := src.Pix[y*src.Stride:][:dst.W]
		d := dst.Pix[y*dst.W*3:][:dst.W*3]
		for x, v := range row {
			d[3*x], d[3*x+1], d[3*x+2] = v, v, v
		}
	}
}

// fromRGBA: the channels are already multiplied by alpha, so white is added.
func fromRGBA(dst *Image, src *image.RGBA) {
	i := 0
	for y := range dst.H {
		row := src.Pix[y*src.Stride:][:dst.W*4]
		for j := 0; j < len(row); j += 4 {
			white := 255 - int(row[j+3])
			for c := range 3 {
				dst.Pix[i+c] = byte(min(int(row[j+c])+white, 255))
			}
			i += 3
		}
	}
}

func fromNRGBA(dst *Image, src *image.NRGBA) {
	i := 0
	for y := range dst.H {
		row := src.Pix[y*src.Stride:][:dst.W*4]
		for j := 0; j < len(row); j += 4 {
			s, d := row[j:j+4:j+4], dst.Pix[i:i+3:i+3]
			if s[3] == 255 {
				d[0], d[1], d[2] = s[0], s[1], s[2]
			} else {
				d[0], d[1], d[2] = onWhite(s[0], s[3]), onWhite(s[1], s[3]), onWhite(s[2], s[3])
			}
			i += 3
		}
	}
}

// drawPaletted draws src on white into dst with its corner at (x0, y0); it must lie
// inside. A pixel whose index is not in the palette stays white.
func drawPaletted(dst *Image, src *image.Paletted, x0, y0 int) {
	var table [256][3]byte
	for i := range table {
		table[i] = [3]byte{255, 255, 255}
		if i < len(src.Palette) {
			r, g, b, a := src.Palette[i].RGBA()
			table[i] = [3]byte{premultiplied(r, a), premultiplied(g, a), premultiplied(b, a)}
		}
	}
	w, h := src.Rect.Dx(), src.Rect.Dy()
	for y := range h {
		row := src.Pix[y*src.Stride:][:w]
		d := dst.Pix[((y0+y)*dst.W+x0)*3:][:w*3]
		for x, v := range row {
			*(*[3]byte)(d[3*x:]) = table[v]
		}
	}
}

// premultiplied returns a 16-bit channel, already multiplied by alpha, drawn on white.
func premultiplied(c, alpha uint32) byte {
	return byte(min(c+0xffff-alpha, 0xffff) >> 8)
}

func fromAny(dst *Image, src image.Image) {
	b := src.Bounds()
	i := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, b, a := src.At(x, y).RGBA()
			dst.Pix[i], dst.Pix[i+1], dst.Pix[i+2] = premultiplied(r, a), premultiplied(g, a), premultiplied(b, a)
			i += 3
		}
	}
}
