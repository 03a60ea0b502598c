package pix

import "math"

// Frame is a square in a picture, possibly rotated: what a picture of one face shows. A frame that a face detector
// returns lies around its face as Labeled Faces in the Wild frames its faces, so that whatever was fitted to pictures of
// LFW, 250 pixels wide, takes the same part of a frame, whatever its side.
type Frame struct {
	X    float64 `json:"x"`    // the middle, in pixels of the upright picture; the first pixel's middle is at 0
	Y    float64 `json:"y"`    // likewise, downwards
	Side float64 `json:"side"` // in pixels
	Turn float64 `json:"turn"` // clockwise, in radians: a face that leans to its left shoulder has a positive turn
}

// Part returns the frame around the same middle whose side is the given share of f's.
func (f Frame) Part(share float64) Frame {
	f.Side *= share
	return f
}

// At returns the place in the picture of a point of the frame, in sides from the frame's upper left corner.
func (f Frame) At(u, v float64) (x, y float64) {
	sin, cos := math.Sincos(f.Turn)
	u, v = (u-0.5)*f.Side, (v-0.5)*f.Side
	return f.X + u*cos - v*sin, f.Y + u*sin + v*cos
}

// Cut returns what a frame shows as size x size pixels. Each pixel is the mean of as many bilinear samples as it takes for
// a large frame to lose no detail to aliasing. Beyond the picture its edge is repeated.
func (m *Image) Cut(f Frame, size int) *Image {
	out := New(size, size)
	step := f.Side / float64(size) // pixels of m in one of out
	taps := max(1, int(math.Ceil(step-0.25)))
	sin, cos := math.Sincos(f.Turn)
	ux, uy := step/float64(taps)*cos, step/float64(taps)*sin
	// The middle of the first sample; the frame's middle lies between the samples in the middle.
	half := float64(size*taps-1) / 2
	x0, y0 := f.X-half*ux+half*uy, f.Y-half*uy-half*ux
	scale := 1 / float32(taps*taps)
	sums := make([]float32, size*3)
	for y := range size {
		clear(sums)
		for r := y * taps; r < (y+1)*taps; r++ {
			px, py := x0-float64(r)*uy, y0+float64(r)*ux
			for x := range size {
				s := sums[3*x : 3*x+3 : 3*x+3]
				for range taps {
					m.addSample(s, px, py)
					px += ux
					py += uy
				}
			}
		}
		for i, v := range sums {
			out.Pix[y*size*3+i] = byte(v*scale + 0.5)
		}
	}
	return out
}

// addSample adds the bilinear sample at (x, y) to the three sums.
func (m *Image) addSample(sums []float32, x, y float64) {
	x = min(max(x, 0), float64(m.W-1))
	y = min(max(y, 0), float64(m.H-1))
	x0, y0 := int(x), int(y)
	fx, fy := float32(x-float64(x0)), float32(y-float64(y0))
	right, down := 3, m.W*3
	if x0 == m.W-1 {
		right = 0
	}
	if y0 == m.H-1 {
		down = 0
	}
	p := m.Pix[(y0*m.W+x0)*3:]
	for c := range 3 {
		a, b := float32(p[c]), float32(p[c+right])
		d, e := float32(p[c+down]), float32(p[c+down+right])
		top := a + fx*(b-a)
		sums[c] += top + fy*(d+fx*(e-d)-top)
	}
}
