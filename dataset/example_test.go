package dataset_test

import (
	"context"
	"fmt"

	"likeness/dataset"
	"likeness/faces"
)

// Drawn faces need no download. A split says which of them are learned from.
func ExampleLoad() {
	set, err := dataset.Load(context.Background(), dataset.Drawn(3, 2), faces.Options{NoCache: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := dataset.DefaultSplit()
	plan.TestSize = 0.3
	split, _, err := plan.Split(set)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(set.Len(), "pictures of", set.W, "x", set.H, "from", set.Source)
	fmt.Println(len(split.Train), "to train on,", len(split.Test), "to test:", plan)
	// Output:
	// 6 pictures of 32 x 32 from drawn:3x2
	// 4 to train on, 2 to test: random, test_size=0.3, random_state=42
}
