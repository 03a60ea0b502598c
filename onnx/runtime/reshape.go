package runtime

import (
	"slices"

	"likeness/onnx"
)

func (n *node) reshape() {
	v, list := n.need(0), slices.Clone(n.list(1))
	keep := n.intAttr("allowzero", 0) != 0
	for i, d := range list {
		if d != 0 || keep {
			continue
		}
		if i >= v.rank() {
			n.fail("dimension %d of %v is that of the input, which has %d dimensions", i, text(list), v.rank())
		}
		switch {
		case v.con != nil:
			list[i] = int64(v.dims[i])
		case i == 0:
			list[i] = batch
		default:
			list[i] = int64(v.dims[i-1])
		}
	}
	n.reshaped(v, list)
}

// reshaped gives v the dimensions of a list, of which one may be -1.
func (n *node) reshaped(v *value, list []int64) {
	rest := list
	if v.con == nil {
		// The first dimension is the batch, by what it says or by what is left for it.
		if len(list) == 0 {
			n.fail("a number for all images together")
		}
		rest = list[1:]
		known, free := n.known(rest)
		whole := known == v.size() && !free
		switch first := list[0]; {
		case first == batch:
		case first == -1 && whole:
		case first == int64(max(n.c.literal, 1)) && (whole || free):
		case first == 1 && whole:
		default:
			n.fail("the dimensions %v of %d numbers an image do not begin with the batch", text(list), v.size())
		}
	}
	if len(rest) > mostDims {
		n.fail("%d dimensions", len(rest))
	}
	known, free := n.known(rest)
	dims := make([]int, len(rest))
	for i, d := range rest {
		dims[i] = int(d)
		if d == -1 {
			dims[i] = v.size() / max(known, 1)
		}
	}
	if product(dims) != v.size() || free && known == 0 {
		n.fail("%d numbers do not fit the dimensions %v", v.size(), text(list))
	}
	w := *n.c.plain(v)
	w.dims, w.other = dims, nil
	n.set(0, &w)
}

// known returns the product of the dimensions that are known, and whether one is not.
func (n *node) known(list []int64) (size int, free bool) {
	size = 1
	for _, d := range list {
		switch {
		case d == -1 && !free:
			free = true
		case d < 0 || d > mostSize || size > mostSize/int(max(d, 1)):
			n.fail("the dimensions %v", text(list))
		default:
			size *= int(d)
		}
	}
	return size, free
}

func (n *node) flatten() {
	v := n.need(0)
	axis := n.intAttr("axis", 1)
	if axis < 0 {
		axis += v.rank()
	}
	if axis < 0 || axis > v.rank() {
		n.fail("axis %d of a value of %d dimensions", axis, v.rank())
	}
	if v.con == nil {
		if axis != 1 {
			n.fail("axis %d: the batch must stay a dimension of its own", axis)
		}
		n.reshaped(v, []int64{batch, int64(v.size())})
		return
	}
	n.reshaped(v, []int64{int64(product(v.dims[:axis])), int64(product(v.dims[axis:]))})
}

func (n *node) squeeze() {
	v := n.need(0)
	axes := n.axes(v, 1, 13)
	var dims []int64
	for i, d := range v.dims {
		if slices.Contains(axes, i) || axes == nil && d == 1 {
			if d != 1 {
				n.fail("dimension %d has the size %d, expected 1", i, d)
			}
			continue
		}
		dims = append(dims, int64(d))
	}
	n.redimension(v, dims)
}

func (n *node) unsqueeze() {
	v := n.need(0)
	var list []int64
	if n.c.opset >= 13 {
		list = n.list(1)
	} else if a, ok := n.attr("axes", onnx.TypeInts); ok {
		list = a.Ints
	}
	if len(list) == 0 || len(list) > mostDims {
		n.fail("it names %d axes", len(list))
	}
	rank := v.rank() + len(list)
	single := make([]bool, rank)
	for _, a := range list {
		if a < 0 {
			a += int64(rank)
		}
		if a < 0 || a >= int64(rank) || single[a] {
			n.fail("axis %d of %d dimensions", a, rank)
		}
		single[a] = true
	}
	if v.con == nil {
		if single[0] {
			n.fail("it puts a dimension before the batch")
		}
		single = single[1:]
	}
	var dims []int64
	left := v.dims
	for _, one := range single {
		if one {
			dims = append(dims, 1)
		} else {
			dims, left = append(dims, int64(left[0])), left[1:]
		}
	}
	n.redimension(v, dims)
}

// redimension is reshaped for dimensions without the batch.
func (n *node) redimension(v *value, dims []int64) {
	if v.con == nil {
		dims = append([]int64{batch}, dims...)
	}
	n.reshaped(v, dims)
}

func (n *node) transpose() {
	v := n.need(0)
	rank := v.rank()
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = rank - 1 - i
	}
	if a, ok := n.attr("perm", onnx.TypeInts); ok {
		if len(a.Ints) != rank {
			n.fail("it orders %d dimensions, the input has %d", len(a.Ints), rank)
		}
		for i, p := range a.Ints {
			if p < 0 || p >= int64(rank) || slices.Contains(a.Ints[:i], p) {
				n.fail("the order %v", a.Ints)
			}
			perm[i] = int(p)
		}
	}
	if v.con == nil {
		if perm[0] != 0 {
			n.fail("the order %v moves the batch, the first dimension, to another place, as networks of sequences do: they are not run", perm)
		}
		perm = perm[1:]
		for i := range perm {
			perm[i]--
		}
	}
	dims, from := make([]int, len(perm)), make([]int, len(perm))
	strides := v.strides()
	for i, p := range perm {
		dims[i], from[i] = v.dims[p], strides[p]
	}
	if v.con == nil {
		// What lies in this order already stays: (H, W, C) in memory is a picture either way.
		for _, last := range []bool{false, true} {
			w := value{kind: v.kind, dims: dims, last: last, mem: v.mem, shared: v.shared}
			if (!last || len(dims) == 3) && sameOrder(dims, w.strides(), from) {
				n.set(0, &w)
				return
			}
		}
	}
	n.rearrange(v, dims, from, 0)
}

// sameOrder says that strides put all numbers in the same places.
func sameOrder(dims, a, b []int) bool {
	for i, d := range dims {
		if d > 1 && a[i] != b[i] {
			return false
		}
	}
	return true
}
