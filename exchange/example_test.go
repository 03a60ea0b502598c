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

// The exercise's encoder and decoder, which Keras wrote.
func ExampleImport() {
	folder, err := os.MkdirTemp("", "likeness")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	files := filepath.Join("..", "keras", "testdata")
	r, err := exchange.Import(context.Background(), exchange.ImportOptions{
		Files: []string{filepath.Join(files, "encoder.h5"), filepath.Join(files, "decoder.h5")}, Out: filepath.Join(folder, "mine.safetensors"),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range r.Files {
		fmt.Println(f.What+":", f.Format)
	}
	fmt.Printf("%d layers, a code of %d, pictures of %dx%d\n", len(r.Encoder)+len(r.Decoder), r.Code, r.Prep.W, r.Prep.H)
	// Output:
	// encoder: Keras weights (.h5) of Keras 2.2.4
	// decoder: Keras weights (.h5) of Keras 2.2.4
	// 16 layers, a code of 8, pictures of 16x16
}
