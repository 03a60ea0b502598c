package runtime

import (
	"math"
	"strings"
	"testing"

	"likeness/onnx"
)

// TestErrors: what is wrong is said with the place where it is.
func TestErrors(t *testing.T) {
	w := onnx.Floats("w", []int64{2, 3, 3, 3}, random(1, 54))
	bad := random(1, 54)
	bad[7] = float32(math.NaN())
	external := onnx.Tensor{Name: "w", Type: onnx.Float, Dims: []int64{2, 3, 3, 3}, External: true}
	dims := []int{3, 6, 6}
	conv := op("Conv", "x w", "y")
	conv.Name = "first"
	for want, m := range map[string]*onnx.Model{
		`node 1 (Einsum "strange"): the operator is not known`: graphOf(13, dims, []onnx.Tensor{w}, op("Relu", "x", "a"), onnx.Node{Op: "Einsum", Name: "strange", Inputs: []string{"a"}, Outputs: []string{"y"}}),
		`node 0 (Conv "first"): the operator is of the domain "com.microsoft"`: graphOf(13, dims, []onnx.Tensor{w}, onnx.Node{
			Op: "Conv", Name: "first", Domain: "com.microsoft", Inputs: []string{"x", "w"}, Outputs: []string{"y"},
		}),
		`lie in another file`:      graphOf(13, dims, []onnx.Tensor{external}, conv),
		`number 7 is not a number`: graphOf(13, dims, []onnx.Tensor{onnx.Floats("w", []int64{2, 3, 3, 3}, bad)}, conv),
		`weights of the dimensions [2 3 3 3] in 1 groups on 4 channels`: graphOf(13, []int{4, 6, 6}, []onnx.Tensor{w}, conv),
		`a kernel of 3 does not fit a picture of [2 2]`:                 graphOf(13, []int{3, 2, 2}, []onnx.Tensor{w}, conv),
		`a cycle`:                        graphOf(13, dims, nil, op("Add", "x b", "a"), op("Relu", "a", "b"), op("Relu", "b", "y")),
		`nothing makes its input 1, "v"`: graphOf(13, dims, nil, op("Conv", "x v", "y")),
		`no node makes the output "y"`:   graphOf(13, dims, nil, op("Relu", "x", "a")),
		`version 99`:                     graphOf(99, dims, nil, op("Relu", "x", "y")),
		`version 3`:                      graphOf(3, dims, nil, op("Relu", "x", "y")),
		`it has a graph of its own ("body"): loops and branches are not run`: graphOf(13, dims, nil, op("Loop", "x", "y", onnx.Attribute{Name: "body", Type: onnx.TypeGraph, G: &onnx.Graph{Nodes: []onnx.Node{op("Relu", "x", "y")}}})),
		`do not begin with the batch`:                                        graphOf(13, dims, []onnx.Tensor{onnx.Int64s("s", []int64{2}, []int64{-1, 7})}, op("Reshape", "x s", "y")),
		`more than the bound of`:                                             graphOf(13, dims, []onnx.Tensor{onnx.Int64s("s", []int64{4}, []int64{1 << 9, 1 << 9, 1 << 9, 6})}, op("ConstantOfShape", "s", "a"), op("Mul", "x a", "y")),
		`moves the batch`:                                                    graphOf(13, dims, nil, op("Transpose", "x", "y")),
		`node 1 (GRU): the operator is not known`:                            graphOf(13, dims, nil, op("Transpose", "x", "a"), op("GRU", "a", "y")),
		`both make the value "y"`:                                            graphOf(13, dims, nil, op("Relu", "x", "y"), op("Neg", "x", "y")),
		`works along the batch`:                                              graphOf(13, dims, nil, op("ReduceSum", "x", "y")),
	} {
		if _, err := Compile(m, Options{Memory: 1 << 30}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
