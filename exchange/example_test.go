package exchange_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"likeness/exchange"
)

// The model that comes with the program, as ONNX graphs.
func ExampleExport() {
	folder, err := os.MkdirTemp("", "likeness")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	r, err := exchange.Export(context.Background(), exchange.ExportOptions{
		Model: "conv", Format: exchange.ONNX, Pixels: true, License: "mit", Out: filepath.Join(folder, "conv"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range r.Files {
		fmt.Println(filepath.Base(f.Path)+":", f.What)
	}
	// Output:
	// conv.encoder.onnx: the encoder: pictures to codes
	// conv.decoder.onnx: the decoder: codes to pictures
	// conv.onnx: the whole model: pictures to pictures
	// conv.md: the model card
}
