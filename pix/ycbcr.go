package pix

import "image"

// This file turns the YCbCr of a JPEG into RGB as libjpeg does (jdsample.c,
// jdcolor.c of libjpeg-turbo 2.1), because every reference decoder is built on
// libjpeg and image.YCbCr.At repeats chroma samples instead of interpolating:
// at a red edge that is dozens of levels.

// yCbCr is a decoded JPEG. Where a crop keeps an eighth of the pixels, as LFW's
// does, only that eighth is converted.
type yCbCr struct{ src *image.YCbCr }

func (p yCbCr) size() (w, h int) { return p.src.Rect.Dx(), p.src.Rect.Dy() }

func (p yCbCr) rgb(x0, y0, w, h int) *Image {
	dst := New(w, h)
	fromYCbCr(dst, p.src, x0, y0)
	return dst
}

// fromYCbCr converts the part of src at (x0, y0) that has the size of dst.
func fromYCbCr(dst *Image, src *image.YCbCr, x0, y0 int) {
	row := newChromaRows(src, x0, dst.W)
	cb, cr := make([]byte, row.outLen), make([]byte, row.outLen)
	for y := range dst.H {
		row.at(cb, src.Cb, y0+y)
		row.at(cr, src.Cr, y0+y)
		luma := src.Y[src.YOffset(src.Rect.Min.X+x0, src.Rect.Min.Y+y0+y):][:dst.W]
		rgbRow(dst.Pix[y*dst.W*3:][:dst.W*3], luma, cb[row.skip:][:dst.W], cr[row.skip:][:dst.W])
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

// chromaRows makes chroma rows as wide as the picture, or a part of them, out of
// the smaller planes.
type chromaRows struct {
	w, h   int // samples taken of each row of the chroma planes, and their rows
	stride int
	offset int  // of the first sample taken
	sx, sy int  // pixels per chroma sample along x and y
	outLen int  // length of a row made
	skip   int  // pixels of a row made that lie left of those asked for
	narrow bool // the planes are too narrow for libjpeg to interpolate
	sums   []int32
}

// newChromaRows is for columns x0 to x0+w of the picture. One sample more is taken
// on either side, so that the last of those taken is either the plane's own edge
// or not needed but for its neighbour.
func newChromaRows(src *image.YCbCr, x0, w int) *chromaRows {
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
	width := (src.Rect.Dx() + c.sx - 1) / c.sx
	c.h = (src.Rect.Dy() + c.sy - 1) / c.sy
	c.narrow = width <= 2
	first := max(x0/c.sx-1, 0)
	c.w = min((x0+w-1)/c.sx+2, width) - first
	c.offset += first
	c.skip = x0 - first*c.sx
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
	case c.sx == 2 && c.narrow, c.sx == 4:
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
