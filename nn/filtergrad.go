package nn

import "likeness/internal/kernel"

// filterGradient computes the gradient of a geometry's weights,
//
//	dW[ky, kx] = sum over y, x of big[y*s-p+ky, x*s-p+kx] transposed * small[y, x],
//
// one matrix product per tap.
type filterGradient struct {
	geometry
	taps []tapGradient
}

// tapGradient is the plan of one tap: a block is one row of one image, k
// pixels long. Blocks of the first image come first, so that a prefix of them
// serves a batch that is not full.
type tapGradient struct {
	blocks []kernel.Block
	rows   int // blocks per image
	k      int
}

// newFilterGradient plans for pictures that lie in the given buffers.
func newFilterGradient(g geometry, images int) *filterGradient {
	f := &filterGradient{geometry: g}
	bigStride, smallStride := bufferStride(g.big.Size()), bufferStride(g.small.Size())
	tapY, tapX := g.spans(0), g.spans(1)
	for _, ty := range tapY {
		for _, tx := range tapX {
			t := tapGradient{rows: ty.count, k: tx.count}
			for i := range images {
				for y := range ty.count {
					t.blocks = append(t.blocks, kernel.Block{
						A: i*bigStride + ((ty.from+y*g.stride)*g.big[1]+tx.from)*g.big[2],
						B: i*smallStride + ((ty.first+y)*g.small[1]+tx.first)*g.small[2],
					})
				}
			}
			if tx.count == 0 {
				t.blocks, t.rows = nil, 0 // the tap never meets the picture
			}
			f.taps = append(f.taps, t)
		}
	}
	return f
}

// span is the range of small positions, first to first+count-1, whose tap lies
// inside the big picture, at big position from and every stride-th after it.
type span struct{ first, count, from int }

// spans gives the span of each tap along dimension dim.
func (g geometry) spans(dim int) []span {
	big, small := g.big[dim], g.small[dim]
	p := padding(big, small, g.kernel, g.stride)
	list := make([]span, g.kernel)
	for t := range list {
		first := 0
		for first < small && first*g.stride-p+t < 0 {
			first++
		}
		last := first
		for last < small && last*g.stride-p+t < big {
			last++
		}
		list[t] = span{first: first, count: last - first, from: first*g.stride - p + t}
	}
	return list
}

// pieceRows is how many of the big picture's channels a piece takes: its
// gradients and all that belongs to them then stay in the cache.
const pieceRows = 64

// cached is how many float32 values may be read again and again: half of a
// second-level cache.
const cached = 1 << 17

// pieces cuts the weights into pieces. Where the pictures of a whole batch fit
// the cache, a piece is one tap of some of the big picture's channels.
// Otherwise it is all taps of fewer channels, and goes through the pictures a
// shard at a time, so that they come from memory once and not once for each tap.
func (f *filterGradient) pieces(kernelParam *Param, big, small buffer, pack func(tap, row, rows, col, cols int)) []piece {
	var list []piece
	cb := f.big[2]
	if images := len(big.data) / big.stride; images*(f.big.Size()+f.small.Size()) > cached {
		for row := 0; row < cb; row += panelWidth {
			list = append(list, f.piece(kernelParam, big, small, pack, 0, len(f.taps), row, min(panelWidth, cb-row)))
		}
		return list
	}
	for tap := range f.taps {
		for row := 0; row < cb; row += pieceRows {
			list = append(list, f.piece(kernelParam, big, small, pack, tap, 1, row, min(pieceRows, cb-row)))
		}
	}
	return list
}

// piece is that of some taps and channels.
func (f *filterGradient) piece(kernelParam *Param, big, small buffer, pack func(tap, row, rows, col, cols int), tap, taps, row, rows int) piece {
	cb, cs := f.big[2], f.small[2]
	p := piece{
		offset: kernelParam.offset + (tap*cb+row)*cs,
		blocks: taps, blockStride: cb * cs, rows: 1, cols: rows * cs,
		gradient: func(images int, dst []float32, _ *workspace) {
			step := images
			if taps > 1 {
				step = ShardImages
			}
			for first := 0; first < images; first += step {
				last := min(first+step, images)
				for i := range taps {
					t := f.taps[tap+i]
					kernel.BlockGemm(dst[i*rows*cs:], cs, big.data[row:], 1, f.stride*cb, small.data, cs, t.blocks[first*t.rows:last*t.rows], rows, cs, t.k, first > 0)
				}
			}
		},
		pack: func() {
			for i := range taps {
				pack(tap+i, row, rows, 0, cs)
			}
		},
	}
	for i := range taps {
		p.cost += f.taps[tap+i].rows * f.taps[tap+i].k * rows * cs
	}
	return p
}
