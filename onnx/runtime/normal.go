package runtime

import (
	"math"

	"likeness/internal/kernel"
)

// rows scales and moves rows of numbers, such as the channels of a pixel, and activates them.
type rows struct {
	x, y         *storage
	scale, shift []float32 // nil, one number, or one for each of a row
	activation
}

func (s *rows) reads() []*storage { return []*storage{s.x} }
func (s *rows) writes() *storage  { return s.y }
func (s *rows) overwrites() bool  { return true }

func (s *rows) run(n int, m *memory) {
	x, y := m.single(s.x, n), m.single(s.y, n)
	const block = 1 << 12 // numbers that stay at hand between the two passes
	step := max(len(s.scale), len(s.slopes), 1)
	step *= max(1, block/step)
	for len(x) > 0 {
		k := min(step, len(x))
		s.affine(y[:k], x[:k])
		s.apply(y[:k])
		x, y = x[k:], y[k:]
	}
}

func (s *rows) affine(y, x []float32) { scaleShift(y, x, s.scale, s.shift) }

// scaleShift is y = x*scale + shift, row by row.
func scaleShift(y, x, scale, shift []float32) {
	switch len(scale) {
	case 0:
		if len(x) > 0 && &y[0] != &x[0] {
			copy(y, x)
		}
	case 1:
		a, b := scale[0], shift[0]
		for i, v := range x {
			y[i] = float32(v*a) + b
		}
	default:
		kernel.ScaleShift(y, x, scale, shift)
	}
}

// scaled returns v*scale + shift, in the step that makes the value where that can. Both have one
// number or one for each of a row.
func (c *compiler) scaled(v *value, scale, shift []float32) *value {
	switch s := c.made(v).(type) {
	case interface {
		rescale(scale, shift []float32) bool
	}:
		if (len(scale) == 1 || v.last || len(v.dims) == 1) && s.rescale(scale, shift) {
			return v
		}
	case *rows:
		if s.act == linear && s.scale != nil && (len(s.scale) == len(scale) || len(scale) == 1) {
			old := s.scale
			s.scale, s.shift = make([]float32, len(old)), append([]float32(nil), s.shift...)
			for i := range old {
				k := i % len(scale)
				s.scale[i], s.shift[i] = old[i]*scale[k], s.shift[i]*scale[k]+shift[k]
			}
			return v
		}
	}
	y := c.running(v.kind, v.dims, v.last)
	c.emit(&rows{x: v.mem, y: y.mem, scale: scale, shift: shift})
	return y
}

func (n *node) batchNormalization() {
	if n.intAttr("training_mode", 0) != 0 {
		n.fail("it is set for training")
	}
	if n.intAttr("spatial", 1) == 0 {
		n.fail("it normalises each place of a picture by itself (spatial 0)")
	}
	n.others("a statistic")
	v := n.computed(0)
	if v.kind != single || len(v.dims) == 0 {
		n.fail("a value of %v with the dimensions %v", v.kind, v.dims)
	}
	c := v.dims[0]
	gamma, beta, mean, variance := n.vector(1, c), n.vector(2, c), n.vector(3, c), n.vector(4, c)
	epsilon := float64(n.floatAttr("epsilon", 1e-5))
	scale, shift := make([]float32, c), make([]float32, c)
	for i := range scale {
		root := math.Sqrt(float64(variance[i]) + epsilon)
		if !(root > 0) {
			n.fail("the variance of channel %d is %v", i, variance[i])
		}
		a := float64(gamma[i]) / root
		scale[i], shift[i] = float32(a), float32(float64(beta[i])-float64(mean[i])*a)
	}
	switch len(v.dims) {
	case 1:
	case 3:
		v = n.c.lastly(v)
	default:
		if c != 1 {
			n.fail("a value of %d dimensions, expected 2 or 4", v.rank())
		}
	}
	n.set(0, n.c.scaled(v, scale, shift))
}
