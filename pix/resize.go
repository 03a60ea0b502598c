package pix

import "math"

// Fixed point of OpenCV's linear resize of bytes: weights have 11 bits.
const (
	weightBits = 11
	weightOne  = 1 << weightBits
)

// tap says how one output column or row is mixed: from source a with weight
// wa and source b with weight wb, the weights in 1/2048.
type tap struct {
	a, b   int
	wa, wb int32
}

// Resize returns the picture in a new size, interpolated linearly between the
// centres of pixels, without a low-pass filter. It equals OpenCV's
// cv2.resize(..., interpolation=cv2.INTER_LINEAR) on uint8 byte for byte
// (modules/imgproc/src/resize.cpp of 4.6), that is: weights rounded to 11
// bits, rows mixed first, then columns with the product cut to its upper 16
// bits, and the mean of four pixels when both sides are exactly halved.
func (m *Image) Resize(w, h int) *Image {
	dst := New(w, h)
	switch {
	case w == m.W && h == m.H:
		copy(dst.Pix, m.Pix)
	case w*2 == m.W && h*2 == m.H:
		m.halve(dst)
	default:
		m.resizeLinear(dst)
	}
	return dst
}

// Half returns the picture at half its size: each pixel is the mean of four. An odd last column or row is dropped. Both sides
// must be at least 2.
func (m *Image) Half() *Image {
	if w, h := m.W&^1, m.H&^1; w != m.W || h != m.H {
		m = m.part(0, 0, w, h)
	}
	return m.Resize(m.W/2, m.H/2)
}

// halve makes each pixel the rounded mean of four. OpenCV takes its area
// method for an exact halving of both sides.
func (m *Image) halve(dst *Image) {
	row := m.W * 3
	for y := range dst.H {
		s0 := m.Pix[2*y*row:][:row]
		s1 := m.Pix[(2*y+1)*row:][:row]
		d := dst.Pix[y*dst.W*3:][:dst.W*3]
		for x := 0; x < len(d); x += 3 {
			for c := range 3 {
				i := 2*x + c
				d[x+c] = byte((int(s0[i]) + int(s0[i+3]) + int(s1[i]) + int(s1[i+3]) + 2) >> 2)
			}
		}
	}
}

func (m *Image) resizeLinear(dst *Image) {
	cols := columnTaps(m.W, dst.W)
	rows := rowTaps(m.H, dst.H)
	n := dst.W * 3
	// The last two source rows, mixed along x; have says which they are.
	buf := [2][]int32{make([]int32, n), make([]int32, n)}
	have := [2]int{-1, -1}
	for y, t := range rows {
		if have[0] != t.a && have[1] == t.a {
			buf[0], buf[1] = buf[1], buf[0]
			have[0], have[1] = have[1], have[0]
		}
		for k, sy := range [2]int{t.a, t.b} {
			if have[k] != sy {
				mixColumns(buf[k], m.Pix[sy*m.W*3:][:m.W*3], cols)
				have[k] = sy
			}
		}
		mixRows(dst.Pix[y*n:][:n], buf[0], buf[1], t.wa, t.wb)
	}
}

// mixColumns writes one source row mixed along x, 11 more bits than a byte.
func mixColumns(dst []int32, src []byte, cols []tap) {
	for x, t := range cols {
		a := src[t.a*3:][:3]
		b := src[t.b*3:][:3]
		d := dst[x*3:][:3]
		d[0] = int32(a[0])*t.wa + int32(b[0])*t.wb
		d[1] = int32(a[1])*t.wa + int32(b[1])*t.wb
		d[2] = int32(a[2])*t.wa + int32(b[2])*t.wb
	}
}

// mixRows mixes two such rows to bytes. Each product keeps only its upper 16
// bits before the sum is rounded: that is how OpenCV's vector code does it.
func mixRows(dst []byte, r0, r1 []int32, w0, w1 int32) {
	r0, r1 = r0[:len(dst)], r1[:len(dst)]
	for i := range dst {
		v := (((r0[i]>>4)*w0)>>16 + ((r1[i]>>4)*w1)>>16 + 2) >> 2
		dst[i] = byte(min(max(v, 0), 255))
	}
}

// position maps output index i of n to the source: the pixel at or left of it
// and the share of the next one. The steps in double and single precision are
// OpenCV's; the conversions keep them from being fused.
func position(i, src, dst int) (int, float32) {
	scale := 1 / (float64(dst) / float64(src))
	f := float32(float64((float64(i)+0.5)*scale) - 0.5)
	s := int(math.Floor(float64(f)))
	return s, f - float32(s)
}

func weights(f float32) (wa, wb int32) {
	return int32(math.RoundToEven(float64((1 - f) * weightOne))), int32(math.RoundToEven(float64(f * weightOne)))
}

// columnTaps: beyond an edge the edge pixel counts in full.
func columnTaps(src, dst int) []tap {
	taps := make([]tap, dst)
	for i := range taps {
		s, f := position(i, src, dst)
		switch {
		case s < 0:
			taps[i] = tap{a: 0, b: 0, wa: weightOne}
		case s >= src-1:
			taps[i] = tap{a: src - 1, b: src - 1, wa: weightOne}
		default:
			wa, wb := weights(f)
			taps[i] = tap{a: s, b: s + 1, wa: wa, wb: wb}
		}
	}
	return taps
}

// rowTaps: beyond an edge the edge row is mixed with itself in the same
// shares, which rounds differently from taking it in full.
func rowTaps(src, dst int) []tap {
	taps := make([]tap, dst)
	for i := range taps {
		s, f := position(i, src, dst)
		wa, wb := weights(f)
		taps[i] = tap{a: min(max(s, 0), src-1), b: min(max(s+1, 0), src-1), wa: wa, wb: wb}
	}
	return taps
}
