package onnx_test

import (
	"fmt"

	"likeness/onnx"
)

func Example() {
	m := &onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: 17}}, Graph: onnx.Graph{
		Name:    "double",
		Nodes:   []onnx.Node{{Name: "add", Op: "Add", Inputs: []string{"x", "x"}, Outputs: []string{"y"}}},
		Inputs:  []onnx.Value{{Name: "x", Type: onnx.Float, Dims: []onnx.Dim{{Param: "N"}, {Size: 32}}}},
		Outputs: []onnx.Value{{Name: "y", Type: onnx.Float, Dims: []onnx.Dim{{Param: "N"}, {Size: 32}}}},
	}}
	again, err := onnx.Parse("double.onnx", m.Marshal())
	if err != nil {
		panic(err)
	}
	fmt.Println(again.Graph.Nodes[0].Op, again.Graph.Inputs[0].Dims)
	// Output: Add [{0 N} {32 }]
}
