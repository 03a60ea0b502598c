package runtime

import (
	"fmt"
	"math"
	"slices"

	"likeness/onnx"
)

// node is a node of the graph while it is compiled.
type node struct {
	*onnx.Node
	c     *compiler
	index int
}

// label names a node in errors.
func (c *compiler) label(i int) string {
	n := &c.model.Graph.Nodes[i]
	if n.Name == "" {
		return fmt.Sprintf("node %d (%s)", i, n.Op)
	}
	return fmt.Sprintf("node %d (%s %q)", i, n.Op, n.Name)
}

func (n *node) label() string { return n.c.label(n.index) }

func (n *node) fail(format string, a ...any) { fail(n.label()+": "+format, a...) }

// operators are the operators that are known.
var operators map[string]func(n *node)

func init() {
	operators = map[string]func(n *node){
		"Conv": (*node).conv, "ConvTranspose": (*node).convTranspose, "Gemm": (*node).gemm, "MatMul": (*node).matMul,
		"BatchNormalization": (*node).batchNormalization,
		"MaxPool":            (*node).pool, "AveragePool": (*node).pool, "GlobalAveragePool": (*node).globalPool, "GlobalMaxPool": (*node).globalPool,
		"Softmax": (*node).softmax, "LpNormalization": (*node).lpNormalization,
		"Dropout": (*node).same, "Identity": (*node).same, "Constant": (*node).constant, "ConstantOfShape": (*node).constantOfShape, "Shape": (*node).shape,
		"Reshape": (*node).reshape, "Flatten": (*node).flatten, "Squeeze": (*node).squeeze, "Unsqueeze": (*node).unsqueeze, "Transpose": (*node).transpose,
		"Concat": (*node).concat, "Slice": (*node).slice, "Gather": (*node).gather, "Expand": (*node).expand, "Pad": (*node).pad, "Split": (*node).split,
		"Cast": (*node).cast, "Where": (*node).where, "Clip": (*node).clip, "PRelu": (*node).prelu,
	}
	for op := range binaries {
		operators[op] = (*node).binary
	}
	for op := range unaries {
		operators[op] = (*node).unary
	}
	for op := range reductions {
		operators[op] = (*node).reduce
	}
}

// checkKnown names the first operator that is not known. That says more of a network than what is wrong with a node before it,
// such as the transposition with which recurrent networks begin.
func (c *compiler) checkKnown() {
	for _, i := range c.order {
		n := &node{&c.model.Graph.Nodes[i], c, i}
		if d := n.Domain; d != "" && d != "ai.onnx" {
			n.fail("the operator is of the domain %q, which is not known", d)
		}
		for _, a := range n.Attributes {
			if a.G != nil {
				n.fail("it has a graph of its own (%q): loops and branches are not run", a.Name)
			}
		}
		if operators[n.Op] == nil {
			n.fail("the operator is not known")
		}
	}
}

// node compiles one node.
func (c *compiler) node(i int) {
	n := &node{&c.model.Graph.Nodes[i], c, i}
	for k, name := range n.Inputs {
		if name != "" && c.find(name) == nil {
			n.fail("nothing makes its input %d, %q", k, name)
		}
	}
	if len(n.Outputs) == 0 || n.Outputs[0] == "" {
		n.fail("it has no output")
	}
	operators[n.Op](n)
}

// in returns an input, nil where it is left out.
func (n *node) in(i int) *value {
	if i >= len(n.Inputs) || n.Inputs[i] == "" {
		return nil
	}
	return n.c.find(n.Inputs[i])
}

// need returns an input that there must be.
func (n *node) need(i int) *value {
	v := n.in(i)
	if v == nil {
		n.fail("input %d is missing", i)
	}
	return v
}

// computed returns an input that must depend on the network's input.
func (n *node) computed(i int) *value {
	v := n.need(i)
	if v.con != nil {
		n.fail("input %d is a constant", i)
	}
	return v
}

// weights returns an input that must be a constant of floats without infinities.
func (n *node) weights(i int) *value {
	v := n.need(i)
	if v.con == nil {
		n.fail("input %d, %q, follows from the network's input: weights must be constants", i, n.Inputs[i])
	}
	if v.kind != single {
		n.fail("input %d, %q, is of %v, expected float32", i, n.Inputs[i], v.kind)
	}
	for k, x := range v.con.f {
		if math.IsInf(float64(x), 0) {
			n.fail("number %d of %q is infinite", k, n.Inputs[i])
		}
	}
	return v
}

