package runtime

import (
	"math"

	"likeness/onnx"
)

func (n *node) cast() {
	v := n.need(0)
	to, ok := n.Attr("to")
	if !ok {
		n.fail("it does not say to what")
	}
	k, ok := kindOf(onnx.DataType(to.I))
	if !ok {
		n.fail("it makes elements of type %d", to.I)
	}
	if v.con != nil {
		if v.kind == k {
			n.set(0, v)
			return
		}
		numbers := append([]float64(nil), v.numbers()...)
		for i, x := range numbers {
			if v.kind == integer && v.con.i[i] == batch {
				n.fail("a number that depends on the batch")
			}
			numbers[i] = convert(k, x)
		}
		n.set(0, constantOf(k, v.dims, numbers))
		return
	}
	if v.kind == k || k == single && v.kind != double {
		w := *v
		w.kind = k
		n.set(0, &w)
		return
	}
	y := n.c.running(k, v.dims, v.last)
	n.c.emit(&conversion{x: v.mem, y: y.mem, kind: k})
	n.set(0, y)
}

// convert turns a number into one of a kind.
func convert(k kind, x float64) float64 {
	switch k {
	case integer:
		return math.Trunc(x)
	case boolean:
		return truth(x != 0)
	}
	return x
}

// conversion turns numbers of one kind into another.
type conversion struct {
	x, y *storage
	kind kind
}

func (s *conversion) reads() []*storage { return []*storage{s.x} }
func (s *conversion) writes() *storage  { return s.y }

func (s *conversion) run(n int, m *memory) {
	switch {
	case s.x.double && s.y.double:
		converted(m.double(s.y, n), m.double(s.x, n), s.kind)
	case s.x.double:
		converted(m.single(s.y, n), m.double(s.x, n), s.kind)
	case s.y.double:
		converted(m.double(s.y, n), m.single(s.x, n), s.kind)
	default:
		converted(m.single(s.y, n), m.single(s.x, n), s.kind)
	}
}

func converted[T, F float32 | float64](y []T, x []F, k kind) {
	if k == single || k == double {
		for i, v := range x {
			y[i] = T(v)
		}
		return
	}
	for i, v := range x {
		y[i] = T(convert(k, float64(v)))
	}
}
