package export_test

import (
	"fmt"

	"likeness/autoencoder"
	"likeness/onnx/export"
	"likeness/pix"
)

// An encoder that takes pictures as bytes.
func ExampleModel() {
	m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16}, 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	g, err := export.Model(m, export.Options{Part: export.Encoder, Pixels: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	in, out := g.Graph.Inputs[0], g.Graph.Outputs[0]
	fmt.Println(in.Name, in.Type, len(in.Dims), "->", out.Name, out.Type, out.Dims[1].Size)
	for _, n := range g.Graph.Nodes {
		fmt.Println(n.Op, n.Name)
	}
	// Output:
	// picture uint8 4 -> code float32 4
	// Cast pixels/float
	// Div pixels/unit
	// Sub pixels/centred
	// Reshape encoder/flatten
	// Gemm encoder/dense
}
