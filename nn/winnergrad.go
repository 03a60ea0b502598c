package nn

import "likeness/internal/kernel"

// winnerFilters is how many output channels a piece of a pooledConv takes.
const winnerFilters = 64

func (o *pooledConv) pieces(x, y values, shards []values) []piece {
	if o.tiled != nil {
		return o.tiled.pieces(x, y, shards)
	}
	images := len(y.data.data) / y.data.stride
	var list []piece
	if !o.grouped() {
		list = append(list, o.patchPiece(x, y))
	} else {
		sites := o.pooledPixels(images, x.framed.stride, o.frameRow(), panelWidth, y.data.stride)
		for in := 0; in < o.big[2]; in += panelWidth {
			for out := 0; out < o.small[2]; out += winnerFilters {
				list = append(list, o.winnerPiece(x, y, sites, in, out))
			}
		}
	}
	return append(list, biasPiece(o.bias, shards))
}

// pooledPixels lists the pixels of the pool, image by image: A is where in x the
// square's first window begins, B where its channels are in the pooled picture.
func (o *pooledConv) pooledPixels(images, imageStride, rowStride, pixel, pooledStride int) []kernel.Block {
	h, w, cout := o.small[0]/2, o.small[1]/2, o.small[2]
	var sites []kernel.Block
	for i := range images {
		for y := range h {
			for q := range w {
				sites = append(sites, kernel.Block{
					A: i*imageStride + 2*y*rowStride + 2*q*pixel,
					B: i*pooledStride + (y*w+q)*cout,
				})
			}
		}
	}
	return sites
}

// winnerPiece is the piece of 32 input and up to 64 output channels, for all
// nine taps. The kernel has the input channels side by side, the weights the
// output channels: so it is transposed in the end.
func (o *pooledConv) winnerPiece(x, y values, sites []kernel.Block, in, out int) piece {
	cb, cs := o.big[2], o.small[2]
	n := min(winnerFilters, cs-out)
	perImage := o.small[0] / 2 * (o.small[1] / 2)
	from := in / panelWidth * o.groupSize()
	const one = 9 * panelWidth // gradients of one output channel
	rows, cols := panelWidth, n
	if n == cs { // whole rows lie one behind the other
		rows, cols = 1, panelWidth*n
	}
	return piece{
		offset: o.weights.offset + in*cs + out,
		blocks: 9, blockStride: cb * cs, rows: rows, stride: cs, cols: cols,
		cost: perImage * one * n,
		gradient: func(images int, dst []float32, ws *workspace) {
			sums := ws.sums(one * n)
			kernel.PooledFilterGrad(sums, x.framed.data[from:], o.frameRow(), y.slope.data[out:], y.winner[out:], sites[:images*perImage], n, false)
			for tap := range 9 {
				kernel.Transpose(dst[tap*panelWidth*n:], n, sums[tap*panelWidth:], one, n, panelWidth)
			}
		},
		pack: func() {
			for tap := range 9 {
				o.packPart(tap, in, panelWidth, out, n)
			}
		},
	}
}

// patchPiece is the piece of all weights of a convolution of three input
// channels. What the nine taps of a pixel read is copied side by side first.
func (o *pooledConv) patchPiece(x, y values) piece {
	h, w, cin, cs := o.big[0], o.big[1], o.big[2], o.small[2]
	perImage := h / 2 * (w / 2)
	sites := o.pooledPixels(1, 0, w*panelWidth, panelWidth, 0)
	taps := 9 * cin
	return piece{
		offset: o.weights.offset, blocks: 1, rows: 1, cols: taps * cs,
		cost: perImage * panelWidth * cs,
		gradient: func(images int, dst []float32, ws *workspace) {
			sums, patches := ws.sums(panelWidth*cs), ws.buffer(1, h*w*panelWidth).image(0)
			for i := range images {
				kernel.Patches(patches, x.framed.image(i), h, w)
				at := i * y.data.stride
				kernel.PooledPatchGrad(sums, patches, w*panelWidth, y.slope.data[at:], y.winner[at:], sites, cs, i > 0)
			}
			kernel.Transpose(dst, cs, sums, panelWidth, cs, taps)
		},
		pack: func() {
			for tap := range 9 {
				o.packPart(tap, 0, cin, 0, cs)
			}
		},
	}
}
