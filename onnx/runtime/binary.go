package runtime

import (
	"math"
	"slices"
)

// binaryOp is a function of two numbers.
type binaryOp struct {
	f       func(a, b float64) float64
	logical bool // gives 0 or 1
}

var binaries = map[string]binaryOp{
	"Add": {f: func(a, b float64) float64 { return a + b }},
	"Sub": {f: func(a, b float64) float64 { return a - b }},
	"Mul": {f: func(a, b float64) float64 { return a * b }},
	"Div": {f: func(a, b float64) float64 { return a / b }},
	"Pow": {f: math.Pow},
	"Min": {f: func(a, b float64) float64 { return min(a, b) }},
	"Max": {f: func(a, b float64) float64 { return max(a, b) }},

	"Less":           {func(a, b float64) float64 { return truth(a < b) }, true},
	"LessOrEqual":    {func(a, b float64) float64 { return truth(a <= b) }, true},
	"Greater":        {func(a, b float64) float64 { return truth(a > b) }, true},
	"GreaterOrEqual": {func(a, b float64) float64 { return truth(a >= b) }, true},
	"Equal":          {func(a, b float64) float64 { return truth(a == b) }, true},
	"And":            {func(a, b float64) float64 { return truth(a != 0 && b != 0) }, true},
	"Or":             {func(a, b float64) float64 { return truth(a != 0 || b != 0) }, true},
}

func (n *node) binary() {
	if (n.Op == "Min" || n.Op == "Max") && len(n.Inputs) != 2 {
		if len(n.Inputs) == 1 {
			n.set(0, n.need(0))
			return
		}
		n.fail("%d inputs, expected 2", len(n.Inputs))
	}
	a, b := n.need(0), n.need(1)
	if a.kind != b.kind && n.Op != "Pow" {
		n.fail("inputs of %v and of %v", a.kind, b.kind)
	}
	op := binaries[n.Op]
	k := a.kind
	if op.logical {
		k = boolean
	}
	switch {
	case a.con != nil && b.con != nil:
		n.foldBinary(a, b, op, k)
	case a.con != nil || b.con != nil:
		if k != single || !n.withConstant(a, b) {
			n.broadcastBinary(a, b, op, k)
		}
	case (k == single || k == double) && sameShape(a, b) && n.sameBinary(a, b):
	case k == single && n.perImage(a, b):
	default:
		n.broadcastBinary(a, b, op, k)
	}
}

// foldBinary computes a constant.
func (n *node) foldBinary(a, b *value, op binaryOp, k kind) {
	dims := n.broadcast(a.dims, b.dims)
	n.c.take(n.label(), 24*int64(product(dims)))
	ta := n.table(dims, rowMajor(dims), stretched(a.dims, rowMajor(a.dims), dims), 0)
	tb := n.table(dims, rowMajor(dims), stretched(b.dims, rowMajor(b.dims), dims), 0)
	out := make([]float64, len(ta))
	if a.kind == integer && b.kind == integer {
		for i := range out {
			x, y := a.con.i[ta[i]], b.con.i[tb[i]]
			if (x == batch || y == batch) && n.Op != "Equal" {
				n.fail("a number that depends on the batch")
			}
			if n.Op == "Div" {
				if y == 0 {
					n.fail("a division of integers by 0")
				}
				out[i] = float64(x / y)
				continue
			}
			out[i] = op.f(float64(x), float64(y))
		}
	} else {
		x, y := a.numbers(), b.numbers()
		for i := range out {
			out[i] = op.f(x[ta[i]], y[tb[i]])
		}
	}
	n.set(0, constantOf(k, dims, out))
}

// withConstant computes what is a scale and a shift of rows, a clamp or a power; ok is false for
// anything else.
func (n *node) withConstant(a, b *value) (ok bool) {
	v, k := a, b
	if a.con != nil {
		v, k = b, a
	}
	if len(k.dims) > v.rank() || len(k.dims) == v.rank() && k.dims[0] != 1 || k.size() == 0 {
		return false
	}
	if v.picture() && k.size() > 1 && !v.last {
		w := *v
		w.last = true
		if _, ok := alongRow(k, &w); ok && slices.Contains([]string{"Add", "Sub", "Mul", "Div"}, n.Op) {
			v = n.c.lastly(v)
		}
	}
	list, ok := alongRow(k, v)
	if !ok || len(list) > 1 && len(list) != v.row() || k.size() > 1 && len(v.dims) != len(n.broadcast(v.dims, k.dims)) {
		return false
	}
	scale, shift := slices.Repeat([]float32{1}, len(list)), make([]float32, len(list))
	for i, x := range list {
		switch {
		case n.Op == "Add":
			shift[i] = x
		case n.Op == "Sub" && k == b:
			shift[i] = -x
		case n.Op == "Sub":
			scale[i], shift[i] = -1, x
		case n.Op == "Mul":
			scale[i] = x
		case n.Op == "Div" && k == b && x != 0:
			scale[i] = 1 / x
		case (n.Op == "Min" || n.Op == "Max") && len(list) == 1:
			low, high := float32(math.Inf(-1)), float32(math.Inf(1))
			if n.Op == "Max" {
				low = x
			} else {
				high = x
			}
			n.set(0, n.c.activate(v, activation{act: clamp, low: low, high: high}))
			return true
		case n.Op == "Pow" && k == b && len(list) == 1:
			f := func(v float64) float64 { return math.Pow(v, float64(x)) }
			if x == 2 {
				f = func(v float64) float64 { return v * v }
			}
			y := n.c.running(single, v.dims, v.last)
			n.c.emit(&function{x: v.mem, y: y.mem, f: f})
			n.set(0, y)
			return true
		default:
			return false
		}
	}
	n.set(0, n.c.scaled(v, scale, shift))
	return true
}

