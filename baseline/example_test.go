package baseline_test

import (
	"context"
	"fmt"

	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
)

// Closed forms are fitted to the training pictures and measured on the test pictures.
func Example() {
	ctx := context.Background()
	set, err := dataset.Load(ctx, dataset.Drawn(30, 4), faces.Options{NoCache: true, Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	if err != nil {
		fmt.Println(err)
		return
	}
	split, _, err := dataset.DefaultSplit().Split(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	test := baseline.New(set, split.Train).On(set, split.Test)
	mean, err := test.MeanImage(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	exact, err := test.PCA(ctx, 8)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("8 principal components leave less than half of the mean picture's error:", exact < mean/2)
	// Output: 8 principal components leave less than half of the mean picture's error: true
}
