package runtime

import (
	"math"

	"likeness/internal/kernel"
	"likeness/onnx"
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

// rows scales and moves rows of numbers, such as the channels of a pixel, and activates them.
type rows struct {
	x, y         *storage
	scale, shift []float32 // nil, one number, or one for each of a row
	activation
}

func (s *rows) reads() []*storage { return []*storage{s.x} }
func (s *rows) writes() *storage  { return s.y }
func (s *rows) overwrites() bool  { return true }

func (s *rows) run(n int, m *memory) {
	x, y := m.single(s.x, n), m.single(s.y, n)
	const block = 1 << 12 // numbers that stay at hand between the two passes
	step := max(len(s.scale), len(s.slopes), 1)
	step *= max(1, block/step)
	for len(x) > 0 {
		k := min(step, len(x))
		s.affine(y[:k], x[:k])
		s.apply(y[:k])
		x, y = x[k:], y[k:]
	}
}

func (s *rows) affine(y, x []float32) { scaleShift(y, x, s.scale, s.shift) }

// scaleShift is y = x*scale + shift, row by row.
func scaleShift(y, x, scale, shift []float32) {
	switch len(scale) {
	case 0:
		if len(x) > 0 && &y[0] != &x[0] {
			copy(y, x)
		}
	case 1:
		a, b := scale[0], shift[0]
		for i, v := range x {
			y[i] = float32(v*a) + b
		}
	default:
		kernel.ScaleShift(y, x, scale, shift)
	}
}

// scaled returns v*scale + shift, in the step that makes the value where that can. Both have one
// number or one for each of a row.
func (c *compiler) scaled(v *value, scale, shift []float32) *value {
	switch s := c.made(v).(type) {
	case interface {
		rescale(scale, shift []float32) bool
	}:
		if (len(scale) == 1 || v.last || len(v.dims) == 1) && s.rescale(scale, shift) {
			return v
		}
	case *rows:
		if s.act == linear && s.scale != nil && (len(s.scale) == len(scale) || len(scale) == 1) {
			old := s.scale
			s.scale, s.shift = make([]float32, len(old)), append([]float32(nil), s.shift...)
			for i := range old {
				k := i % len(scale)
				s.scale[i], s.shift[i] = old[i]*scale[k], s.shift[i]*scale[k]+shift[k]
			}
			return v
		}
	}
	y := c.running(v.kind, v.dims, v.last)
	c.emit(&rows{x: v.mem, y: y.mem, scale: scale, shift: shift})
	return y
}

func (n *node) batchNormalization() {
	if n.intAttr("training_mode", 0) != 0 {
		n.fail("it is set for training")
	}
	n.others("a statistic")
	v := n.computed(0)
	if v.kind != single || len(v.dims) == 0 {
		n.fail("a value of %v with the dimensions %v", v.kind, v.dims)
	}
	c := v.dims[0]
	gamma, beta, mean, variance := n.vector(1, c), n.vector(2, c), n.vector(3, c), n.vector(4, c)
	epsilon := float64(n.floatAttr("epsilon", 1e-5))
	scale, shift := make([]float32, c), make([]float32, c)
	for i := range scale {
		root := math.Sqrt(float64(variance[i]) + epsilon)
		if !(root > 0) {
			n.fail("the variance of channel %d is %v", i, variance[i])
		}
		a := float64(gamma[i]) / root
		scale[i], shift[i] = float32(a), float32(float64(beta[i])-float64(mean[i])*a)
	}
	switch len(v.dims) {
	case 1:
	case 3:
		v = n.c.lastly(v)
	default:
		if c != 1 {
			n.fail("a value of %d dimensions, expected 2 or 4", v.rank())
		}
	}
	n.set(0, n.c.scaled(v, scale, shift))
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