// vector returns weights of one dimension.
func (n *node) vector(i, size int) []float32 {
	v := n.weights(i)
	if len(v.dims) != 1 || v.dims[0] != size {
		n.fail("input %d, %q, has the dimensions %v, expected [%d]", i, n.Inputs[i], v.dims, size)
	}
	return v.con.f
}

// list returns an input that must be a constant list of integers.
func (n *node) list(i int) []int64 {
	v := n.need(i)
	switch {
	case v.con == nil:
		n.fail("input %d, %q, follows from the network's input: shapes must be constants", i, n.Inputs[i])
	case v.kind != integer || len(v.dims) > 1:
		n.fail("input %d, %q, is of %v with the dimensions %v, expected a list of integers", i, n.Inputs[i], v.kind, v.dims)
	}
	return v.con.i
}

// set declares output i. What several nodes read is not changed any more.
func (n *node) set(i int, v *value) {
	if i >= len(n.Outputs) || n.Outputs[i] == "" {
		return
	}
	name := n.Outputs[i]
	n.c.checkDims(fmt.Sprintf("%s: output %q", n.label(), name), v.dims)
	if v.size() == 0 && v.con == nil {
		n.fail("output %q has the dimensions %v", name, v.dims)
	}
	w := *v
	w.shared = w.shared || n.c.uses[name] > 1
	n.c.values[name] = &w
}

// others fails where an output beyond the first is read.
func (n *node) others(what string) {
	for i := 1; i < len(n.Outputs); i++ {
		if name := n.Outputs[i]; name != "" && n.c.uses[name] > 0 {
			n.fail("its output %d, %s, is not computed", i, what)
		}
	}
}

func (n *node) attr(name string, t onnx.AttributeType) (onnx.Attribute, bool) {
	a, ok := n.Attr(name)
	if ok && a.Type != t {
		n.fail("attribute %q is of type %d, expected %d", name, a.Type, t)
	}
	return a, ok
}

func (n *node) intAttr(name string, otherwise int) int {
	a, ok := n.attr(name, onnx.TypeInt)
	if !ok {
		return otherwise
	}
	if a.I < -mostSize || a.I > mostSize {
		n.fail("attribute %q is %d", name, a.I)
	}
	return int(a.I)
}

func (n *node) floatAttr(name string, otherwise float32) float32 {
	a, ok := n.attr(name, onnx.TypeFloat)
	if !ok {
		return otherwise
	}
	if a.F != a.F {
		n.fail("attribute %q is not a number", name)
	}
	return a.F
}

func (n *node) stringAttr(name, otherwise string) string {
	if a, ok := n.attr(name, onnx.TypeString); ok {
		return string(a.S)
	}
	return otherwise
}

// intsAttr returns an attribute of so many integers between bounds.
func (n *node) intsAttr(name string, count int, otherwise, least int) []int {
	a, ok := n.attr(name, onnx.TypeInts)
	if !ok {
		return slices.Repeat([]int{otherwise}, count)
	}
	if len(a.Ints) != count {
		n.fail("attribute %q has %d numbers, expected %d", name, len(a.Ints), count)
	}
	out := make([]int, count)
	for i, v := range a.Ints {
		if v < int64(least) || v > mostSize {
			n.fail("attribute %q has the number %d", name, v)
		}
		out[i] = int(v)
	}
	return out
}

// axis returns where a dimension of the graph lies in v.dims.
func (n *node) axis(v *value, axis int64) int {
	rank := int64(v.rank())
	if axis < -rank || axis >= rank {
		n.fail("axis %d of a value of %d dimensions", axis, rank)
	}
	if axis < 0 {
		axis += rank
	}
	if v.con == nil {
		if axis--; axis < 0 {
			n.fail("it works along the batch")
		}
	}
	return int(axis)
}

// axes returns the dimensions that an attribute or, in later versions, an input names; nil where
// neither does.
func (n *node) axes(v *value, input int, since int64) []int {
	var list []int64
	if n.c.opset >= since {
		if n.in(input) == nil {
			return nil
		}
		list = n.list(input)
	} else if a, ok := n.attr("axes", onnx.TypeInts); ok {
		list = a.Ints
	} else {
		return nil
	}
	out := make([]int, 0, len(list))
	for _, a := range list {
		axis := n.axis(v, a)
		if slices.Contains(out, axis) {
			n.fail("axis %d is named twice", a)
		}
		out = append(out, axis)
	}
	return out
}
