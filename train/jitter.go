package train

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"likeness/pix"
)

// Jitter moves, turns and scales each training picture a little, as faces differ from
// photograph to photograph. Pictures are drawn from larger and finer ones, Run.Around,
// so that nothing is invented at the edges and nothing is smoothed: sampled as
// pix.Image.Resize does, in float32.

// The bounds with a Jitter of 1. The margin of pix.Prep.Surroundings has room for about
// two of them; beyond, the edge pixels repeat.
const (
	jitterShift = 4.0 / 90
	jitterTurn  = 0.05
	jitterScale = 0.05
)

// JitterMemory returns the memory in bytes that the surroundings of so many pictures of
// a preparation take.
func JitterMemory(prep pix.Prep, pictures int) int64 {
	s := prep.Surroundings()
	return int64(s.W) * int64(s.H) * 3 * int64(pictures)
}

// checkJitter returns an error where Around does not fit the pictures trained on.
func (r *Run) checkJitter() error {
	if r.Jitter == 0 {
		return nil
	}
	data, around := r.Data, r.Around
	switch {
	case around == nil || around.Prep != data.Prep.Surroundings():
		return errors.New("jitter needs the pictures with their surroundings")
	case len(around.IDs) != len(data.IDs):
		return fmt.Errorf("%s has %d pictures with their surroundings and %d without", data.Source, len(around.IDs), len(data.IDs))
	}
	for i, id := range data.IDs {
		if around.IDs[i] != id {
			return fmt.Errorf("%s: picture %d is %s, with its surroundings it is %s", data.Source, i+1, id, around.IDs[i])
		}
	}
	return nil
}

// jittered writes a row of Data, jittered, to dst.
func (r *Run) jittered(dst []float32, row int, rng *rand.Rand) {
	u := func(bound float64) float64 { return (2*rng.Float64() - 1) * bound * r.Jitter }
	turn, scale, dx, dy := u(jitterTurn), 1+u(jitterScale), u(jitterShift), u(jitterShift)
	n := r.Around.W * r.Around.H * 3
	window := surroundings{pix: r.Around.Pix[row*n:][:n], w: r.Around.W, h: r.Around.H}
	window.sample(dst, r.Data.W, r.Data.H, turn, scale, dx, dy)
}

// surroundings is a picture whose middle is another one.
type surroundings struct {
	pix  []byte
	w, h int
}

// inner is the part of a side with margins that lies between them.
const inner = 90.0 / 116

// sample draws the middle as w x h pixels in [-0.5, 0.5], turned by an angle in
// radians, seen scale times as wide, and moved by parts of its sides. Without any
// of these it is the picture that the plain preparation gives, but for its
// rounding to bytes.
func (s surroundings) sample(dst []float32, w, h int, turn, scale, dx, dy float64) {
	sx, sy := float64(s.w)*inner*scale/float64(w), float64(s.h)*inner*scale/float64(h)
	// By the tangent of half the angle, near enough the half for small ones: sines
	// differ in their last bits from processor to processor.
	t := turn / 2
	over := 1 / (1 + float64(t*t))
	cos, sin := float64((1-float64(t*t))*over), float64(2*t*over)
	cx, cy := float64(s.w-1)/2+float64(dx*float64(s.w)*inner), float64(s.h-1)/2+float64(dy*float64(s.h)*inner)
	row := 3 * s.w
	for y := range h {
		uy := float64(y) - float64(h-1)/2
		for x := range w {
			ux := float64(x) - float64(w-1)/2
			px := min(max(cx+float64(sx*(float64(cos*ux)-float64(sin*uy))), 0), float64(s.w-1))
			py := min(max(cy+float64(sy*(float64(sin*ux)+float64(cos*uy))), 0), float64(s.h-1))
			ix, iy := min(int(px), s.w-2), min(int(py), s.h-2)
			fx, fy := float32(px-float64(ix)), float32(py-float64(iy))
			a, b := s.pix[iy*row+3*ix:][:6], s.pix[(iy+1)*row+3*ix:][:6]
			d := dst[(y*w+x)*3:][:3]
			for c := range d {
				above := float32(a[c]) + float32((float32(a[c+3])-float32(a[c]))*fx)
				below := float32(b[c]) + float32((float32(b[c+3])-float32(b[c]))*fx)
				d[c] = (above+float32((below-above)*fy))/255 - 0.5
			}
		}
	}
}
