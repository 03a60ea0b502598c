package nn

import (
	"fmt"

	"likeness/internal/kernel"
)

// MaxPooling2D keeps the largest of each 2x2 pixels per channel: an (H, W, C) picture
// becomes (H/2, W/2, C). The last row or column of an odd side is left out, as by Keras's
// padding 'valid', or with Same has a pixel of its own. Among equals the first in reading
// order wins and takes the gradient.
type MaxPooling2D struct{ Same bool }

func (MaxPooling2D) Kind() string { return "MaxPooling2D" }

func (p MaxPooling2D) Output(in Shape) (Shape, error) {
	h, w, c, err := in.picture("MaxPooling2D")
	if err != nil {
		return nil, err
	}
	if p.Same {
		return Shape{(h + 1) / 2, (w + 1) / 2, c}, nil
	}
	if h < 2 || w < 2 {
		return nil, fmt.Errorf("MaxPooling2D needs at least 2x2 pixels, not %dx%d", w, h)
	}
	return Shape{h / 2, w / 2, c}, nil
}

func (MaxPooling2D) params(Shape) []paramSpec { return nil }

func (p MaxPooling2D) plan(in Shape, _ []*Param, _ Precision) op {
	if even(in) {
		return poolOp{in}
	}
	out, _ := p.Output(in)
	return oddPoolOp{in, out}
}

// even reports whether both sides of a picture are.
func even(in Shape) bool { return in[0]%2 == 0 && in[1]%2 == 0 }

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

// oddPoolOp pools pictures with an odd side.
type oddPoolOp struct{ in, out Shape }

func (oddPoolOp) pack() {}

// square visits the up to four pixels that output pixel (r, c) is the largest of, by their
// places 0 to 3 in the square and where their values begin.
func (o oddPoolOp) square(r, c int, visit func(place uint8, at int)) {
	for place := range uint8(4) {
		y, x := 2*r+int(place)/2, 2*c+int(place)%2
		if y < o.in[0] && x < o.in[1] {
			visit(place, (y*o.in[1]+x)*o.in[2])
		}
	}
}

func (o oddPoolOp) forward(n int, x, y values, _ *workspace) {
	channels := o.in[2]
	for i := range n {
		from, to, winners := x.data.image(i), y.data.image(i), y.winners(i)
		for r := range o.out[0] {
			for c := range o.out[1] {
				at := (r*o.out[1] + c) * channels
				best, winner := to[at:at+channels], winners[at:at+channels]
				o.square(r, c, func(place uint8, at int) {
					for ch, v := range from[at : at+channels] {
						if place == 0 || v > best[ch] {
							best[ch], winner[ch] = v, place
						}
					}
				})
			}
		}
	}
}

func (o oddPoolOp) backward(n int, x, y values, _ *workspace) {
	if x.slope.data == nil {
		return
	}
	channels := o.in[2]
	for i := range n {
		to, from, winners := x.slope.image(i), y.slope.image(i), y.winners(i)
		clear(to)
		for r := range o.out[0] {
			for c := range o.out[1] {
				out := (r*o.out[1] + c) * channels
				o.square(r, c, func(place uint8, at int) {
					for ch := range channels {
						if winners[out+ch] == place {
							to[at+ch] = from[out+ch]
						}
					}
				})
			}
		}
	}
}

func (oddPoolOp) pieces(values, values, []values) []piece { return nil }
