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
	if len(n.Input) != 3 || h < 1 || w < 1 || len(x) != h*w*n.Input[2] {
		panic("nn: PredictPicture: the picture's length is not h*w*C")
	}
	layers := make([]Conv2D, len(n.nodes))
	for i, node := range n.nodes {
		c, ok := node.Layer.(Conv2D)
		if !ok {
			return nil, 0, 0, fmt.Errorf("%s, layer %d: a %s does not take pictures of any size", n.Name, i+1, node.Kind())
		}
		layers[i] = c
	}
	n.freshen()
	slabs, ok := n.pictures.Get().(*[2][]float32)
	if !ok {
		slabs = new([2][]float32)
	}
	defer n.pictures.Put(slabs)
	// Each picture lies within the border of zeros that the layer behind it wants.
	border := func(i, h, w, channels int) framed {
		if i == len(layers) {
			f := framed{h: h, w: w, rows: h, row: w * channels, channels: channels}
			f.data = make([]float32, f.rows*f.row)
			return f
		}
		f := layers[i].border(h, w, channels)
		f.data = take(&slabs[i%2], f.rows*f.row)
		f.clear()
		return f
	}
	in := border(0, h, w, n.Input[2])
	for r := range h {
		copy(in.line(r), x[r*w*in.channels:])
	}
	for i, c := range layers {
		if err := ctx.Err(); err != nil {
			return nil, 0, 0, err
		}
		s := c.stride()
		out := border(i+1, (in.h+s-1)/s, (in.w+s-1)/s, c.Filters)
		c.slide(out, in, n.nodes[i].owned[0].Value, n.nodes[i].owned[1].Value)
		in = out
	}
	return in.data, in.h, in.w, nil
}

// framed is a picture within a border: rows lines of row numbers, of which the picture's begin at (top, left).
type framed struct {
	data           []float32
	h, w, channels int
	top, left      int
	rows, row      int
}

// border returns the size of an h x w picture with the border that the layer reads; data is not set.
func (c Conv2D) border(h, w, channels int) framed {
	s, k := c.stride(), c.Kernel
	oh, ow := (h+s-1)/s, (w+s-1)/s
	f := framed{h: h, w: w, channels: channels, top: padding(h, oh, k, s), left: padding(w, ow, k, s)}
	f.rows = max((oh-1)*s+k, f.top+h)
	f.row = max((ow-1)*s+k, f.left+w) * channels
	return f
}

// line is the picture's line r.
func (f framed) line(r int) []float32 {
	return f.data[(f.top+r)*f.row+f.left*f.channels:][:f.w*f.channels]
}

// clear zeroes the border.
func (f framed) clear() {
	clear(f.data[:f.top*f.row])
	for r := range f.h {
		line := f.data[(f.top+r)*f.row:][:f.row]
		clear(line[:f.left*f.channels])
		clear(line[(f.left+f.w)*f.channels:])
	}
	clear(f.data[(f.top+f.h)*f.row:])
}

// slide computes the layer on one picture. Each output line is the sum of one matrix product for each row of taps, whose
// left side is read right out of the picture: the windows of neighbouring output pixels are stride pixels apart and overlap.
func (c Conv2D) slide(out, in framed, weights, bias []float32) {
	s, k := c.stride(), c.Kernel
	blocks := make([]kernel.Block, k)
	for t := range blocks {
		blocks[t] = kernel.Block{A: t * in.row, B: t * k * in.channels * c.Filters}
	}
	for r := range out.h {
		line := out.line(r)
		kernel.BlockGemm(line, c.Filters, in.data[r*s*in.row:], s*in.channels, 1, weights, c.Filters, blocks, out.w, c.Filters, k*in.channels, false)
		c.Activation.addBias(line, bias)
	}
}
