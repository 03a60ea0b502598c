package nn

import "likeness/internal/kernel"

// tiledConv is a convolution or a transposed one whose three products, forward, back
// and for the weights, are made in tiles of bf16.
//
// The gradient of the weights sums over pixels and images, which so lie side by side:
// of the big picture the rows of a transposed matrix, of the small one pairs of rows
// interleaved. Backward writes both beside the op's output, for all taps and pieces.
type tiledConv struct {
	*convOp
	ahead, back *tiledCorrelation
	picture     tiledPicture // of the big picture, for the weights
	width       int          // of a row of the small one, with zeros that fill up tiles
	taps        [][]kernel.Block
}

// tiles says whether a tiledConv serves a convolution.
func (o *convOp) tiles() bool {
	return o.forwardPass.half && o.backwardPass.half && o.big[2]%panelWidth == 0 && o.small[2]%panelWidth == 0
}

func newTiledConv(o *convOp) *tiledConv {
	t := &tiledConv{convOp: o, ahead: newTiledCorrelation(o.forwardPass), back: newTiledCorrelation(o.backwardPass)}
	h, w := o.small[0], o.small[1]
	const fill = 32 / ShardImages // pixels in a step of k
	t.width = roundUp(w, fill)
	py, px := padding(o.big[0], h, o.kernel, o.stride), padding(o.big[1], w, o.kernel, o.stride)
	t.picture = newTiledPicture(o.big, o.stride, [2]int{-py, -px},
		[2]int{(h-1)*o.stride + o.kernel - 1 - py, (t.width-1)*o.stride + o.kernel - 1 - px})
	for ky := range o.kernel {
		for kx := range o.kernel {
			var rows []kernel.Block
			for y := range h {
				rows = append(rows, kernel.Block{
					A: t.picture.pixel(y*o.stride-py+ky, kx-px) * ShardImages,
					B: y * t.width * ShardImages * panelWidth,
				})
			}
			t.taps = append(t.taps, rows)
		}
	}
	return t
}

func roundUp(n, unit int) int { return (n + unit - 1) / unit * unit }

// bigSize and smallSize are those of a shard of the two pictures.
func (t *tiledConv) bigSize() int   { return t.picture.size() }
func (t *tiledConv) smallSize() int { return t.small[0] * t.width * ShardImages * t.small[2] }

func (t *tiledConv) forward(n int, x, y values, ws *workspace) {
	t.ahead.run(n, y.data, x.data, ws)
	activate(n, y.data, t.bias.Value, t.activation)
}

func (t *tiledConv) backward(n int, x, y values, ws *workspace) {
	deactivate(n, y, t.activation)
	t.gradients(n, x, y, y.slope, ws)
}

// gradients gives that of x, and lays out for that of the weights what the gradient of
// the sums, slope, and x have for it.
func (t *tiledConv) gradients(n int, x, y values, slope buffer, ws *workspace) {
	if x.slope.data != nil {
		t.back.run(n, x.slope, slope, ws)
	}
	big, small := x.data, slope
	if t.transposed {
		big, small = small, big
	}
	t.picture.fillTransposed(y.tiledBig, n, big, ws)
	t.fillSmall(y.tiledSmall, n, small)
}

// fillSmall lays the small picture out in panels of 32 channels: (channels/32, rows,
// columns, 8 images, 32). What fills up the rows is zero already.
func (t *tiledConv) fillSmall(dst []uint16, n int, in buffer) {
	h, w, c := t.small[0], t.small[1], t.small[2]
	const one = ShardImages * panelWidth
	for first := 0; first < c; first += panelWidth {
		for y := range h {
			row := dst[(first/panelWidth*h+y)*t.width*one:]
			for x := range w {
				packImages(row[x*one:][:one], n, in, (y*w+x)*c+first)
			}
		}
	}
}

func (t *tiledConv) pieces(_, y values, shards []values) []piece {
	var blocks [][]kernel.Block // by tap, shard after shard
	for _, rows := range t.taps {
		var all []kernel.Block
		for s := range shards {
			for _, b := range rows {
				all = append(all, kernel.Block{A: s*t.bigSize() + b.A, B: s*t.smallSize() + b.B})
			}
		}
		blocks = append(blocks, all)
	}
	var list []piece
	for row := 0; row < t.big[2]; row += panelWidth {
		list = append(list, t.piece(y, blocks, row))
	}
	return append(list, biasPiece(t.bias, shards))
}

// piece is that of 32 of the big picture's channels and all taps.
func (t *tiledConv) piece(y values, blocks [][]kernel.Block, row int) piece {
	cb, cs, h := t.big[2], t.small[2], t.small[0]
	length, panel := t.picture.pixels()*ShardImages, h*t.width*ShardImages*panelWidth
	return piece{
		offset: t.weights.offset + row*cs,
		blocks: len(t.taps), blockStride: cb * cs, rows: 1, cols: panelWidth * cs,
		cost: len(t.taps) * h * t.width * panelWidth * cs,
		gradient: func(images int, dst []float32, _ *workspace) {
			shards := (images + ShardImages - 1) / ShardImages
			for tap := range t.taps {
				for col := 0; col < cs; col += panelWidth {
					kernel.BlockGemmAMX(dst[tap*panelWidth*cs+col:], cs, y.tiledBig[row*length:], length,
						y.tiledSmall[col/panelWidth*panel:], blocks[tap][:shards*h], panelWidth, t.width*ShardImages)
				}
			}
		},
		pack: func() {
			for tap := range t.taps {
				t.packPart(tap, row, panelWidth, 0, cs)
			}
		},
	}
}
