package pix

import "image"

// This file turns the YCbCr of a JPEG into RGB as libjpeg does (jdsample.c,
// jdcolor.c of libjpeg-turbo 2.1), because every reference decoder is built on
// libjpeg and image.YCbCr.At repeats chroma samples instead of interpolating:
// at a red edge that is dozens of levels.

// fromYCbCr converts src, which dst has the size of.
func fromYCbCr(dst *Image, src *image.YCbCr) {
	row := newChromaRows(src)
	cb, cr := make([]byte, row.outLen), make([]byte, row.outLen)
	for y := range dst.H {
		row.at(cb, src.Cb, y)
		row.at(cr, src.Cr, y)
		luma := src.Y[src.YOffset(src.Rect.Min.X, src.Rect.Min.Y+y):][:dst.W]
		rgbRow(dst.Pix[y*dst.W*3:][:dst.W*3], luma, cb[:dst.W], cr[:dst.W])
	}
}

// Coefficients of JFIF's YCbCr in 1/65536, rounded as jdcolor.c rounds them.
const (
	crToR = 91881  // 1.40200
	cbToB = 116130 // 1.77200
	crToG = 46802  // 0.71414
	cbToG = 22554  // 0.34414
	half  = 1 << 15
)

func rgbRow(dst, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, yy := range luma {
		y, b, r := int32(yy), int32(cb[x])-128, int32(cr[x])-128
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0] = clampByte(y + (crToR*r+half)>>16)
		d[1] = clampByte(y + (-cbToG*b-crToG*r+half)>>16)
		d[2] = clampByte(y + (cbToB*b+half)>>16)
	}
}

func clampByte(v int32) byte {
	if uint32(v) <= 255 {
		return byte(v)
	}
	return byte(^(v >> 31)) // below 0: 0; above 255: 255
}

// chromaRows makes chroma rows of full width out of a picture's smaller planes.
type chromaRows struct {
	w, h   int // size of the chroma planes
	stride int
	offset int
	sx, sy int // pixels per chroma sample along x and y
	outLen int // length of a row made, at least the picture's width
	sums   []int32
}

func newChromaRows(src *image.YCbCr) *chromaRows {
	c := &chromaRows{stride: src.CStride, offset: src.COffset(src.Rect.Min.X, src.Rect.Min.Y)}
	switch src.SubsampleRatio {
	case image.YCbCrSubsampleRatio444:
		c.sx, c.sy = 1, 1
	case image.YCbCrSubsampleRatio422:
		c.sx, c.sy = 2, 1
	case image.YCbCrSubsampleRatio420:
		c.sx, c.sy = 2, 2
	case image.YCbCrSubsampleRatio440:
		c.sx, c.sy = 1, 2
	case image.YCbCrSubsampleRatio411:
		c.sx, c.sy = 4, 1
	case image.YCbCrSubsampleRatio410:
		c.sx, c.sy = 4, 2
	default:
		panic("pix: unknown chroma subsampling")
	}
	c.w = (src.Rect.Dx() + c.sx - 1) / c.sx
	c.h = (src.Rect.Dy() + c.sy - 1) / c.sy
	c.outLen = c.w * c.sx
	c.sums = make([]int32, c.w)
	return c
}

// at writes the chroma of picture row y, taken from plane, to dst.
func (c *chromaRows) at(dst, plane []byte, y int) {
	near := c.row(plane, y/c.sy)
	switch {
	case c.sx == 1 && c.sy == 1:
		copy(dst, near)
	case c.sx == 1 && c.sy == 2:
		c.tall(dst, near, c.far(plane, y), y)
	case c.sx == 2 && c.w <= 2, c.sx == 4:
		// libjpeg does not interpolate these.
		for x := range dst[:c.outLen] {
			dst[x] = near[x/c.sx]
		}
	case c.sy == 1:
		wide(dst, near)
	default:
		c.both(dst, near, c.far(plane, y))
	}
}

func (c *chromaRows) row(plane []byte, y int) []byte {
	return plane[c.offset+y*c.stride:][:c.w]
}

// far is the second nearest chroma row of picture row y where two picture rows
// share one; at the top and the bottom it is the nearest itself.
func (c *chromaRows) far(plane []byte, y int) []byte {
	f := y/2 - 1 + 2*(y&1)
	return c.row(plane, min(max(f, 0), c.h-1))
}

// wide doubles a row's width: 3/4 of the near sample, 1/4 of the next one
// (h2v1_fancy_upsample).
func wide(dst, in []byte) {
	last := len(in) - 1
	dst[0] = in[0]
	dst[1] = byte((int32(in[0])*3 + int32(in[1]) + 2) >> 2)
	for i := 1; i < last; i++ {
		v := int32(in[i]) * 3
		dst[2*i] = byte((v + int32(in[i-1]) + 1) >> 2)
		dst[2*i+1] = byte((v + int32(in[i+1]) + 2) >> 2)
	}
	dst[2*last] = byte((int32(in[last])*3 + int32(in[last-1]) + 1) >> 2)
	dst[2*last+1] = in[last]
}

// tall mixes two rows: 3/4 near, 1/4 far (h1v2_fancy_upsample).
func (c *chromaRows) tall(dst, near, far []byte, y int) {
	bias := int32(1 + y&1)
	for i := range near {
		dst[i] = byte((int32(near[i])*3 + int32(far[i]) + bias) >> 2)
	}
}

// both does the two at once, rounding only once (h2v2_fancy_upsample).
func (c *chromaRows) both(dst, near, far []byte) {
	s := c.sums
	near, far = near[:len(s)], far[:len(s)]
	for i := range s {
		s[i] = int32(near[i])*3 + int32(far[i])
	}
	last := len(s) - 1
	dst[0] = byte((s[0]*4 + 8) >> 4)
	dst[1] = byte((s[0]*3 + s[1] + 7) >> 4)
	prev, v := s[0], s[1]
	d := dst[2:]
	for _, next := range s[2:] {
		d[0] = byte((v*3 + prev + 8) >> 4)
		d[1] = byte((v*3 + next + 7) >> 4)
		d = d[2:]
		prev, v = v, next
	}
	dst[2*last] = byte((v*3 + prev + 8) >> 4)
	dst[2*last+1] = byte((v*4 + 7) >> 4)
}
