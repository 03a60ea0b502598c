package runtime

import (
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/onnx"
	"likeness/parallel"
)

// Bounds of what is compiled.
const (
	oldestOpset = 7
	newestOpset = 22
	mostNodes   = 50_000
	mostDims    = 8
	mostSize    = 1 << 30 // elements of a value
)

// failure is an error on its way out of the compiler.
type failure struct{ error }

func fail(format string, a ...any) { panic(failure{fmt.Errorf(format, a...)}) }

// compiler turns a graph into steps.
type compiler struct {
	model       *onnx.Model
	opt         Options
	left        int64 // bytes of Options.Memory that are not taken yet
	transformed int64 // of them, those of Winograd's weights
	opset       int64

	producers map[string]int // nodes by the names of their outputs
	values    map[string]*value
	uses      map[string]int // how many nodes read a value
	order     []int          // the nodes that are needed, each behind those it reads
	literal   int            // the batch that the model declares, 0 where it is free
	steps     []step         // nil where one was taken back
	weights   map[string]*onnx.Tensor
}

func (c *compiler) compile() *Network {
	c.checkModel()
	g := &c.model.Graph
	c.index()
	out := c.chooseOutput()
	c.sort(out)
	c.checkKnown()
	in := c.input()
	for _, i := range c.order {
		c.node(i)
	}
	y := c.values[out]
	switch {
	case y.con != nil:
		fail("the output %q does not depend on the input", out)
	case y.mem.input:
		fail("the output %q is the input as it is", out)
	}
	y = c.plain(y)
	n := &Network{input: in.dims, output: y.dims, in: in.mem, out: y.mem}
	for _, s := range c.steps {
		if s != nil {
			n.steps = append(n.steps, s)
		}
	}
	// Each step makes its own weights ready; nothing ends this early.
	_ = parallel.Each(context.Background(), len(n.steps), func(i int) {
		if f, ok := n.steps[i].(interface{ finish() }); ok {
			f.finish()
		}
	})
	n.buffers = newPlan(n.steps, y.mem)
	if need := n.buffers.bytes(); need > c.left {
		fail("graph %q needs %d MB for the values of %d images and has %d MB: the bound is %d MB", g.Name, need>>20, shardImages, c.left>>20, c.opt.Memory>>20)
	}
	return n
}

func (c *compiler) checkModel() {
	m := c.model
	if c.opset = m.Opset(""); c.opset == 0 {
		fail("the model does not say which version of ONNX's operators it means")
	}
	if c.opset < oldestOpset || c.opset > newestOpset {
		fail("the model means version %d of ONNX's operators, those from %d to %d are known", c.opset, oldestOpset, newestOpset)
	}
	if n := len(m.Graph.Nodes); n > mostNodes {
		fail("the graph has %d nodes, more than %d", n, mostNodes)
	}
}

// index finds out who makes which value.
func (c *compiler) index() {
	g := &c.model.Graph
	c.producers, c.values, c.uses = map[string]int{}, map[string]*value{}, map[string]int{}
	c.weights = map[string]*onnx.Tensor{}
	for i := range g.Initializers {
		t := &g.Initializers[i]
		if c.weights[t.Name] != nil {
			fail("two initializers are called %q", t.Name)
		}
		c.weights[t.Name] = t
	}
	for i := range g.Nodes {
		for _, name := range g.Nodes[i].Outputs {
			if name == "" {
				continue
			}
			if other, twice := c.producers[name]; twice {
				fail("%s and %s both make the value %q", c.label(other), c.label(i), name)
			}
			c.producers[name] = i
		}
	}
}

func (c *compiler) chooseOutput() string {
	outs := c.model.Graph.Outputs
	if len(outs) == 0 {
		fail("the graph has no output")
	}
	if c.opt.Output == "" {
		return outs[0].Name
	}
	for _, o := range outs {
		if o.Name == c.opt.Output {
			return o.Name
		}
	}
	names := make([]string, len(outs))
	for i, o := range outs {
		names[i] = o.Name
	}
	fail("the graph has no output %q, but %q", c.opt.Output, names)
	return ""
}

