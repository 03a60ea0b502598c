package nn

import "likeness/internal/kernel"

// pooledConv is a 3x3 convolution together with the max pooling behind it. It
// gives what the two layers give one after the other, with less work:
//
//   - The activation grows with its argument, so the largest of four sums has
//     the largest of the four activations: it pools first and then adds the bias
//     and applies the activation to a quarter of the values. The map before the
//     pooling is never kept.
//   - Behind the pooling one of four gradients is not zero, so both gradients,
//     that of the weights and that of the input, walk the winners only.
//
// Where two sums differ and their activations do not, for both are rounded, the
// larger sum wins here and the first of the two in the plain layers.
type pooledConv struct {
	*convOp
	bands []*kernel.Tiles // for each row of the pool the two rows of the map, 32 channels
	tiled *tiledConv      // makes the products instead, all of them, or nil

	// For the gradient of an input of whole groups of 32 channels: the weights
	// as (input channels/32, output channels, 3, 3, 32), and the pool's pixels
	// in one group of a shard's framed pictures.
	filters []float32
	sites   []kernel.Block
}

// canPool says whether pooledConv serves a convolution.
func (o *convOp) canPool() bool {
	cin, cout := o.big[2], o.small[2]
	return !o.transposed && o.geometry.kernel == 3 && o.stride == 1 &&
		(cin%panelWidth == 0 || cin == 3) && cout%panelWidth == 0
}

func newPooledConv(o *convOp, tiled *tiledConv) *pooledConv {
	p := &pooledConv{convOp: o, tiled: tiled}
	if tiled != nil {
		return p
	}
	all, width := o.forwardPass.parts[0].pixels, o.small[1]
	for first := 0; first < len(all); first += 2 * width {
		band := make([]kernel.Tile, 2*width)
		for i := range band {
			band[i] = all[first+i]
			band[i].C = i * panelWidth
		}
		p.bands = append(p.bands, kernel.NewTiles(band, panelWidth))
	}
	if p.grouped() {
		p.backwardPass = nil
		p.filters = make([]float32, len(o.weights.Value))
		p.sites = p.pooledPixels(ShardImages, p.groupStride(), p.frameRow(), panelWidth, bufferStride(o.small.Size()/4))
	}
	return p
}

// grouped says whether the input's channels come in groups of 32, whose winners are
// walked.
func (o *pooledConv) grouped() bool { return o.tiled == nil && o.big[2]%panelWidth == 0 }

func (o *pooledConv) pack() {
	for tap := range 9 {
		o.packPart(tap, 0, o.big[2], 0, o.small[2])
	}
}

func (o *pooledConv) packPart(tap, row, rows, col, cols int) {
	if !o.grouped() {
		o.convOp.packPart(tap, row, rows, col, cols)
		return
	}
	o.forwardPass.pack(tap, row, rows, col, cols)
	const one = 9 * panelWidth
	cs := o.small[2]
	for r := 0; r < rows; r += panelWidth {
		at := ((row+r)/panelWidth*cs + col) * one
		kernel.Transpose(o.filters[at+tap*panelWidth:], one, o.weights.Value[(tap*o.big[2]+row+r)*cs+col:], cs, panelWidth, cols)
	}
}

func (o *pooledConv) forward(n int, x, y values, ws *workspace) {
	width, cout := o.small[1], o.small[2]
	two := ws.buffer(n, 2*width*panelWidth)
	band := o.band(n, two, x, ws)
	for col := 0; col < cout; col += panelWidth {
		for r := range o.small[0] / 2 {
			band(r, col)
			at := r*(width/2)*cout + col
			for i := range n {
				kernel.MaxPool2x2(y.data.image(i)[at:], y.winners(i)[at:], cout, two.image(i), 2, width, panelWidth)
			}
		}
	}
	activate(n, y.data, o.bias.Value, o.activation)
}

