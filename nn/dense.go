package nn

import (
	"fmt"

	"likeness/internal/kernel"
)

// Dense is a fully connected layer on vectors: y = x*kernel + bias, with a
// kernel of shape (in, Units).
type Dense struct {
	Units      int
	Activation Activation
}

func (Dense) Kind() string { return "Dense" }

func (d Dense) Output(in Shape) (Shape, error) {
	if len(in) != 1 {
		return nil, fmt.Errorf("Dense needs a vector, not %v: put a Flatten before it", in)
	}
	if d.Units < 1 {
		return nil, fmt.Errorf("Dense needs at least 1 unit, not %d", d.Units)
	}
	return Shape{d.Units}, d.Activation.check("Dense")
}

func (d Dense) params(in Shape) []paramSpec {
	return []paramSpec{
		{name: "kernel", shape: []int{in[0], d.Units}, fanIn: in[0], fanOut: d.Units},
		{name: "bias", shape: []int{d.Units}},
	}
}

func (d Dense) plan(in Shape, params []*Param) op {
	o := &denseOp{in: in[0], units: d.Units, activation: d.Activation, kernel: params[0].Value, bias: params[1].Value}
	o.forwardPanels = newPanels(o.in, o.units)
	o.backwardPanels = newPanels(o.units, o.in)
	return o
}

type denseOp struct {
	in, units      int
	activation     Activation
	kernel, bias   []float32
	forwardPanels  panels // kernel
	backwardPanels panels // kernel, transposed
}

var oneBlock = []kernel.Block{{}}

func (o *denseOp) pack() {
	o.forwardPanels.pack(0, o.kernel, o.in)
	o.backwardPanels.packTransposed(0, o.kernel, o.units)
}

func (o *denseOp) forward(n int, x, y buffer, _ []uint8) {
	o.forwardPanels.multiply(y, x, n)
	activate(n, y, o.bias, o.activation)
}

func (o *denseOp) backward(n int, x, y, dy, dx buffer, _ []uint8, grad [][]float32) {
	deactivate(n, y, dy, grad[1], o.activation)
	kernel.BlockGemm(grad[0], o.units, x.data, 1, x.stride, dy.data, dy.stride, oneBlock, o.in, o.units, n, false)
	if dx.data != nil {
		o.backwardPanels.multiply(dx, dy, n)
	}
}

// activate adds the bias to every pixel of n images and applies the activation.
func activate(n int, y buffer, bias []float32, a Activation) {
	for i := range n {
		if a == ELU {
			kernel.AddBiasELU(y.image(i), bias)
		} else {
			kernel.AddBias(y.image(i), bias)
		}
	}
}

// deactivate turns the gradient behind the activation into the one before it,
// in place, and sums it up over all pixels as the gradient of the bias.
func deactivate(n int, y, dy buffer, dbias []float32, a Activation) {
	clear(dbias)
	for i := range n {
		g := dy.image(i)
		if a == ELU {
			kernel.ELUGrad(g, g, y.image(i))
		}
		kernel.SumRows(dbias, g)
	}
}
