package projection_test

import (
	"context"
	"fmt"
	"math/rand/v2"

	"likeness/projection"
)

// Points of four groups in 20 dimensions are laid out on a plane, and the layout says how far it can be trusted.
func ExampleFit() {
	rng := rand.New(rand.NewPCG(1, 2))
	const n, width = 400, 20
	points := make([]float32, n*width)
	for i := range points {
		group := i / width % 4
		points[i] = float32(3*(group>>(i%2)&1)) + float32(rng.NormFloat64())
	}
	for _, method := range projection.Methods() {
		l, err := projection.Fit(context.Background(), points, width, projection.Options{Method: method})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s places %d points and keeps more neighbours than chance: %v\n", l.Method, len(l.Positions)/2, l.Kept.Share > 3*l.Kept.Chance)
	}
	// Output:
	// pca places 400 points and keeps more neighbours than chance: true
	// umap places 400 points and keeps more neighbours than chance: true
	// tsne places 400 points and keeps more neighbours than chance: true
}
