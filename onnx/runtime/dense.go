package runtime

import (
	"slices"

	"likeness/internal/kernel"
)

// dense multiplies rows of numbers with a matrix of weights.
type dense struct {
	x, y      *storage
	in, units int
	weights   []float32 // (in, units), until they are packed
	panels    []float32
	epilogue
}

func (s *dense) reads() []*storage {
	list := []*storage{s.x}
	if s.add != nil {
		list = append(list, s.add)
	}
	return list
}
func (s *dense) writes() *storage { return s.y }
func (s *dense) then() *epilogue  { return &s.epilogue }

func (s *dense) rescale(scale, shift []float32) bool {
	if !s.free() || len(scale) != 1 && len(scale) != s.units {
		return false
	}
	s.bias = slices.Clone(s.bias)
	for j := range s.bias {
		k := j % len(scale)
		s.bias[j] = s.bias[j]*scale[k] + shift[k]
	}
	for i := range s.in {
		row := s.weights[i*s.units:][:s.units]
		for j := range row {
			row[j] *= scale[j%len(scale)]
		}
	}
	return true
}

func (s *dense) finish() {
	wide := (s.units + panelWidth - 1) / panelWidth
	s.panels = make([]float32, wide*s.in*panelWidth)
	for p := range wide {
		kernel.CopyRows(s.panel(p), panelWidth, s.weights[p*panelWidth:], s.units, s.in, min(panelWidth, s.units-p*panelWidth))
	}
	s.weights = nil
}

func (s *dense) panel(p int) []float32 { return s.panels[p*s.in*panelWidth:][:s.in*panelWidth] }

func (s *dense) run(n int, m *memory) {
	x, y := m.single(s.x, n), m.single(s.y, n)
	count := len(x) / s.in
	for col := 0; col < s.units; col += panelWidth {
		kernel.BlockGemm(y[col:], s.units, x, s.in, 1, s.panel(col/panelWidth), panelWidth, oneBlock, count, min(panelWidth, s.units-col), s.in, false)
	}
	var add []float32
	if s.add != nil {
		add = m.single(s.add, n)
	}
	s.finishRows(y, add)
}

// emitDense emits a product with weights of (in, units), or (units, in) when they are turned.
func (n *node) emitDense(v *value, weights []float32, in, units int, turned bool, alpha float32, bias []float32, dims []int) {
	v = n.c.plain(v)
	n.c.checkDims(n.label(), []int{in, units + panelWidth})
	n.c.take(n.label(), 8*int64(in)*int64(units+panelWidth))
	s := &dense{x: v.mem, in: in, units: units, weights: make([]float32, in*units)}
	s.bias = bias
	if turned {
		kernel.Transpose(s.weights, units, weights, in, units, in)
	} else {
		copy(s.weights, weights)
	}
	if alpha != 1 {
		kernel.Scale(s.weights, alpha)
	}
	y := n.c.running(single, dims, false)
	s.y = y.mem
	n.c.emit(s)
	n.set(0, y)
}

func (n *node) gemm() {
	v, w := n.computed(0), n.weights(1)
	if n.intAttr("transA", 0) != 0 {
		n.fail("transA moves the batch")
	}
	turned := n.intAttr("transB", 0) != 0
	if v.kind != single || len(v.dims) != 1 || len(w.dims) != 2 {
		n.fail("a value of %d dimensions and weights of %v, expected two each", v.rank(), w.dims)
	}
	in, units := w.dims[0], w.dims[1]
	if turned {
		in, units = units, in
	}
	if in != v.dims[0] || units < 1 {
		n.fail("weights of the dimensions %v for %d numbers", w.dims, v.dims[0])
	}
	bias := make([]float32, units)
	if c := n.in(2); c != nil {
		c = n.weights(2)
		if (len(c.dims) > 2 || len(c.dims) == 2 && c.dims[0] != 1) || c.size() != 1 && c.size() != units {
			n.fail("a bias of the dimensions %v for %d units", c.dims, units)
		}
		beta := n.floatAttr("beta", 1)
		for i := range bias {
			bias[i] = beta * c.con.f[i%c.size()]
		}
	}
	n.emitDense(v, w.con.f, in, units, turned, n.floatAttr("alpha", 1), bias, []int{units})
}

func (n *node) matMul() {
	v, w := n.computed(0), n.need(1)
	if w.con == nil {
		n.matMulOfTwo(v, w)
		return
	}
	w = n.weights(1)
	if v.kind != single || len(v.dims) < 1 || len(w.dims) != 2 || w.dims[0] != v.dims[len(v.dims)-1] || w.dims[1] < 1 {
		n.fail("a value of the dimensions %v of an image and weights of %v", v.dims, w.dims)
	}
	dims := slices.Clone(v.dims)
	dims[len(dims)-1] = w.dims[1]
	n.emitDense(v, w.con.f, w.dims[0], w.dims[1], false, 1, make([]float32, w.dims[1]), dims)
}

// matMulOfTwo multiplies matrices of two values, of which both have the same other dimensions.
func (n *node) matMulOfTwo(a, b *value) {
	r := len(a.dims)
	if a.kind != single || b.kind != single || r < 2 || len(b.dims) != r || !slices.Equal(a.dims[:r-2], b.dims[:r-2]) || a.dims[r-1] != b.dims[r-2] {
		n.fail("values of the dimensions %v and %v of an image", a.dims, b.dims)
	}
	a, b = n.c.plain(a), n.c.plain(b)
	dims := slices.Clone(a.dims)
	dims[r-1] = b.dims[r-1]
	n.c.checkDims(n.label(), dims)
	y := n.c.running(single, dims, false)
	n.c.emit(&matrices{a: a.mem, b: b.mem, y: y.mem, m: a.dims[r-2], k: a.dims[r-1], n: b.dims[r-1]})
	n.set(0, y)
}

// matrices multiplies matrices of two values.
type matrices struct {
	a, b, y *storage
	m, k, n int
}

func (s *matrices) reads() []*storage { return []*storage{s.a, s.b} }
func (s *matrices) writes() *storage  { return s.y }

func (s *matrices) run(n int, m *memory) {
	a, b, y := m.single(s.a, n), m.single(s.b, n), m.single(s.y, n)
	for len(y) > 0 {
		kernel.BlockGemm(y, s.n, a, s.k, 1, b, s.n, oneBlock, s.m, s.n, s.k, false)
		a, b, y = a[s.m*s.k:], b[s.k*s.n:], y[s.m*s.n:]
	}
}
