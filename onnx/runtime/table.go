package runtime

import "likeness/internal/kernel"

// table lists, for each place of an array as it lies in memory, the place in another that its
// number comes from. Strides say how the two lie; those of the other may be 0 or negative.
func table(dims, strides, from []int, base int) []int32 {
	out := make([]int32, product(dims))
	if len(out) == 0 {
		return out
	}
	at := make([]int, len(dims))
	to, src := 0, base
	for {
		out[to] = int32(src)
		i := len(dims) - 1
		for ; i >= 0; i-- {
			at[i]++
			to += strides[i]
			src += from[i]
			if at[i] < dims[i] {
				break
			}
			to -= strides[i] * dims[i]
			src -= from[i] * dims[i]
			at[i] = 0
		}
		if i < 0 {
			return out
		}
	}
}

// table is table with its memory counted.
func (n *node) table(dims, strides, from []int, base int) []int32 {
	n.c.checkDims(n.label(), dims)
	n.c.take(n.label(), 4*int64(product(dims)))
	return table(dims, strides, from, base)
}

// move copies numbers to where they belong: slices, transpositions, borders and the like.
type move struct {
	x, y  *storage
	table []int32 // below 0: fill
	fill  float64
}

func (s *move) reads() []*storage { return []*storage{s.x} }
func (s *move) writes() *storage  { return s.y }

func (s *move) run(n int, m *memory) {
	if s.y.double {
		moved(m.double(s.y, n), m.double(s.x, n), s.table, s.x.size, s.fill)
	} else {
		moved(m.single(s.y, n), m.single(s.x, n), s.table, s.x.size, float32(s.fill))
	}
}

func moved[T any](y, x []T, table []int32, size int, fill T) {
	for len(y) > 0 {
		part := y[:len(table)]
		for i, at := range table {
			if at < 0 {
				part[i] = fill
			} else {
				part[i] = x[at]
			}
		}
		y, x = y[len(table):], x[size:]
	}
}

// rearrange declares an output whose numbers come from v: number i of dims, in the order of
// strides, lies at base + i*from. from belongs to the layout that v has.
func (n *node) rearrange(v *value, dims, from []int, base int) {
	if v.con != nil {
		n.set(0, v.pick(dims, n.table(dims, rowMajor(dims), from, base), 0))
		return
	}
	y := n.c.running(v.kind, dims, v.last)
	n.c.emit(&move{x: v.mem, y: y.mem, table: n.table(dims, y.strides(), from, base)})
	n.set(0, y)
}

// turn transposes the matrix of each image.
type turn struct {
	x, y       *storage
	rows, cols int
}

func (s *turn) reads() []*storage { return []*storage{s.x} }
func (s *turn) writes() *storage  { return s.y }

func (s *turn) run(n int, m *memory) {
	if s.y.double {
		x, y := m.double(s.x, n), m.double(s.y, n)
		for i := range n {
			for r := range s.rows {
				for c := range s.cols {
					y[i*s.y.size+c*s.rows+r] = x[i*s.x.size+r*s.cols+c]
				}
			}
		}
		return
	}
	x, y := m.single(s.x, n), m.single(s.y, n)
	for i := range n {
		if s.rows <= 4 { // the planes of a picture
			for r := range s.rows {
				to := y[i*s.y.size+r:]
				for c, v := range x[i*s.x.size+r*s.cols:][:s.cols] {
					to[c*s.rows] = v
				}
			}
			continue
		}
		kernel.Transpose(y[i*s.y.size:], s.rows, x[i*s.x.size:], s.cols, s.rows, s.cols)
	}
}
