package runtime

import (
	"math"
	"slices"
)

// reduction is how numbers become one.
type reduction struct {
	start float64
	add   func(sum, x float64) float64
	end   func(sum float64, count int) float64
	since int64 // the version in which the axes became an input
}

var reductions = func() map[string]reduction {
	keep := func(sum float64, _ int) float64 { return sum }
	plus := func(sum, x float64) float64 { return sum + x }
	squares := func(sum, x float64) float64 { return sum + x*x }
	return map[string]reduction{
		"ReduceSum":       {0, plus, keep, 13},
		"ReduceMean":      {0, plus, func(sum float64, n int) float64 { return sum / float64(n) }, 18},
		"ReduceL1":        {0, func(sum, x float64) float64 { return sum + math.Abs(x) }, keep, 18},
		"ReduceL2":        {0, squares, func(sum float64, _ int) float64 { return math.Sqrt(sum) }, 18},
		"ReduceSumSquare": {0, squares, keep, 18},
		"ReduceMax":       {math.Inf(-1), func(sum, x float64) float64 { return max(sum, x) }, keep, 18},
		"ReduceMin":       {math.Inf(1), func(sum, x float64) float64 { return min(sum, x) }, keep, 18},
		"ReduceProd":      {1, func(sum, x float64) float64 { return sum * x }, keep, 18},
	}
}()

func (n *node) reduce() {
	v := n.need(0)
	r := reductions[n.Op]
	axes := n.axes(v, 1, r.since)
	keep := n.intAttr("keepdims", 1) != 0
	if len(axes) == 0 {
		if n.intAttr("noop_with_empty_axes", 0) != 0 {
			n.set(0, v)
			return
		}
		if v.con == nil {
			n.fail("it works along the batch")
		}
		for i := range v.dims {
			axes = append(axes, i)
		}
	}
	var dims []int
	whole := slices.Clone(v.dims) // with all dimensions
	for i, d := range v.dims {
		if !slices.Contains(axes, i) {
			dims = append(dims, d)
			continue
		}
		whole[i] = 1
		if keep {
			dims = append(dims, 1)
		}
	}
	if n.Op == "ReduceMean" && v.picture() && v.kind == single && len(axes) == 2 && !slices.Contains(axes, 0) {
		n.set(0, n.wholePictures(v, false, dims))
		return
	}
	y := &value{kind: v.kind, dims: whole, con: v.con}
	if v.con == nil {
		y = n.c.running(v.kind, whole, v.last)
	}
	to := stretched(whole, y.strides(), v.dims)
	places := n.table(v.dims, v.strides(), to, 0)
	count := 1
	for _, axis := range axes {
		count *= v.dims[axis]
	}
	if v.con != nil {
		sums := make([]float64, y.size())
		r.over(sums, v.numbers(), places, count)
		n.set(0, constantOf(v.kind, dims, sums))
		return
	}
	n.c.emit(&reducer{x: v.mem, y: y.mem, table: places, reduction: r, count: count})
	if !keep {
		w := *n.c.plain(y)
		w.dims = dims
		y = &w
	}
	n.set(0, y)
}

func (r *reduction) over(sums, x []float64, places []int32, count int) {
	for i := range sums {
		sums[i] = r.start
	}
	for i, v := range x {
		sums[places[i]] = r.add(sums[places[i]], v)
	}
	for i, v := range sums {
		sums[i] = r.end(v, count)
	}
}

// reducer sums up numbers in float64.
type reducer struct {
	x, y  *storage
	table []int32 // where each number goes
	reduction
	count int
}

func (s *reducer) reads() []*storage { return []*storage{s.x} }
func (s *reducer) writes() *storage  { return s.y }

func (s *reducer) run(n int, m *memory) {
	sums, x := make([]float64, s.y.size), make([]float64, s.x.size)
	for k := range n {
		if s.x.double {
			copy(x, m.double(s.x, n)[k*s.x.size:])
		} else {
			for i, v := range m.single(s.x, n)[k*s.x.size:][:s.x.size] {
				x[i] = float64(v)
			}
		}
		s.over(sums, x, s.table, s.count)
		if s.y.double {
			copy(m.double(s.y, n)[k*s.y.size:], sums)
			continue
		}
		for i, v := range sums {
			m.single(s.y, n)[k*s.y.size+i] = float32(v)
		}
	}
}

// along is a value as seen along one axis of its plain layout.
type along struct {
	x, y          *storage
	length, inner int
	f             func(list []float64)
}

func (s *along) reads() []*storage { return []*storage{s.x} }
func (s *along) writes() *storage  { return s.y }

func (s *along) run(n int, m *memory) {
	x, y := m.single(s.x, n), m.single(s.y, n)
	list := make([]float64, s.length)
	for first := 0; first < len(x); first += s.length * s.inner {
		for i := range s.inner {
			for k := range list {
				list[k] = float64(x[first+k*s.inner+i])
			}
			s.f(list)
			for k, v := range list {
				y[first+k*s.inner+i] = float32(v)
			}
		}
	}
}

// emitAlong emits a function of all numbers along some neighbouring axes.
func (n *node) emitAlong(v *value, axis, end int, f func(list []float64)) {
	if v.kind != single {
		n.fail("a value of %v, expected float32", v.kind)
	}
	v = n.c.plain(v)
	y := n.c.running(single, v.dims, false)
	n.c.emit(&along{x: v.mem, y: y.mem, length: product(v.dims[axis:end]), inner: product(v.dims[end:]), f: f})
	n.set(0, y)
}

func (n *node) softmax() {
	v := n.computed(0)
	axis, end := 0, 0
	if n.c.opset < 13 { // all from the axis on
		axis, end = n.axis(v, int64(n.intAttr("axis", 1))), len(v.dims)
	} else {
		axis = n.axis(v, int64(n.intAttr("axis", -1)))
		end = axis + 1
	}
	n.emitAlong(v, axis, end, func(list []float64) {
		most, sum := slices.Max(list), 0.0
		for i, x := range list {
			list[i] = math.Exp(x - most)
			sum += list[i]
		}
		for i := range list {
			list[i] /= sum
		}
	})
}

func (n *node) lpNormalization() {
	v := n.computed(0)
	p := n.intAttr("p", 2)
	if p != 1 && p != 2 {
		n.fail("p is %d", p)
	}
	axis := n.axis(v, int64(n.intAttr("axis", -1)))
	n.emitAlong(v, axis, axis+1, func(list []float64) {
		sum := 0.0
		for _, x := range list {
			if p == 1 {
				sum += math.Abs(x)
			} else {
				sum += x * x
			}
		}
		if p == 2 {
			sum = math.Sqrt(sum)
		}
		for i := range list {
			if sum > 0 {
				list[i] /= sum
			}
		}
	})
}
