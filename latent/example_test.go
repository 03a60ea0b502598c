package latent_test

import (
	"fmt"

	"likeness/latent"
)

func ExampleMorph() {
	codes, err := latent.Morph([]float32{0, 8}, []float32{4, 0}, 5)
	if err != nil {
		fmt.Println(err)
		return
	}
	weights, err := latent.Weights(5)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, a := range weights {
		fmt.Printf("a=%.2f %v\n", a, codes[i])
	}
	// Output:
	// a=0.00 [0 8]
	// a=0.25 [1 6]
	// a=0.50 [2 4]
	// a=0.75 [3 2]
	// a=1.00 [4 0]
}