// sort orders the nodes that an output needs.
func (c *compiler) sort(out string) {
	const (
		unseen = iota
		open
		done
	)
	state := make([]int, len(c.model.Graph.Nodes))
	var visit func(i int)
	visit = func(i int) {
		state[i] = open
		for _, name := range c.model.Graph.Nodes[i].Inputs {
			if name == "" {
				continue
			}
			c.uses[name]++
			j, made := c.producers[name]
			if !made {
				continue
			}
			switch state[j] {
			case open:
				fail("%s reads %q, which follows from its own output: a cycle", c.label(i), name)
			case unseen:
				visit(j)
			}
		}
		state[i] = done
		c.order = append(c.order, i)
	}
	c.uses[out]++
	i, made := c.producers[out]
	if !made {
		fail("no node makes the output %q", out)
	}
	visit(i)
	slices.Sort(c.order) // as the file has them, where that is an order
	at := map[int]int{}
	for k, i := range c.order {
		at[i] = k
	}
	for k, i := range c.order {
		for _, name := range c.model.Graph.Nodes[i].Inputs {
			if j, made := c.producers[name]; made && name != "" && at[j] >= k {
				fail("%s reads %q before it is made", c.label(i), name)
			}
		}
	}
}

// input declares the one input that is no initializer.
func (c *compiler) input() *value {
	var found []onnx.Value
	for _, v := range c.model.Graph.Inputs {
		if c.weights[v.Name] == nil && c.uses[v.Name] > 0 {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		names := make([]string, len(found))
		for i, v := range found {
			names[i] = v.Name
		}
		fail("the graph has %d inputs that matter, %q, expected one", len(found), names)
	}
	in := found[0]
	k, ok := kindOf(in.Type)
	switch {
	case in.Type == 0:
		fail("input %q is no tensor", in.Name)
	case !ok || k == boolean:
		fail("input %q has elements of %v, expected float32 or uint8", in.Name, in.Type)
	case in.Dims == nil:
		fail("input %q does not say its dimensions", in.Name)
	case len(in.Dims) < 2 || len(in.Dims) > 4:
		fail("input %q has %d dimensions, expected 2 to 4", in.Name, len(in.Dims))
	}
	if d := in.Dims[0]; d.Size > 0 && d.Size < math.MaxInt32 {
		c.literal = int(d.Size)
	}
	v := &value{kind: single, dims: c.inputDims(in), shared: c.uses[in.Name] > 1}
	c.checkDims(fmt.Sprintf("input %q", in.Name), v.dims)
	v.mem = &storage{size: v.size(), input: true, producer: -1}
	if v.size() == 0 {
		fail("input %q has the dimensions %v", in.Name, v.dims)
	}
	c.values[in.Name] = v
	return v
}

// inputDims fills the free sides of pictures in.
func (c *compiler) inputDims(in onnx.Value) []int {
	dims := make([]int, len(in.Dims)-1)
	for i := range dims {
		d := in.Dims[i+1].Size
		if d < 0 || d > mostSize {
			fail("input %q has a dimension of %d", in.Name, d)
		}
		dims[i] = int(d)
	}
	if len(dims) != 3 {
		if i := slices.Index(dims, 0); i >= 0 {
			fail("dimension %d of input %q is free, which it may be only of pictures", i+1, in.Name)
		}
		return dims
	}
	h := 1
	if dims[0] != 1 && dims[0] != 3 && (dims[2] == 1 || dims[2] == 3) {
		h = 0
	}
	for i, side := range []int{c.opt.Height, c.opt.Width} {
		if dims[h+i] == 0 {
			dims[h+i] = side
		}
	}
	for i, d := range dims {
		if d < 1 {
			fail("dimension %d of input %q is free: say the size of the picture", i+1, in.Name)
		}
	}
	return dims
}

// take counts bytes that are about to be allocated.
func (c *compiler) take(what string, bytes int64) {
	if c.left -= bytes; c.left < 0 {
		fail("%s: the network needs more than the bound of %d MB", what, c.opt.Memory>>20)
	}
}

// checkDims bounds the dimensions of a value.
func (c *compiler) checkDims(what string, dims []int) {
	if len(dims) > mostDims {
		fail("%s has %d dimensions, more than %d", what, len(dims), mostDims)
	}
	n := 1
	for _, d := range dims {
		if d < 0 || d > mostSize || n > mostSize/max(d, 1) {
			fail("%s has the dimensions %v", what, dims)
		}
		n *= max(d, 1)
	}
}
