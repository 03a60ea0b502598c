package runtime

import (
	"math"

	"likeness/internal/kernel"
)

// unaries are the functions of one number, for float64. Those with an activation have none.
var unaries = map[string]func(float64) float64{
	"Relu": nil, "LeakyRelu": nil, "Elu": nil, "Sigmoid": nil, "HardSigmoid": nil, "HardSwish": nil, "Tanh": nil,
	"Sqrt": math.Sqrt, "Exp": math.Exp, "Log": math.Log, "Abs": math.Abs, "Floor": math.Floor, "Ceil": math.Ceil,
	"Neg":        func(x float64) float64 { return -x },
	"Reciprocal": func(x float64) float64 { return 1 / x },
	"Softplus":   func(x float64) float64 { return math.Log1p(math.Exp(-math.Abs(x))) + max(x, 0) },
	"Softsign":   func(x float64) float64 { return x / (1 + math.Abs(x)) },
	"Erf":        math.Erf, "Round": math.RoundToEven,
	"Not": func(x float64) float64 { return truth(x == 0) },
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// activation returns the activation of an operator.
func (n *node) activation() (a activation, ok bool) {
	switch n.Op {
	case "Relu":
		return activation{act: clamp, high: float32(math.Inf(1))}, true
	case "LeakyRelu":
		return activation{act: leaky, low: n.floatAttr("alpha", 0.01)}, true
	case "Elu":
		return activation{act: elu, low: n.floatAttr("alpha", 1)}, true
	case "Sigmoid":
		return activation{act: sigmoid}, true
	case "HardSigmoid":
		return activation{act: hardSigmoid, low: n.floatAttr("alpha", 0.2), high: n.floatAttr("beta", 0.5)}, true
	case "HardSwish":
		return activation{act: hardSwish, low: 1.0 / 6, high: 0.5}, true
	case "Tanh":
		return activation{act: tanh}, true
	}
	return a, false
}

func (n *node) unary() {
	v := n.need(0)
	a, ok := n.activation()
	f := unaries[n.Op]
	if ok {
		f = func(x float64) float64 {
			one := []float32{float32(x)}
			a.apply(one)
			return float64(one[0])
		}
	}
	switch {
	case v.con != nil:
		n.c.take(n.label(), 16*int64(v.size()))
		numbers := v.numbers()
		out := make([]float64, len(numbers))
		for i, x := range numbers {
			out[i] = f(x)
		}
		n.set(0, constantOf(v.kind, v.dims, out))
	case ok && v.kind == single:
		n.set(0, n.c.activate(v, a))
	default:
		y := n.c.running(v.kind, v.dims, v.last)
		n.c.emit(&function{x: v.mem, y: y.mem, f: f})
		n.set(0, y)
	}
}

// activate applies an activation, in the step that makes the value where that can.
func (c *compiler) activate(v *value, a activation) *value {
	if s, ok := c.made(v).(interface{ then() *epilogue }); ok && s.then().act == linear {
		if s.then().activation = a; v.last || a.act != prelu {
			return v
		}
		s.then().activation = activation{}
	}
	if v.last || a.act != prelu {
		switch s := c.made(v).(type) {
		case *sum:
			if s.act == linear {
				s.activation = a
				return v
			}
		case *rows:
			if s.act == linear {
				s.activation = a
				return v
			}
		}
	}
	y := c.running(v.kind, v.dims, v.last)
	c.emit(&rows{x: v.mem, y: y.mem, activation: a})
	return y
}

// function applies a function number by number.
type function struct {
	x, y *storage
	f    func(float64) float64
}

func (s *function) reads() []*storage { return []*storage{s.x} }
func (s *function) writes() *storage  { return s.y }
func (s *function) overwrites() bool  { return true }

func (s *function) run(n int, m *memory) {
	if s.y.double {
		x, y := m.double(s.x, n), m.double(s.y, n)
		for i, v := range x {
			y[i] = s.f(v)
		}
		return
	}
	x, y := m.single(s.x, n), m.single(s.y, n)
	for i, v := range x {
		y[i] = float32(s.f(float64(v)))
	}
}

func (n *node) clip() {
	low, high := math.Inf(-1), math.Inf(1)
	if n.c.opset < 11 {
		low, high = float64(n.floatAttr("min", -math.MaxFloat32)), float64(n.floatAttr("max", math.MaxFloat32))
	} else {
		for i, bound := range []*float64{&low, &high} {
			if v := n.in(1 + i); v != nil {
				if v.con == nil || v.size() != 1 {
					n.fail("its bounds must be constants of one number")
				}
				*bound = v.numbers()[0]
			}
		}
	}
	v := n.need(0)
	f := func(x float64) float64 { return min(max(x, low), high) }
	switch {
	case v.con != nil:
		numbers := append([]float64(nil), v.numbers()...)
		for i, x := range numbers {
			numbers[i] = f(x)
		}
		n.set(0, constantOf(v.kind, v.dims, numbers))
	case v.kind == single:
		n.set(0, n.c.activate(v, activation{act: clamp, low: float32(low), high: float32(high)}))
	default:
		y := n.c.running(v.kind, v.dims, v.last)
		n.c.emit(&function{x: v.mem, y: y.mem, f: f})
		n.set(0, y)
	}
}

func (n *node) prelu() {
	v, slope := n.computed(0), n.weights(1)
	if v.kind != single {
		n.fail("a value of %v", v.kind)
	}
	if slope.size() == 1 {
		n.set(0, n.c.activate(v, activation{act: leaky, low: slope.con.f[0]}))
		return
	}
	if v.picture() {
		v = n.c.lastly(v)
	}
	list, ok := alongRow(slope, v)
	if !ok && len(v.dims) == 3 && len(slope.dims) == 1 && slope.dims[0] == v.dims[0] {
		list, ok = slope.con.f, true // older exporters list the channels
	}
	if !ok || len(list) != v.row() {
		n.fail("slopes of the dimensions %v for a value of %v", slope.dims, v.dims)
	}
	if len(v.dims) == 1 {
		y := n.c.running(v.kind, v.dims, false)
		n.c.emit(&rows{x: v.mem, y: y.mem, activation: activation{act: prelu, slopes: list}})
		n.set(0, y)
		return
	}
	n.set(0, n.c.activate(v, activation{act: prelu, slopes: list}))
}

// alongRow returns the numbers of a constant that is broadcast to a value where they follow the
// rows of the value in memory: one number, or one for each of a row.
func alongRow(k, v *value) ([]float32, bool) {
	if len(k.dims) > v.rank() || k.kind != single {
		return nil, false
	}
	if k.size() == 1 {
		return k.con.f, true
	}
	axis := len(v.dims) - 1
	if v.last {
		axis = 0
	}
	// Aligned from the last dimension on.
	for i, d := range k.dims {
		at := len(v.dims) - (len(k.dims) - i)
		if d != 1 && (at != axis || d != v.dims[axis]) {
			return nil, false
		}
	}
	return k.con.f, true
}

// sum adds two values of the same shape.
type sum struct {
	a, b, y *storage
	activation
}

func (s *sum) reads() []*storage { return []*storage{s.a, s.b} }
func (s *sum) writes() *storage  { return s.y }
func (s *sum) overwrites() bool  { return true }

func (s *sum) run(n int, m *memory) {
	a, b, y := m.single(s.a, n), m.single(s.b, n), m.single(s.y, n)
	const block = 1 << 12
	step := max(len(s.slopes), 1)
	step *= max(1, block/step)
	for len(a) > 0 {
		k := min(step, len(a))
		if &y[0] != &a[0] {
			copy(y[:k], a)
		}
		kernel.Add(y[:k], b[:k])
		s.apply(y[:k])
		a, b, y = a[k:], b[k:], y[k:]
	}
}
