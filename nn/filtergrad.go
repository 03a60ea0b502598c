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
// serves a shard that is not full.
type tapGradient struct {
	blocks []kernel.Block
	rows   int // blocks per image
	k      int
}

func newFilterGradient(g geometry) *filterGradient {
	f := &filterGradient{geometry: g}
	bigStride, smallStride := bufferStride(g.big.Size()), bufferStride(g.small.Size())
	tapY, tapX := g.spans(0), g.spans(1)
	for _, ty := range tapY {
		for _, tx := range tapX {
			t := tapGradient{rows: ty.count, k: tx.count}
			for i := range ShardImages {
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

func (f *filterGradient) run(n int, grad []float32, big, small buffer) {
	cb, cs := f.big[2], f.small[2]
	for i, t := range f.taps {
		kernel.BlockGemm(grad[i*cb*cs:][:cb*cs], cs, big.data, 1, f.stride*cb, small.data, cs, t.blocks[:n*t.rows], cb, cs, t.k, false)
	}
}
