package train

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"likeness/faces"
	"likeness/pix"
)

// Jitter moves, turns and scales each training picture a little, anew in every
// epoch, as faces differ from photograph to photograph. It draws them from
// pictures with more around them and finer, so that nothing is invented at the
// edges and nothing smoothed: sampled as pix.Image.Resize does, in float32.
type Jitter struct {
	// Data holds the same pictures in the same order as Run.Data, prepared by
	// the Surroundings of its preparation.
	Data *faces.Set
	// Amount scales all bounds: with 1 a picture moves by up to 1/22 of its side,
	// turns by up to 0.05 (3 degrees) and grows or shrinks by up to 5 percent,
	// each drawn evenly.
	Amount float64
}

// The bounds at Amount 1. The margin of pix.Prep.Surroundings has room for about
// two of them; beyond, the edge pixels repeat.
const (
	jitterShift = 4.0 / 90
	jitterTurn  = 0.05
	jitterScale = 0.05
)

// JitterMemory is the memory in bytes that the surroundings of so many pictures
// of a preparation take.
func JitterMemory(prep pix.Prep, pictures int) int64 {
	s := prep.Surroundings()
	return int64(s.W) * int64(s.H) * 3 * int64(pictures)
}

// amount is Amount; 0 of no jitter.
func (j *Jitter) amount() float64 {
	if j == nil {
		return 0
	}
	return j.Amount
}

// check says what does not fit the pictures trained on.
func (j *Jitter) check(data *faces.Set) error {
	want := data.Prep.Surroundings()
	switch {
	case !(j.Amount > 0) || math.IsInf(j.Amount, 0):
		return fmt.Errorf("a jitter of %g: the amount must be a number above zero", j.Amount)
	case j.Data == nil || j.Data.Prep != want:
		return errors.New("jitter needs the pictures with their surroundings")
	case len(j.Data.IDs) != len(data.IDs):
		return fmt.Errorf("%s has %d pictures with their surroundings and %d without", data.Source, len(j.Data.IDs), len(data.IDs))
	}
	for i, id := range data.IDs {
		if j.Data.IDs[i] != id {
			return fmt.Errorf("%s: picture %d is %s, with its surroundings it is %s", data.Source, i+1, id, j.Data.IDs[i])
		}
	}
	return nil
}

// draw writes a jittered picture of w x h.
func (j *Jitter) draw(dst []float32, w, h, row int, rng *rand.Rand) {
	u := func(bound float64) float64 { return (2*rng.Float64() - 1) * bound * j.Amount }
	turn, scale, dx, dy := u(jitterTurn), 1+u(jitterScale), u(jitterShift), u(jitterShift)
	n := j.Data.W * j.Data.H * 3
	window := surroundings{pix: j.Data.Pix[row*n:][:n], w: j.Data.W, h: j.Data.H}
	window.sample(dst, w, h, turn, scale, dx, dy)
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
