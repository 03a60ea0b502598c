package pca_test

import (
	"context"
	"fmt"

	"likeness/pca"
)

// Points near a line need one number each.
func Example() {
	points := []float32{0, 0, 1, 2.1, 2, 3.9, 3, 6} // four rows of two
	ctx := context.Background()
	m, err := pca.Measure(ctx, points, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := m.PCA(ctx, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("direction %.2f, error %.4f\n", p.Components, p.MSE(ctx, points))
	// Output: direction [0.45 0.89], error 0.0005
}
