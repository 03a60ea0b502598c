package nn

import (
	"fmt"
	"slices"

	"likeness/internal/kernel"
)

// Residual adds two ways through the network (He et al. 2016): y = Layers(x) +
// Shortcut(x). An empty Shortcut passes x on as it is, an empty list of Layers
// too. Both ways must end in the same shape. Residuals nest: one around a way
// down to a smaller picture and up again makes a U-net whose skips are added.
type Residual struct {
	Layers   []Layer
	Shortcut []Layer
}

// Kind returns the name of the Keras layer that adds the two.
func (Residual) Kind() string { return "Add" }

func (r Residual) Output(in Shape) (Shape, error) {
	a, err := outputOf(r.Layers, in)
	if err != nil {
		return nil, err
	}
	b, err := outputOf(r.Shortcut, in)
	if err != nil {
		return nil, fmt.Errorf("shortcut: %w", err)
	}
	if !slices.Equal(a, b) {
		return nil, fmt.Errorf("Residual cannot add %v and, from its shortcut, %v", a, b)
	}
	return a, nil
}

// outputOf is the shape that a sequence makes of one sample.
func outputOf(layers []Layer, in Shape) (Shape, error) {
	for i, l := range layers {
		out, err := l.Output(in)
		if err != nil {
			return nil, fmt.Errorf("layer %d of a Residual: %w", i+1, err)
		}
		in = out
	}
	return in, nil
}

func (Residual) params(Shape) []paramSpec { return nil }

// plan is never asked for: compile takes a Residual apart.
func (Residual) plan(Shape, []*Param, Precision) op { return nil }

// forkOp stands where the ways part. What lies behind it are the very values
// before it, but with a gradient of their own, which is added to what came
// back the other way: that one is compiled later, so it comes back first.
type forkOp struct{}

func (forkOp) pack() {}

func (forkOp) forward(int, values, values, *workspace) {}

func (forkOp) backward(n int, x, y values, _ *workspace) {
	if x.slope.data == nil {
		return
	}
	for i := range n {
		kernel.Add(x.slope.image(i), y.slope.image(i))
	}
}

func (forkOp) pieces(values, values, []values) []piece { return nil }

// addOp stands where the ways meet. It reads two values, so a pass calls sum
// and share in the place of forward and backward.
type addOp struct{ forkOp }

// sum writes the sum of a and b into y.
func (addOp) sum(n int, a, b, y values) {
	for i := range n {
		copy(y.data.image(i), a.data.image(i))
		kernel.Add(y.data.image(i), b.data.image(i))
	}
}

// share gives the gradient of the sum to both.
func (addOp) share(n int, a, b, y values) {
	for _, v := range []values{a, b} {
		if v.slope.data != nil {
			copyImages(n, v.slope, y.slope)
		}
	}
}