// band gives what computes two rows of the map, 32 channels from col on, into two.
func (o *pooledConv) band(n int, two buffer, x values, ws *workspace) func(r, col int) {
	if o.tiled == nil {
		part, in := &o.forwardPass.parts[0], o.forwardPass.operand(n, x.data, ws)
		return func(r, col int) { part.multiply(n, two, in, o.bands[r], col) }
	}
	ahead := o.tiled.ahead
	in := ahead.operand(n, x.data, ws)
	return func(r, col int) {
		for i, run := range ahead.runs[2*r : 2*r+2] {
			ahead.multiply(n, two, i*o.small[1]*panelWidth, panelWidth, in, run, col, ws)
		}
	}
}

func (o *pooledConv) backward(n int, x, y values, ws *workspace) {
	deactivate(n, y, o.activation)
	if o.tiled != nil {
		// Dense products in tiles are faster than those of the winners in float32.
		o.tiled.gradients(n, x, y, o.unpooled(n, y, ws), ws)
		return
	}
	for i := range n {
		o.frame(x.framed.image(i), x.data.image(i))
	}
	switch {
	case x.slope.data == nil:
	case o.grouped():
		o.inputGradient(n, x, y, ws)
	default:
		o.backwardPass.run(n, x.slope, o.unpooled(n, y, ws), ws)
	}
}

// unpooled is the gradient of the map before the pooling, in the workspace.
func (o *pooledConv) unpooled(n int, y values, ws *workspace) buffer {
	dmap := ws.buffer(n, o.small.Size())
	for i := range n {
		kernel.MaxPool2x2Grad(dmap.image(i), y.slope.image(i), y.winners(i), o.small[0], o.small[1], o.small[2])
	}
	return dmap
}

// inputGradient walks the winners, a group of input channels after the other:
// each adds its filter to the 3x3 pixels that it was computed from.
func (o *pooledConv) inputGradient(n int, x, y values, ws *workspace) {
	h, w, c, row := o.big[0], o.big[1], o.big[2], o.frameRow()
	sites := o.sites[:n*o.small[0]/2*o.small[1]/2]
	filters := o.filters
	for first := 0; first < c; first += panelWidth {
		group := ws.strided(n, o.groupSize(), o.groupStride())
		clear(group.data)
		kernel.PooledInputGrad(group.data, row, filters, y.slope.data, y.winner, sites, o.small[2])
		for i := range n {
			dst, src := x.slope.image(i)[first:], group.image(i)
			for r := range h {
				kernel.CopyRows(dst[r*w*c:], c, src[(r+1)*row+panelWidth:], panelWidth, w, panelWidth)
			}
		}
		filters = filters[o.small[2]*9*panelWidth:]
	}
}

// group is the number of channels that lie side by side in a framed picture.
func (o *pooledConv) group() int { return min(o.big[2], panelWidth) }

// frameRow is a row of one group of a framed picture.
func (o *pooledConv) frameRow() int { return (o.big[1] + 2) * o.group() }

// groupSize is one group of a framed picture.
func (o *pooledConv) groupSize() int { return (o.big[0] + 2) * o.frameRow() }

// groupStride is the distance between groups of neighbouring images: a whole
// number of pixels that does not put the same pixels into the same cache set.
func (o *pooledConv) groupStride() int { return o.groupSize() + panelWidth }

// framedSize is the size of a framed picture: see frame.
func (o *pooledConv) framedSize() int {
	if o.tiled != nil {
		return 0
	}
	return o.big[2] / o.group() * o.groupSize()
}

// frame copies a picture into one with a border of zeros, whose channels lie
// in groups of up to 32: (C/32, H+2, W+2, 32). The border is there already.
func (o *pooledConv) frame(dst, src []float32) {
	h, w, c, g := o.big[0], o.big[1], o.big[2], o.group()
	for first := 0; first < c; first += g {
		for y := range h {
			kernel.CopyRows(dst[(y+1)*o.frameRow()+g:], g, src[y*w*c+first:], c, w, g)
		}
		dst = dst[o.groupSize():]
	}
}
