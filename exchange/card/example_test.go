package card_test

import (
	"fmt"
	"strings"

	"likeness/autoencoder"
	"likeness/exchange/card"
	"likeness/pix"
)

// The card of a model that was not trained says little, and names no licence that nobody chose.
func ExampleWrite() {
	m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16}, 4, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	front, _, _ := strings.Cut(string(card.Write(m, card.About{Name: "pca-4", Library: "onnx"})), "\n# pca-4")
	fmt.Println(front)
	// Output:
	// ---
	// # Written by likeness from a model's own file.
	// library_name: onnx
	// pipeline_tag: image-feature-extraction
	// tags:
	// - likeness
	// - autoencoder
	// - faces
	// - onnx
	// ---
}
