package pix

import "image"

// A lossy WebP holds YCbCr too, but of another kind: studio range (16..235) and
// its own interpolation of chroma. golang.org/x/image/webp hands out the bare
// planes as image.YCbCr, whose conversion would be JPEG's and come out pale, so
// the conversion here is libwebp's (src/dsp/upsampling.c, src/dsp/yuv.h).

// fromWebP converts what webp.Decode returned.
func fromWebP(src image.Image) *Image {
	switch src := src.(type) {
	case *image.YCbCr:
		return fromVP8(src)
	case *image.NYCbCrA:
		dst := fromVP8(&src.YCbCr)
		for y := range dst.H {
			d := dst.Pix[y*dst.W*3:]
			for x, a := range src.A[y*src.AStride:][:dst.W] {
				for c := range 3 {
					d[3*x+c] = onWhite(d[3*x+c], a)
				}
			}
		}
		return dst
	}
	return FromImage(src)
}

// fromVP8 converts 4:2:0 planes that start at the origin.
func fromVP8(src *image.YCbCr) *Image {
	dst := New(src.Rect.Dx(), src.Rect.Dy())
	cw, ch := (dst.W+1)/2, (dst.H+1)/2
	for y := range dst.H {
		// Rows 2i-1 and 2i lie between chroma rows i-1 and i.
		near := y / 2
		far := min(max(near-1+2*(y&1), 0), ch-1)
		vp8Row(dst.Pix[y*dst.W*3:][:dst.W*3], src.Y[y*src.YStride:][:dst.W],
			src.Cb[near*src.CStride:][:cw], src.Cb[far*src.CStride:][:cw],
			src.Cr[near*src.CStride:][:cw], src.Cr[far*src.CStride:][:cw])
	}
	return dst
}

// vp8Row makes one row: chroma is 9/16 of the nearest sample, 3/16 of each of
// its neighbours on this side and 1/16 of the one across, with libwebp's steps
// of rounding.
func vp8Row(dst, luma, uNear, uFar, vNear, vFar []byte) {
	for x, y := range luma {
		n := x / 2
		o := n - 1 + 2*(x&1)
		var u, v int32
		if o < 0 || o >= len(uNear) {
			u = (3*int32(uNear[n]) + int32(uFar[n]) + 2) >> 2
			v = (3*int32(vNear[n]) + int32(vFar[n]) + 2) >> 2
		} else {
			u = diamond(uNear[n], uNear[o], uFar[n], uFar[o])
			v = diamond(vNear[n], vNear[o], vFar[n], vFar[o])
		}
		studioRGB(dst[3*x:3*x+3:3*x+3], int32(y), u, v)
	}
}

func diamond(near, side, above, across byte) int32 {
	sum := int32(near) + int32(side) + int32(above) + int32(across) + 8
	return ((sum+2*(int32(side)+int32(above)))>>3 + int32(near)) >> 1
}

func studioRGB(dst []byte, y, u, v int32) {
	luma := (y * 19077) >> 8
	dst[0] = clampByte((luma + (v*26149)>>8 - 14234) >> 6)
	dst[1] = clampByte((luma - (u*6419)>>8 - (v*13320)>>8 + 8708) >> 6)
	dst[2] = clampByte((luma + (u*33050)>>8 - 17685) >> 6)
}
