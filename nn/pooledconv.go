package nn

import "likeness/internal/kernel"

// pooledConv is a 3x3 convolution together with the max pooling behind it. It
// gives what the two layers give one after the other, with less work:
//
//   - The activation grows with its argument, so the largest of four sums has
//     the largest of the four activations: it pools first and then adds the bias
//     and applies the activation to a quarter of the values. The map before the
//     pooling is never kept.
//   - Behind the pooling one of four gradients is not zero, so the gradient of
//     the weights walks the winners only.
//
// Where two sums differ and their activations do not, for both are rounded, the
// larger sum wins here and the first of the two in the plain layers.
type pooledConv struct {
	*convOp
	bands []*kernel.Tiles // for each row of the pool the two rows of the map, 32 channels
}

// canPool says whether pooledConv serves a convolution.
func (o *convOp) canPool() bool {
	cin, cout := o.big[2], o.small[2]
	return !o.transposed && o.geometry.kernel == 3 && o.stride == 1 &&
		(cin%panelWidth == 0 || 9*cin <= panelWidth) && cout%panelWidth == 0
}

func newPooledConv(o *convOp) *pooledConv {
	p := &pooledConv{convOp: o}
	all, width := o.forwardPass.parts[0].pixels, o.small[1]
	for first := 0; first < len(all); first += 2 * width {
		band := make([]kernel.Tile, 2*width)
		for i := range band {
			band[i] = all[first+i]
			band[i].C = i * panelWidth
		}
		p.bands = append(p.bands, kernel.NewTiles(band, panelWidth))
	}
	return p
}

func (o *pooledConv) forward(n int, x, y values, ws *workspace) {
	width, cout := o.small[1], o.small[2]
	two := ws.buffer(n, 2*width*panelWidth)
	part, in := &o.forwardPass.parts[0], o.forwardPass.operand(n, x.data, ws)
	for col := 0; col < cout; col += panelWidth {
		for r, band := range o.bands {
			part.multiply(n, two, in, band, col)
			at := r*(width/2)*cout + col
			for i := range n {
				kernel.MaxPool2x2(y.data.image(i)[at:], y.winners(i)[at:], cout, two.image(i), 2, width, panelWidth)
			}
		}
	}
	activate(n, y.data, o.bias.Value, o.activation)
}

func (o *pooledConv) backward(n int, x, y values, ws *workspace) {
	deactivate(n, y, o.activation)
	for i := range n {
		o.frame(x.framed.image(i), x.data.image(i))
	}
	if x.slope.data == nil {
		return
	}
	dmap := ws.buffer(n, o.small.Size())
	for i := range n {
		kernel.MaxPool2x2Grad(dmap.image(i), y.slope.image(i), y.winners(i), o.small[0], o.small[1], o.small[2])
	}
	o.backwardPass.run(n, x.slope, dmap, ws)
}

// group is the number of channels that lie side by side in a framed picture.
func (o *pooledConv) group() int { return min(o.big[2], panelWidth) }

// framedSize is the size of a framed picture: see frame.
func (o *pooledConv) framedSize() int {
	g := o.group()
	return o.big[2] / g * (o.big[0] + 2) * (o.big[1] + 2) * g
}

// frame copies a picture into one with a border of zeros, whose channels lie
// in groups of up to 32: (C/32, H+2, W+2, 32). The border is there already.
func (o *pooledConv) frame(dst, src []float32) {
	h, w, c, g := o.big[0], o.big[1], o.big[2], o.group()
	for first := 0; first < c; first += g {
		for y := range h {
			row := dst[(y+1)*(w+2)*g+g:][:w*g]
			if g == c {
				copy(row, src[y*w*c:])
				continue
			}
			kernel.CopyRows(row, g, src[y*w*c+first:], c, w, g)
		}
		dst = dst[(h+2)*(w+2)*g:]
	}
}
