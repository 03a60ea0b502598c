package export

import (
	"fmt"
	"slices"
	"strconv"

	"likeness/nn"
	"likeness/onnx"
)

// graph is a graph that is being made.
type graph struct {
	opt      Options
	nodes    []onnx.Node
	weights  []onnx.Tensor
	inputs   []onnx.Value
	outputs  []onnx.Value
	taken    map[string]bool // names of nodes, tensors and weights
	freeSize bool            // height and width of pictures are the caller's to choose
}

func newGraph(o Options) *graph { return &graph{opt: o, taken: map[string]bool{}} }

// value is a tensor of the graph. A picture may be there in two orders: that of ONNX's
// convolutions, planes (N, C, H, W), and that of the weights of Dense layers and of most
// callers, rows (N, H, W, C). Each is made when it is first needed.
type value struct {
	shape        nn.Shape // of one sample, (H, W, C) or (units)
	rows, planes string   // names of tensors; a vector has rows alone
}

func (v *value) isPicture() bool { return len(v.shape) == 3 }

// sameInBothOrders reports whether the values of a picture lie in memory alike in both orders.
func (v *value) sameInBothOrders() bool { return v.shape[2] == 1 || v.shape[0]*v.shape[1] == 1 }

// name makes a name that nothing else in the graph has.
func (g *graph) name(wanted string) string {
	name := wanted
	for i := 2; g.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", wanted, i)
	}
	g.taken[name] = true
	return name
}

// node appends a node with one output, which has the node's name.
func (g *graph) node(op, name string, inputs []string, attributes ...onnx.Attribute) string {
	name = g.name(name)
	g.nodes = append(g.nodes, onnx.Node{Name: name, Op: op, Inputs: inputs, Outputs: []string{name}, Attributes: attributes})
	return name
}

// weight returns the name of a constant of the graph, which is made the first time.
func (g *graph) weight(name string, make func(name string) onnx.Tensor) string {
	if !g.taken[name] {
		g.taken[name] = true
		g.weights = append(g.weights, make(name))
	}
	return name
}

// number returns the name of a constant that is one number.
func (g *graph) number(v float32) string {
	return g.weight("constant/"+strconv.FormatFloat(float64(v), 'g', -1, 32), func(name string) onnx.Tensor { return onnx.Floats(name, nil, []float32{v}) })
}

// whole returns the name of a constant list of whole numbers.
func (g *graph) whole(name string, v ...int64) string {
	return g.weight("constant/"+name, func(name string) onnx.Tensor { return onnx.Int64s(name, []int64{int64(len(v))}, v) })
}

// asPlanes returns the tensor of a picture in the order (N, C, H, W).
func (g *graph) asPlanes(v *value) string {
	if v.planes == "" {
		v.planes = g.node("Transpose", v.rows+"/planes", []string{v.rows}, onnx.IntsAttr("perm", 0, 3, 1, 2))
	}
	return v.planes
}

// asRows returns the tensor of a picture in the order (N, H, W, C), or that of a vector.
func (g *graph) asRows(v *value) string {
	if v.rows == "" {
		v.rows = g.node("Transpose", v.planes+"/rows", []string{v.planes}, onnx.IntsAttr("perm", 0, 2, 3, 1))
	}
	return v.rows
}

// each applies nodes that do the same to every number, in the order that the value is there in.
func (g *graph) each(v *value, apply func(tensor string) string) *value {
	if v.planes != "" {
		return &value{shape: v.shape, planes: apply(v.planes)}
	}
	return &value{shape: v.shape, rows: apply(v.rows)}
}

// pair applies a node to two values of one shape: in the order that both are there in, in rows where they differ.
func (g *graph) pair(op, name string, a, b *value) *value {
	if a.planes != "" && b.planes != "" {
		return &value{shape: a.shape, planes: g.node(op, name, []string{a.planes, b.planes})}
	}
	return &value{shape: a.shape, rows: g.node(op, name, []string{g.asRows(a), g.asRows(b)})}
}

// reshape returns the values of v, a sample row by row and channels last, in another shape.
func (g *graph) reshape(v *value, name string, shape nn.Shape) *value {
	if slices.Equal(v.shape, shape) {
		return v
	}
	from := v.rows
	if from == "" {
		if from = v.planes; !v.sameInBothOrders() {
			from = g.asRows(v)
		}
	}
	dims, text := []int64{-1}, "shape"
	for _, d := range shape {
		dims, text = append(dims, int64(d)), fmt.Sprintf("%s_%d", text, d)
	}
	return &value{shape: shape, rows: g.node("Reshape", name, []string{from, g.whole(text, dims...)})}
}

// input declares an input of float32, a picture in the caller's order.
func (g *graph) input(name string, shape nn.Shape) *value {
	g.taken[name] = true
	g.inputs = append(g.inputs, onnx.Value{Name: name, Type: onnx.Float, Dims: g.dims(shape)})
	if len(shape) == 3 && g.opt.Layout == NCHW {
		return &value{shape: shape, planes: name}
	}
	return &value{shape: shape, rows: name}
}

// output declares a value as output of float32, in the caller's order.
func (g *graph) output(name string, v *value) {
	tensor := ""
	if v.isPicture() && g.opt.Layout == NCHW {
		tensor = g.asPlanes(v)
	} else {
		tensor = g.asRows(v)
	}
	g.give(name, tensor, onnx.Value{Type: onnx.Float, Dims: g.dims(v.shape)})
}

// give gives a tensor the name of an output.
func (g *graph) give(name, tensor string, declared onnx.Value) {
	declared.Name = name
	g.outputs = append(g.outputs, declared)
	if slices.ContainsFunc(g.inputs, func(v onnx.Value) bool { return v.Name == tensor }) {
		g.taken[name] = true
		g.nodes = append(g.nodes, onnx.Node{Name: name, Op: "Identity", Inputs: []string{tensor}, Outputs: []string{name}})
		return
	}
	for i := range g.nodes {
		for _, list := range [][]string{g.nodes[i].Inputs, g.nodes[i].Outputs} {
			for k := range list {
				if list[k] == tensor {
					list[k] = name
				}
			}
		}
	}
}

// dims returns the dimensions of samples of a shape, as many as the caller likes.
func (g *graph) dims(shape nn.Shape) []onnx.Dim {
	dims := []onnx.Dim{{Param: "N"}}
	for _, d := range shape {
		dims = append(dims, onnx.Dim{Size: int64(d)})
	}
	if len(shape) != 3 {
		return dims
	}
	if g.freeSize {
		dims[1], dims[2] = onnx.Dim{Param: "height"}, onnx.Dim{Param: "width"}
	}
	if g.opt.Layout == NCHW {
		dims[1], dims[2], dims[3] = dims[3], dims[1], dims[2]
	}
	return dims
}

// model returns the finished graph.
func (g *graph) model(name string) *onnx.Model {
	return &onnx.Model{
		IR: IR, Opsets: []onnx.Opset{{Version: Opset}},
		Producer: Producer, ProducerVersion: g.opt.Version,
		Graph: onnx.Graph{Name: name, Nodes: g.nodes, Initializers: g.weights, Inputs: g.inputs, Outputs: g.outputs},
	}
}
