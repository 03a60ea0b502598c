package nn

import (
	"context"
	"fmt"

	"likeness/internal/kernel"
)

// PredictPicture runs a network of convolutions on one picture of h x w pixels, whatever the size of its input: x holds
// h*w*C numbers, the result is (oh, ow, filters of the last layer). For the size of the network's input its bits are those
// of Predict. It runs on one thread, and returns ctx's error when ctx ends. Layers other than Conv2D are an error; a length
// that does not fit is a programming mistake and panics.
func (n *Network) PredictPicture(ctx context.Context, x []float32, h, w int) (y []float32, oh, ow int, err error) {
	in := n.Input
	if len(in) != 3 || h < 1 || w < 1 || len(x) != h*w*in[2] {
		panic("nn: PredictPicture: the picture's length is not h*w*C")
	}
	n.freshen()
	channels := in[2]
	for i, node := range n.nodes {
		c, ok := node.Layer.(Conv2D)
		if !ok {
			return nil, 0, 0, fmt.Errorf("%s, layer %d: a %s does not take pictures of any size", n.Name, i+1, node.Kind())
		}
		if err := ctx.Err(); err != nil {
			return nil, 0, 0, err
		}
		x, h, w = c.slide(x, h, w, channels, node.owned[0].Value, node.owned[1].Value)
		channels = c.Filters
	}
	return x, h, w, nil
}

// slide computes the layer on one picture. Each output row is the sum of one matrix product for each row of taps, whose
// left side is read right out of the picture: the windows of neighbouring output pixels are stride pixels apart and overlap.
// So the picture first gets its border of zeros.
func (c Conv2D) slide(x []float32, h, w, channels int, weights, bias []float32) (y []float32, oh, ow int) {
	s, k := c.stride(), c.Kernel
	oh, ow = (h+s-1)/s, (w+s-1)/s
	top, left := padding(h, oh, k, s), padding(w, ow, k, s)
	ph, pw := max((oh-1)*s+k, top+h), max((ow-1)*s+k, left+w)
	if ph != h || pw != w {
		padded := make([]float32, ph*pw*channels)
		for r := range h {
			copy(padded[((r+top)*pw+left)*channels:], x[r*w*channels:][:w*channels])
		}
		x = padded
	}
	y = make([]float32, oh*ow*c.Filters)
	row := pw * channels
	blocks := make([]kernel.Block, k)
	for t := range blocks {
		blocks[t] = kernel.Block{A: t * row, B: t * k * channels * c.Filters}
	}
	for r := range oh {
		out := y[r*ow*c.Filters:][:ow*c.Filters]
		kernel.BlockGemm(out, c.Filters, x[r*s*row:], s*channels, 1, weights, c.Filters, blocks, ow, c.Filters, k*channels, false)
		if c.Activation == ELU {
			kernel.AddBiasELU(out, bias)
		} else {
			kernel.AddBias(out, bias)
		}
	}
	return y, oh, ow
}
