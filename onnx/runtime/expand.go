package runtime

import (
	"slices"

	"likeness/onnx"
)

func (n *node) expand() {
	v, list := n.need(0), n.list(1)
	if v.con == nil {
		// The batch must be the first of as many dimensions.
		if len(list) > v.rank() || len(list) == v.rank() && list[0] != batch && list[0] != 1 {
			n.fail("it expands a value of %d dimensions to %v", v.rank(), text(list))
		}
		if len(list) == v.rank() {
			list = list[1:]
		}
	} else if slices.Contains(list, batch) {
		n.fail("it expands a constant to the batch")
	}
	want := n.dimsOf(list)
	dims := n.broadcast(v.dims, want)
	if v.con == nil && slices.Equal(dims, v.dims) {
		n.set(0, v)
		return
	}
	n.rearrange(v, dims, stretched(v.dims, v.strides(), dims), 0)
}

// broadcast returns the dimensions that two values have together.
func (n *node) broadcast(a, b []int) []int {
	if len(a) < len(b) {
		a, b = b, a
	}
	out := slices.Clone(a)
	for i, d := range b {
		k := len(a) - len(b) + i
		switch {
		case out[k] == d || d == 1:
		case out[k] == 1:
			out[k] = d
		default:
			n.fail("the dimensions %v and %v do not fit", a, b)
		}
	}
	n.c.checkDims(n.label(), out)
	return out
}

// stretched returns the strides of a value that is broadcast to dims.
func stretched(dims, strides, to []int) []int {
	out := make([]int, len(to))
	for i, d := range dims {
		if k := len(to) - len(dims) + i; d != 1 {
			out[k] = strides[i]
		}
	}
	return out
}

func (n *node) pad() {
	v := n.need(0)
	var pads []int64
	fill := 0.0
	var axes []int
	if n.c.opset < 11 {
		a, ok := n.attr("pads", onnx.TypeInts)
		if !ok {
			n.fail("it names no pads")
		}
		pads, fill = a.Ints, float64(n.floatAttr("value", 0))
	} else {
		pads = n.list(1)
		if f := n.in(2); f != nil {
			if f.con == nil || f.size() != 1 {
				n.fail("what it fills up with must be one constant")
			}
			fill = f.numbers()[0]
		}
		axes = n.axes(v, 3, 0)
	}
	before, after := make([]int, len(v.dims)), make([]int, len(v.dims))
	if axes == nil {
		if len(pads) != 2*v.rank() {
			n.fail("%d pads for %d dimensions", len(pads), v.rank())
		}
		if half := len(pads) / 2; v.con == nil {
			if pads[0] != 0 || pads[half] != 0 {
				n.fail("it pads the batch")
			}
			pads = append(slices.Clone(pads[1:half]), pads[half+1:]...)
		}
		for i := range v.dims {
			axes = append(axes, i)
		}
	}
	if len(pads) != 2*len(axes) {
		n.fail("%d pads for %d axes", len(pads), len(axes))
	}
	for i, axis := range axes {
		for k, list := range [][]int{before, after} {
			p := pads[k*len(axes)+i]
			if p < -mostSize || p > mostSize {
				n.fail("a pad of %d", p)
			}
			list[axis] = int(p)
		}
	}
	n.padded(v, before, after, n.stringAttr("mode", "constant"), fill)
}

func (n *node) padded(v *value, before, after []int, mode string, fill float64) {
	dims := make([]int, len(v.dims))
	for i, d := range v.dims {
		if dims[i] = d + before[i] + after[i]; dims[i] < 0 {
			n.fail("pads of %d and %d for a dimension of %d", before[i], after[i], d)
		}
	}
	n.c.checkDims(n.label(), dims)
	// Where each index along each axis comes from, below 0 for the border.
	sources := make([][]int, len(dims))
	for i, d := range v.dims {
		n.c.take(n.label(), 8*int64(dims[i]))
		sources[i] = make([]int, dims[i])
		for k := range sources[i] {
			at := k - before[i]
			switch outside := at < 0 || at >= d; {
			case !outside:
			case mode == "constant":
				at = -1
			case mode == "edge" && d > 0:
				at = min(max(at, 0), d-1)
			case mode == "reflect" && d > 1:
				period := 2 * (d - 1)
				at = mod(at, period)
				at = min(at, period-at)
			default:
				n.fail("pads of mode %q for a dimension of %d", mode, d)
			}
			sources[i][k] = at
		}
	}
	y := value{kind: v.kind, dims: dims, con: v.con}
	if v.con == nil {
		y = *n.c.running(v.kind, dims, v.last)
	}
	places := n.table(dims, y.strides(), rowMajor(dims), 0)
	from := v.strides()
	for i, at := range places {
		p, left := 0, int(at)
		for axis := len(dims) - 1; axis >= 0; axis-- {
			k := sources[axis][left%dims[axis]]
			left /= dims[axis]
			if k < 0 {
				p = -1
				break
			}
			p += k * from[axis]
		}
		places[i] = int32(p)
	}
	if v.con != nil {
		n.set(0, v.pick(dims, places, fill))
		return
	}
	n.c.emit(&move{x: v.mem, y: y.mem, table: places, fill: fill})
	n.set(0, &y)
}