// sameBinary computes sums and products of values of the same shape.
func (n *node) sameBinary(a, b *value) bool {
	if n.Op != "Add" && n.Op != "Mul" && n.Op != "Sub" {
		return false
	}
	if a.last != b.last {
		a, b = n.c.lastly(a), n.c.lastly(b)
	}
	switch {
	case a.kind == double:
		y := n.c.running(double, a.dims, a.last)
		n.c.emit(&pairs{a: a.mem, b: b.mem, y: y.mem, op: n.Op})
		n.set(0, y)
		return true
	case n.Op == "Add" && a.mem != b.mem:
		// The later of two products takes the sum in.
		if b.mem.producer > a.mem.producer {
			a, b = b, a
		}
		if s, ok := n.c.made(a).(interface{ then() *epilogue }); ok && s.then().free() {
			s.then().add = b.mem
			n.set(0, a)
			return true
		}
		y := n.c.running(single, a.dims, a.last)
		n.c.emit(&sum{a: a.mem, b: b.mem, y: y.mem})
		n.set(0, y)
		return true
	case n.Op == "Mul" && a.mem != b.mem:
		// x times its own sigmoid is one activation.
		for range 2 {
			if s, ok := n.c.made(b).(*rows); ok && s.scale == nil && s.x == a.mem {
				if next, ok := map[act]act{sigmoid: silu, hardSigmoid: hardSwish}[s.act]; ok {
					s.act = next
					n.set(0, b)
					return true
				}
			}
			a, b = b, a
		}
	}
	y := n.c.running(single, a.dims, a.last)
	n.c.emit(&pairs{a: a.mem, b: b.mem, y: y.mem, op: n.Op})
	n.set(0, y)
	return true
}

// pairs combines values of the same shape number by number.
type pairs struct {
	a, b, y *storage
	op      string
}

func (s *pairs) reads() []*storage { return []*storage{s.a, s.b} }
func (s *pairs) writes() *storage  { return s.y }
func (s *pairs) overwrites() bool  { return true }

func (s *pairs) run(n int, m *memory) {
	if s.y.double {
		paired(m.double(s.y, n), m.double(s.a, n), m.double(s.b, n), s.op)
	} else {
		paired(m.single(s.y, n), m.single(s.a, n), m.single(s.b, n), s.op)
	}
}

func paired[T float32 | float64](y, a, b []T, op string) {
	switch op {
	case "Mul":
		for i, v := range a {
			y[i] = v * b[i]
		}
	case "Sub":
		for i, v := range a {
			y[i] = v - b[i]
		}
	default:
		for i, v := range a {
			y[i] = v + b[i]
		}
	}
}

// perImage computes pictures times or plus one number a channel, as squeeze and excitation has
// them.
func (n *node) perImage(a, b *value) bool {
	if n.Op != "Mul" && n.Op != "Add" || len(a.dims) != 3 || len(b.dims) != 3 {
		return false
	}
	if a.dims[1]*a.dims[2] == 1 {
		a, b = b, a
	}
	if a.dims[0] != b.dims[0] || b.dims[1]*b.dims[2] != 1 {
		return false
	}
	a = n.c.lastly(a)
	y := n.c.running(single, a.dims, true)
	n.c.emit(&channels{a: a.mem, b: b.mem, y: y.mem, add: n.Op == "Add"})
	n.set(0, y)
	return true
}

// channels multiplies each pixel with a row of numbers that each image has of its own.
type channels struct {
	a, b, y *storage
	add     bool
}

func (s *channels) reads() []*storage { return []*storage{s.a, s.b} }
func (s *channels) writes() *storage  { return s.y }
func (s *channels) overwrites() bool  { return true }

func (s *channels) run(n int, m *memory) {
	for i := range n {
		row := m.single(s.b, n)[i*s.b.size:][:s.b.size]
		x, y := m.single(s.a, n)[i*s.a.size:][:s.a.size], m.single(s.y, n)[i*s.a.size:]
		for len(x) > 0 {
			from, to := x[:len(row)], y[:len(row)]
			if s.add {
				for j, v := range row {
					to[j] = from[j] + v
				}
			} else {
				for j, v := range row {
					to[j] = from[j] * v
				}
			}
			x, y = x[len(row):], y[len(row):]
		}
	}
}
