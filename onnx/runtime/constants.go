package runtime

import (
	"slices"

	"likeness/onnx"
)

// same is Identity, and Dropout, which does nothing after training.
func (n *node) same() {
	if n.Op == "Dropout" {
		if n.c.opset >= 12 {
			if t := n.in(2); t != nil && (t.con == nil || len(t.con.i) != 1 || t.con.i[0] != 0) {
				n.fail("it is set for training")
			}
		}
		n.others("the mask")
	}
	n.set(0, n.need(0))
}

func (n *node) constant() {
	for _, a := range n.Attributes {
		switch a.Name {
		case "value":
			t, _ := n.attr("value", onnx.TypeTensor)
			n.set(0, n.c.tensor(n.label(), t.T))
			return
		case "value_float":
			n.set(0, constantOf(single, nil, []float64{float64(n.floatAttr(a.Name, 0))}))
			return
		case "value_floats":
			list := make([]float64, len(a.Floats))
			for i, x := range a.Floats {
				if list[i] = float64(x); x != x {
					n.fail("number %d is not a number (NaN)", i)
				}
			}
			n.set(0, constantOf(single, []int{len(list)}, list))
			return
		case "value_int":
			n.set(0, integers(nil, []int64{a.I}))
			return
		case "value_ints":
			n.set(0, integers([]int{len(a.Ints)}, a.Ints))
			return
		}
	}
	n.fail("it has no value that is known")
}

func (n *node) constantOfShape() {
	dims := n.dimsOf(n.list(0))
	n.c.checkDims(n.label(), dims)
	n.c.take(n.label(), 16*int64(product(dims)))
	k, number := single, 0.0
	if a, ok := n.attr("value", onnx.TypeTensor); ok {
		v := n.c.tensor(n.label(), a.T)
		if v.size() != 1 {
			n.fail("its value has %d numbers, expected one", v.size())
		}
		k, number = v.kind, v.numbers()[0]
	}
	n.set(0, constantOf(k, dims, slices.Repeat([]float64{number}, product(dims))))
}

// dimsOf checks a list of dimensions of a constant.
func (n *node) dimsOf(list []int64) []int {
	dims := make([]int, len(list))
	for i, d := range list {
		if d == batch {
			n.fail("the dimensions %v of a constant depend on the batch", text(list))
		}
		if d < 0 || d > mostSize {
			n.fail("the dimensions %v", text(list))
		}
		dims[i] = int(d)
	}
	return dims
}

// text is a list of dimensions as an error has it.
func text(list []int64) []any {
	out := make([]any, len(list))
	for i, d := range list {
		if out[i] = d; d == batch {
			out[i] = "batch"
		}
	}
	return out
}

func (n *node) shape() {
	v := n.need(0)
	var list []int64
	if v.con == nil {
		list = append(list, batch)
	}
	for _, d := range v.dims {
		list = append(list, int64(d))
	}
	rank := len(list)
	bound := func(name string, otherwise int) int {
		i := n.intAttr(name, otherwise)
		if i < 0 {
			i += rank
		}
		return min(max(i, 0), rank)
	}
	first, end := bound("start", 0), bound("end", rank)
	list = list[first:max(first, end)]
	n.set(0, integers([]int{len(list)}, list))
}
