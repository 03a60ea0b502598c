package runtime

import "slices"

// operand is an input of a step on broadcast values: numbers of a constant, or a value.
type operand struct {
	mem   *storage
	con   []float64
	table []int32 // nil: one for one
}

// at returns number i of image k.
func (o *operand) at(m *memory, n, k, i int) float64 {
	if o.table != nil {
		i = int(o.table[i])
	}
	switch {
	case o.mem == nil:
		return o.con[i]
	case o.mem.double:
		return m.double(o.mem, n)[k*o.mem.size+i]
	}
	return float64(m.single(o.mem, n)[k*o.mem.size+i])
}

// operand prepares an input for an output of the given dimensions and layout.
func (n *node) operand(v, y *value) operand {
	from := stretchedOne(v, y)
	o := operand{mem: v.mem}
	if !slices.Equal(v.dims, y.dims) || !sameOrder(y.dims, y.strides(), from) {
		o.table = n.table(y.dims, y.strides(), from, 0)
	}
	if v.con != nil {
		n.c.take(n.label(), 8*int64(v.size()))
		o.con = v.numbers()
	}
	return o
}

// stretchedOne is stretched for a value or a constant, whose batch of 1 is left out.
func stretchedOne(v, y *value) []int {
	dims, strides := v.dims, v.strides()
	if v.con != nil && len(dims) == y.rank() {
		dims, strides = dims[1:], strides[1:]
	}
	return stretched(dims, strides, y.dims)
}

// imageDims returns the dimensions of one image of a value that is broadcast with others, of which
// the most dimensions are rank, with the batch.
func (n *node) imageDims(v *value, rank int) []int {
	if v.con == nil {
		if v.rank() != rank {
			n.fail("values of %d and %d dimensions: the batch does not stay the first", v.rank(), rank)
		}
		return v.dims
	}
	if len(v.dims) == rank {
		if v.dims[0] != 1 {
			n.fail("a constant of the dimensions %v says something of each image of a batch", v.dims)
		}
		return v.dims[1:]
	}
	return v.dims
}

// broadcastOutput declares what some inputs have together.
func (n *node) broadcastOutput(k kind, all ...*value) *value {
	rank, last := 0, false
	for _, v := range all {
		rank = max(rank, v.rank())
		last = last || v.last
	}
	var dims []int
	for i, v := range all {
		d := n.imageDims(v, rank)
		if i == 0 {
			dims = d
		} else {
			dims = n.broadcast(dims, d)
		}
	}
	return n.c.running(k, dims, last)
}

func (n *node) broadcastBinary(a, b *value, op binaryOp, k kind) {
	y := n.broadcastOutput(k, a, b)
	n.c.emit(&general{operands: []operand{n.operand(a, y), n.operand(b, y)}, y: y.mem, f: func(x []float64) float64 { return op.f(x[0], x[1]) }})
	n.set(0, y)
}

func (n *node) where() {
	c, a, b := n.need(0), n.need(1), n.need(2)
	if c.kind != boolean || a.kind != b.kind {
		n.fail("inputs of %v, %v and %v", c.kind, a.kind, b.kind)
	}
	if c.con != nil && a.con != nil && b.con != nil {
		dims := n.broadcast(n.broadcast(c.dims, a.dims), b.dims)
		n.c.take(n.label(), 24*int64(product(dims)))
		from := func(v *value) *value {
			return v.pick(dims, n.table(dims, rowMajor(dims), stretched(v.dims, rowMajor(v.dims), dims), 0), 0)
		}
		c, a, b = from(c), from(a), from(b)
		for i, yes := range c.con.i {
			if yes != 0 {
				continue
			}
			switch a.kind {
			case single:
				a.con.f[i] = b.con.f[i]
			case double:
				a.con.d[i] = b.con.d[i]
			default:
				a.con.i[i] = b.con.i[i]
			}
		}
		n.set(0, a)
		return
	}
	y := n.broadcastOutput(a.kind, c, a, b)
	n.c.emit(&general{operands: []operand{n.operand(c, y), n.operand(a, y), n.operand(b, y)}, y: y.mem, f: func(x []float64) float64 {
		if x[0] != 0 {
			return x[1]
		}
		return x[2]
	}})
	n.set(0, y)
}

// general computes a function of broadcast values, one number after the other.
type general struct {
	operands []operand
	y        *storage
	f        func(x []float64) float64
}

func (s *general) reads() (list []*storage) {
	for _, o := range s.operands {
		if o.mem != nil {
			list = append(list, o.mem)
		}
	}
	return list
}

func (s *general) writes() *storage { return s.y }

func (s *general) run(n int, m *memory) {
	x := make([]float64, len(s.operands))
	for k := range n {
		for i := range s.y.size {
			for j := range s.operands {
				x[j] = s.operands[j].at(m, n, k, i)
			}
			v := s.f(x)
			if s.y.double {
				m.double(s.y, n)[k*s.y.size+i] = v
			} else {
				m.single(s.y, n)[k*s.y.size+i] = float32(v)
			}
		}
	}
}
