package nn

import "fmt"

// Conv2D slides Kernel x Kernel filters over a picture with 'same' padding as
// TensorFlow pads: an (H, W, C) picture becomes (ceil(H/Stride),
// ceil(W/Stride), Filters). The kernel has shape (Kernel, Kernel, C, Filters).
type Conv2D struct {
	Filters    int
	Kernel     int
	Stride     int // 0 means 1
	Activation Activation
	Zero       bool // the kernel begins at zero
}

func (Conv2D) Kind() string { return "Conv2D" }

func (c Conv2D) stride() int { return max(c.Stride, 1) }

func (c Conv2D) Output(in Shape) (Shape, error) {
	h, w, _, err := in.picture("Conv2D")
	if err != nil {
		return nil, err
	}
	if err := checkFilters("Conv2D", c.Filters, c.Kernel, c.Stride); err != nil {
		return nil, err
	}
	s := c.stride()
	return Shape{(h + s - 1) / s, (w + s - 1) / s, c.Filters}, c.Activation.check("Conv2D")
}

func (c Conv2D) params(in Shape) []paramSpec {
	return filterParams(c.Kernel, in[2], c.Filters, c.Filters, c.Zero)
}

func (c Conv2D) plan(in Shape, params []*Param, precision Precision) op {
	out, _ := c.Output(in)
	g := geometry{kernel: c.Kernel, stride: c.stride(), big: in, small: out}
	return &convOp{
		geometry:     g,
		forwardPass:  newCorrelation(g.down(), params[0].Value, precision),
		backwardPass: newCorrelation(g.up(), params[0].Value, precision),
		weights:      params[0],
		bias:         params[1],
		activation:   c.Activation,
	}
}

// Conv2DTranspose is the transpose of a Conv2D with the same kernel, stride
// and 'same' padding: an (H, W, C) picture becomes (H*Stride, W*Stride,
// Filters). The kernel has shape (Kernel, Kernel, Filters, C).
type Conv2DTranspose struct {
	Filters    int
	Kernel     int
	Stride     int // 0 means 1
	Activation Activation
	Zero       bool // the kernel begins at zero
}

func (Conv2DTranspose) Kind() string { return "Conv2DTranspose" }

func (c Conv2DTranspose) stride() int { return max(c.Stride, 1) }

func (c Conv2DTranspose) Output(in Shape) (Shape, error) {
	h, w, _, err := in.picture("Conv2DTranspose")
	if err != nil {
		return nil, err
	}
	if err := checkFilters("Conv2DTranspose", c.Filters, c.Kernel, c.Stride); err != nil {
		return nil, err
	}
	s := c.stride()
	return Shape{h * s, w * s, c.Filters}, c.Activation.check("Conv2DTranspose")
}

func (c Conv2DTranspose) params(in Shape) []paramSpec {
	return filterParams(c.Kernel, c.Filters, in[2], c.Filters, c.Zero)
}

func (c Conv2DTranspose) plan(in Shape, params []*Param, precision Precision) op {
	out, _ := c.Output(in)
	g := geometry{kernel: c.Kernel, stride: c.stride(), big: out, small: in}
	up, ok := g.upSquares()
	if !ok {
		up = g.up()
	}
	return &convOp{
		geometry:     g,
		transposed:   true,
		forwardPass:  newCorrelation(up, params[0].Value, precision),
		backwardPass: newCorrelation(g.down(), params[0].Value, precision),
		weights:      params[0],
		bias:         params[1],
		activation:   c.Activation,
	}
}

func checkFilters(kind string, filters, kernel, stride int) error {
	switch {
	case filters < 1:
		return fmt.Errorf("%s needs at least 1 filter, not %d", kind, filters)
	case kernel < 1:
		return fmt.Errorf("%s needs a kernel of at least 1x1, not %d", kind, kernel)
	case stride < 0:
		return fmt.Errorf("%s: negative stride %d", kind, stride)
	}
	return nil
}

// filterParams asks for filters of shape (k, k, third, fourth) and a bias. The
// fans are Keras's: the receptive field times the last two dimensions.
func filterParams(k, third, fourth, bias int, zero bool) []paramSpec {
	filters := paramSpec{name: "kernel", shape: []int{k, k, third, fourth}}
	if !zero {
		filters.fanIn, filters.fanOut = k*k*third, k*k*fourth
	}
	return []paramSpec{filters, {name: "bias", shape: []int{bias}}}
}

// convOp runs a convolution or, transposed, its adjoint: both are made of the
// same three products, with the big and the small picture changing roles.
type convOp struct {
	geometry
	transposed                bool
	forwardPass, backwardPass *correlation
	weights, bias             *Param
	activation                Activation
}

func (o *convOp) pack() {
	for tap := range o.kernel * o.kernel {
		o.packPart(tap, 0, o.big[2], 0, o.small[2])
	}
}

// packPart packs a part of one tap's weights for both directions.
func (o *convOp) packPart(tap, row, rows, col, cols int) {
	o.forwardPass.pack(tap, row, rows, col, cols)
	o.backwardPass.pack(tap, row, rows, col, cols)
}

func (o *convOp) forward(n int, x, y values, ws *workspace) {
	o.forwardPass.run(n, y.data, x.data, ws)
	activate(n, y.data, o.bias.Value, o.activation)
}

func (o *convOp) backward(n int, x, y values, ws *workspace) {
	deactivate(n, y, o.activation)
	if x.slope.data != nil {
		o.backwardPass.run(n, x.slope, y.slope, ws)
	}
}

func (o *convOp) pieces(x, y values, shards []values) []piece {
	big, small := x.data, y.slope
	if o.transposed {
		big, small = y.slope, x.data
	}
	f := newFilterGradient(o.geometry, len(y.data.data)/y.data.stride)
	return append(f.pieces(o.weights, big, small, o.packPart), biasPiece(o.bias, shards))
}
