package runtime

import (
	"math"
	"slices"

	"likeness/onnx"
)

func (n *node) slice() {
	v := n.need(0)
	var starts, ends, steps []int64
	var axes []int
	if n.c.opset < 10 {
		a, ok := n.attr("starts", onnx.TypeInts)
		b, ok2 := n.attr("ends", onnx.TypeInts)
		if !ok || !ok2 {
			n.fail("it names no starts or no ends")
		}
		starts, ends, axes = a.Ints, b.Ints, n.axes(v, 0, math.MaxInt64)
	} else {
		starts, ends = n.list(1), n.list(2)
		axes = n.axes(v, 3, 0)
		if n.in(4) != nil {
			steps = n.list(4)
		}
	}
	if axes == nil {
		for i := range starts {
			axes = append(axes, n.axis(v, int64(i)))
		}
	}
	if len(starts) != len(ends) || len(starts) != len(axes) || steps != nil && len(steps) != len(axes) {
		n.fail("%d starts, %d ends, %d axes, %d steps", len(starts), len(ends), len(axes), len(steps))
	}
	dims, from := slices.Clone(v.dims), v.strides()
	base := 0
	for i, axis := range axes {
		step := int64(1)
		if steps != nil {
			step = steps[i]
		}
		if starts[i] == batch || ends[i] == batch || step == 0 || step < -mostSize || step > mostSize {
			n.fail("a slice from %v to %v by %d", text(starts), text(ends), step)
		}
		first, count := sliced(starts[i], ends[i], step, int64(v.dims[axis]))
		dims[axis] = int(count)
		base += int(first) * from[axis]
		from[axis] *= int(step)
	}
	n.rearrange(v, dims, from, base)
}

// sliced returns the first element of a slice and how many there are.
func sliced(start, end, step, size int64) (first, count int64) {
	bound := func(i, least, most int64) int64 {
		if i < 0 {
			i = max(i, -mostSize*2) + size
		}
		return min(max(i, least), most)
	}
	if size == 0 {
		return 0, 0
	}
	if step > 0 {
		first = bound(start, 0, size)
		return first, max(0, (bound(end, 0, size)-first+step-1)/step)
	}
	first = bound(start, 0, size-1)
	last := bound(end, -1, size-1)
	return first, max(0, (first-last-step-1)/-step)
}

func (n *node) gather() {
	v, at := n.need(0), n.need(1)
	if at.con == nil || at.kind != integer || len(at.dims) > 1 {
		n.fail("what it picks must be a constant list of integers")
	}
	axis := n.axis(v, int64(n.intAttr("axis", 0)))
	list := make([]int, len(at.con.i))
	for i, k := range at.con.i {
		if k < 0 {
			k += int64(v.dims[axis])
		}
		if k < 0 || k >= int64(v.dims[axis]) {
			n.fail("it picks number %d of %d", at.con.i[i], v.dims[axis])
		}
		list[i] = int(k)
	}
	p := n.c.plain(v)
	dims := slices.Clone(v.dims)
	dims[axis] = len(list)
	strides := rowMajor(v.dims)
	places := n.table(dims, rowMajor(dims), spread(strides, axis), 0)
	inner := product(dims[axis+1:])
	for i := range places {
		places[i] += int32(list[i/inner%len(list)] * strides[axis])
	}
	if len(at.dims) == 0 {
		dims = slices.Delete(dims, axis, axis+1)
	}
	if v.con != nil {
		n.set(0, v.pick(dims, places, 0))
		return
	}
	y := n.c.running(v.kind, dims, false)
	n.c.emit(&move{x: p.mem, y: y.mem, table: places})
	n.set(0, y)
}

// spread returns strides with 0 along one axis.
func spread(strides []int, axis int) []int {
	out := slices.Clone(strides)
	out[axis] = 0
	return out
}

func (n *node) split() {
	v := n.need(0)
	axis := n.axis(v, int64(n.intAttr("axis", 0)))
	var sizes []int64
	if n.c.opset >= 13 && n.in(1) != nil {
		sizes = n.list(1)
	} else if a, ok := n.attr("split", onnx.TypeInts); ok {
		sizes = a.Ints
	} else {
		each := (v.dims[axis] + len(n.Outputs) - 1) / len(n.Outputs)
		for left := v.dims[axis]; len(sizes) < len(n.Outputs); left -= each {
			sizes = append(sizes, int64(min(each, max(left, 0))))
		}
	}
	if len(sizes) != len(n.Outputs) {
		n.fail("%d sizes for %d outputs", len(sizes), len(n.Outputs))
	}
	at := 0
	for i, size := range sizes {
		if size < 0 || size > int64(v.dims[axis]-at) {
			n.fail("sizes %v of a dimension of %d", sizes, v.dims[axis])
		}
		if name := n.Outputs[i]; name != "" && n.c.uses[name] > 0 {
			dims := slices.Clone(v.dims)
			dims[axis] = int(size)
			from := v.strides()
			if v.con != nil {
				n.set(i, v.pick(dims, n.table(dims, rowMajor(dims), from, at*from[axis]), 0))
			} else {
				y := n.c.running(v.kind, dims, v.last)
				n.c.emit(&move{x: v.mem, y: y.mem, table: n.table(dims, y.strides(), from, at*from[axis])})
				n.set(i, y)
			}
		}
		at += int(size)
	}
}
