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
	square     int // see upSquares; otherwise 0
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

// upSquares is up for few channels, where each of the sub-kernels would fill
// but a part of a vector. The stride x stride output pixels that belong to one
// input pixel become channels side by side of one dense kernel, in the order
// row, column, channel: out is (H, W, square*square*channels) of the small
// picture's H and W. The kernel covers all taps that any of them has, at most
// stride*stride times the work. It serves geometries without padding before the
// first pixel; ok reports whether this is one.
func (g geometry) upSquares() (p product, ok bool) {
	s, c := g.stride, g.big[2]
	for dim := range 2 {
		ok = g.big[dim] == s*g.small[dim] && padding(g.big[dim], g.small[dim], g.kernel, s) == 0
		if !ok {
			return product{}, false
		}
	}
	if s < 2 || s*s*c > panelWidth {
		return product{}, false
	}
	taps := make([]int, (g.kernel+s-1)/s)
	along := func(size int) []axis {
		list := make([]axis, size)
		for y := range list {
			list[y] = clip(y, y-(len(taps)-1), len(taps), size)
		}
		return list
	}
	return product{
		in: g.small, out: Shape{g.small[0], g.small[1], s * s * c}, transposed: true, kernel: g.kernel, square: s,
		subs: []subKernel{{tapY: taps, tapX: taps, rows: along(g.small[0]), cols: along(g.small[1])}},
	}, true
}

// squarePlace says where a tap's weights go in the kernel of upSquares: the
// position of the input pixel it reads in the window, and the output pixel in
// the square. Output y*s+r takes tap r+s*j from input y-j.
func (p product) squarePlace(tap int) (position, pixel int) {
	return len(p.subs[0].tapY) - 1 - tap/p.square, tap % p.square
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
