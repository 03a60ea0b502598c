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
	return filterParams(c.Kernel, in[2], c.Filters, c.Filters)
}

func (c Conv2D) plan(in Shape, params []*Param) op {
	out, _ := c.Output(in)
	g := geometry{kernel: c.Kernel, stride: c.stride(), big: in, small: out}
	return &convOp{
		forwardPass:  newCorrelation(g.down(), params[0].Value),
		backwardPass: newCorrelation(g.up(), params[0].Value),
		gradient:     newFilterGradient(g),
		bias:         params[1].Value,
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
	return filterParams(c.Kernel, c.Filters, in[2], c.Filters)
}

func (c Conv2DTranspose) plan(in Shape, params []*Param) op {
	out, _ := c.Output(in)
	g := geometry{kernel: c.Kernel, stride: c.stride(), big: out, small: in}
	return &convOp{
		transposed:   true,
		forwardPass:  newCorrelation(g.up(), params[0].Value),
		backwardPass: newCorrelation(g.down(), params[0].Value),
		gradient:     newFilterGradient(g),
		bias:         params[1].Value,
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
func filterParams(k, third, fourth, bias int) []paramSpec {
	return []paramSpec{
		{name: "kernel", shape: []int{k, k, third, fourth}, fanIn: k * k * third, fanOut: k * k * fourth},
		{name: "bias", shape: []int{bias}},
	}
}

// convOp runs a convolution or, transposed, its adjoint: both are made of the
// same three products, with the big and the small picture changing roles.
type convOp struct {
	transposed                bool
	forwardPass, backwardPass *correlation
	gradient                  *filterGradient
	bias                      []float32
	activation                Activation
}

func (o *convOp) pack() {
	o.forwardPass.pack()
	o.backwardPass.pack()
}

func (o *convOp) forward(n int, x, y buffer, _ []uint8) {
	o.forwardPass.run(n, y, x)
	activate(n, y, o.bias, o.activation)
}

func (o *convOp) backward(n int, x, y, dy, dx buffer, _ []uint8, grad [][]float32) {
	deactivate(n, y, dy, grad[1], o.activation)
	if o.transposed {
		o.gradient.run(n, grad[0], dy, x)
	} else {
		o.gradient.run(n, grad[0], x, dy)
	}
	if dx.data != nil {
		o.backwardPass.run(n, dx, dy)
	}
}
