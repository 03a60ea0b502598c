package nn

import (
	"fmt"

	"likeness/internal/kernel"
)

// UpSampling2D repeats every pixel Size times in both directions: an (H, W, C) picture
// becomes (H*Size, W*Size, C).
type UpSampling2D struct{ Size int }

func (UpSampling2D) Kind() string { return "UpSampling2D" }

func (u UpSampling2D) Output(in Shape) (Shape, error) {
	h, w, c, err := in.picture("UpSampling2D")
	if err != nil {
		return nil, err
	}
	if u.Size < 1 || u.Size > mostKernel {
		return nil, fmt.Errorf("UpSampling2D repeats pixels 1 to %d times, not %d", mostKernel, u.Size)
	}
	return Shape{h * u.Size, w * u.Size, c}, nil
}

func (UpSampling2D) params(Shape) []paramSpec { return nil }

func (u UpSampling2D) plan(in Shape, _ []*Param, _ Precision) op { return upsamplingOp{in, u.Size} }

type upsamplingOp struct {
	in   Shape
	size int
}

func (upsamplingOp) pack() {}

// eachPixel visits the pixels of the bigger picture in reading order, with the pixel of the
// smaller one that each shows.
func (o upsamplingOp) eachPixel(big, small []float32, visit func(big, small []float32)) {
	w, c := o.in[1], o.in[2]
	i := 0
	for r := range o.in[0] * o.size {
		for col := range w * o.size {
			at := (r/o.size*w + col/o.size) * c
			visit(big[i:i+c], small[at:at+c])
			i += c
		}
	}
}

func (o upsamplingOp) forward(n int, x, y values, _ *workspace) {
	for i := range n {
		o.eachPixel(y.data.image(i), x.data.image(i), func(big, small []float32) { copy(big, small) })
	}
}

func (o upsamplingOp) backward(n int, x, y values, _ *workspace) {
	if x.slope.data == nil {
		return
	}
	for i := range n {
		clear(x.slope.image(i))
		o.eachPixel(y.slope.image(i), x.slope.image(i), func(big, small []float32) { kernel.Add(small, big) })
	}
}

func (upsamplingOp) pieces(values, values, []values) []piece { return nil }
