package nn

import (
	"fmt"

	"likeness/internal/kernel"
)

// MaxPooling2D keeps the largest of each 2x2 pixels per channel: an (H, W, C)
// picture with even sides becomes (H/2, W/2, C). Among equals the first in
// reading order wins and takes the gradient.
type MaxPooling2D struct{}

func (MaxPooling2D) Kind() string { return "MaxPooling2D" }

func (MaxPooling2D) Output(in Shape) (Shape, error) {
	h, w, c, err := in.picture("MaxPooling2D")
	if err != nil {
		return nil, err
	}
	if h%2 != 0 || w%2 != 0 {
		return nil, fmt.Errorf("MaxPooling2D needs even sides, not %dx%d", w, h)
	}
	return Shape{h / 2, w / 2, c}, nil
}

func (MaxPooling2D) params(Shape) []paramSpec { return nil }

func (MaxPooling2D) plan(in Shape, _ []*Param, _ Precision) op { return poolOp{in} }

type poolOp struct{ in Shape }

func (poolOp) pack() {}

func (o poolOp) forward(n int, x, y values, _ *workspace) {
	for i := range n {
		kernel.MaxPool2x2(y.data.image(i), y.winners(i), o.in[2], x.data.image(i), o.in[0], o.in[1], o.in[2])
	}
}

func (o poolOp) backward(n int, x, y values, _ *workspace) {
	if x.slope.data == nil {
		return
	}
	for i := range n {
		kernel.MaxPool2x2Grad(x.slope.image(i), y.slope.image(i), y.winners(i), o.in[0], o.in[1], o.in[2])
	}
}

func (poolOp) pieces(values, values, []values) []piece { return nil }
