package runtime

import (
	"slices"

	"likeness/onnx"
)

func (n *node) concat() {
	if len(n.Inputs) == 0 {
		n.fail("it has no input")
	}
	a, ok := n.attr("axis", onnx.TypeInt)
	if !ok {
		n.fail("it names no axis")
	}
	all := make([]*value, len(n.Inputs))
	running := false
	for i := range all {
		all[i] = n.need(i)
		running = running || all[i].con == nil
	}
	first := all[0]
	axis := 0
	for i, v := range all {
		if running && v.con != nil {
			n.fail("input %d is a constant and others are not", i)
		}
		if v.rank() != first.rank() || v.kind != first.kind {
			n.fail("inputs of %d and %d dimensions, of %v and %v", first.rank(), v.rank(), first.kind, v.kind)
		}
		axis = n.axis(v, a.I)
		for k, d := range v.dims {
			if k != axis && d != first.dims[k] {
				n.fail("inputs of the dimensions %v and %v along axis %d", first.dims, v.dims, a.I)
			}
		}
	}
	dims := slices.Clone(first.dims)
	dims[axis] = 0
	for _, v := range all {
		dims[axis] += v.dims[axis]
	}
	n.c.checkDims(n.label(), dims)
	if !running {
		n.set(0, n.joined(all, dims, axis))
		return
	}
	last := slices.ContainsFunc(all, func(v *value) bool { return v.last })
	y := n.c.running(first.kind, dims, last)
	s := &join{y: y.mem}
	// Along an axis each input is a block in every row of the output.
	inner := y.strides()[axis]
	for _, v := range all {
		if last {
			v = n.c.lastly(v)
		}
		s.xs = append(s.xs, v.mem)
		s.widths = append(s.widths, v.dims[axis]*inner)
	}
	n.c.emit(s)
	n.set(0, y)
}

// joined is concat for constants.
func (n *node) joined(all []*value, dims []int, axis int) *value {
	n.c.take(n.label(), 8*int64(product(dims)))
	inner := product(dims[axis+1:])
	out := &value{kind: all[0].kind, dims: dims, con: &constant{}}
	for o := range product(dims[:axis]) {
		for _, v := range all {
			w := v.dims[axis] * inner
			switch v.kind {
			case single:
				out.con.f = append(out.con.f, v.con.f[o*w:][:w]...)
			case double:
				out.con.d = append(out.con.d, v.con.d[o*w:][:w]...)
			default:
				out.con.i = append(out.con.i, v.con.i[o*w:][:w]...)
			}
		}
	}
	return out
}

// join puts values side by side.
type join struct {
	xs     []*storage
	widths []int // of each in a row of y
	y      *storage
}

func (s *join) reads() []*storage { return s.xs }
func (s *join) writes() *storage  { return s.y }

func (s *join) run(n int, m *memory) {
	row := 0
	for _, w := range s.widths {
		row += w
	}
	at := 0
	for k, x := range s.xs {
		w := s.widths[k]
		if s.y.double {
			joinRows(m.double(s.y, n), m.double(x, n), at, w, row)
		} else {
			joinRows(m.single(s.y, n), m.single(x, n), at, w, row)
		}
		at += w
	}
}

func joinRows[T any](y, x []T, at, width, row int) {
	for ; len(x) > 0; x = x[width:] {
		copy(y[at:at+width], x)
		at += row
	}
}
