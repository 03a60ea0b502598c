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
	for i := range n * s.y.size {
		x := 0.0
		if s.x.double {
			x = m.double(s.x, n)[i]
		} else {
			x = float64(m.single(s.x, n)[i])
		}
		x = convert(s.kind, x)
		if s.y.double {
			m.double(s.y, n)[i] = x
		} else {
			m.single(s.y, n)[i] = float32(x)
		}
	}
}
