package nn

// geometry is the relation between the two pictures of a convolution: the big
// one, which a strided convolution reads and a transposed one writes, and the
// small one. With p the padding before the first row,
//
//	down: small[y, x] = sum over ky, kx of big[y*s-p+ky, x*s-p+kx] * W[ky, kx]
//	up:   big[y*s-p+ky, x*s-p+kx] += small[y, x] * W[ky, kx] transposed
//
// and W always has the shape (kernel, kernel, big channels, small channels),
// which is Keras's layout for Conv2D and for Conv2DTranspose alike.
type geometry struct {
	kernel, stride int
	big, small     Shape
}

// padding is TensorFlow's 'same' padding before the first row or column: half
// of what the last window reaches beyond the picture, rounded down.
func padding(big, small, kernel, stride int) int {
	return max((small-1)*stride+kernel-big, 0) / 2
}

// axis describes the taps that one output row (or column) reads: taps first,
// first+1, ... of the sub-kernel, at input positions from, from+1, ...
type axis struct {
	out, from, first, count int
}

// subKernel is a dense kernel that serves every stride-th output row and
// column; tapY and tapX say which taps of W it consists of, in the order of
// ascending input positions.
type subKernel struct {
	tapY, tapX []int
	rows, cols []axis
}

// product is one direction of a geometry, split into dense sub-kernels.
type product struct {
	in, out    Shape
	transposed bool // take W[ky, kx] transposed
	kernel     int
	subs       []subKernel
}

// down is the convolution: one sub-kernel of all taps.
func (g geometry) down() product {
	taps := make([]int, g.kernel)
	for i := range taps {
		taps[i] = i
	}
	along := func(big, small int) []axis {
		p := padding(big, small, g.kernel, g.stride)
		list := make([]axis, small)
		for y := range list {
			list[y] = clip(y, y*g.stride-p, g.kernel, big)
		}
		return list
	}
	return product{
		in: g.big, out: g.small, kernel: g.kernel,
		subs: []subKernel{{
			tapY: taps, tapX: taps,
			rows: along(g.big[0], g.small[0]),
			cols: along(g.big[1], g.small[1]),
		}},
	}
}

// up is the transposed convolution. Output rows that are congruent modulo the
// stride use the same taps, so it splits into stride*stride dense kernels with
// no work wasted on the zeros that a dilated input would have.
func (g geometry) up() product {
	type class struct {
		taps []int
		list []axis
	}
	along := func(big, small int) []class {
		p := padding(big, small, g.kernel, g.stride)
		classes := make([]class, g.stride)
		for r := range classes {
			for t := r; t < g.kernel; t += g.stride {
				classes[r].taps = append([]int{t}, classes[r].taps...) // later taps lie at earlier inputs
			}
		}
		for y := range big {
			c := &classes[(y+p)%g.stride]
			n := len(c.taps)
			c.list = append(c.list, clip(y, (y+p)/g.stride-(n-1), n, small))
		}
		return classes
	}
	out := product{in: g.small, out: g.big, transposed: true, kernel: g.kernel}
	columns := along(g.big[1], g.small[1])
	for _, r := range along(g.big[0], g.small[0]) {
		for _, c := range columns {
			out.subs = append(out.subs, subKernel{tapY: r.taps, tapX: c.taps, rows: r.list, cols: c.list})
		}
	}
	return out
}

// clip keeps those of count taps, beginning at input position from, that lie
// inside an input of the given size.
func clip(out, from, count, size int) axis {
	a := axis{out: out, from: from, count: count}
	if from < 0 {
		a.first = min(-from, count)
		a.from += a.first
		a.count -= a.first
	}
	a.count = max(min(a.count, size-a.from), 0)
	return a
}
