package tutorial_test

import (
	"context"
	"fmt"
	"os"

	"likeness/dataset"
	"likeness/faces"
	"likeness/tutorial"
)

// A transposed convolution puts copies of its filter side by side.
func ExampleNewPlayground() {
	p := tutorial.NewPlayground(2, 2)
	for _, row := range p.Output {
		fmt.Println(row)
	}
	// Output:
	// [1 1 2 2]
	// [1 1 2 2]
	// [3 3 4 4]
	// [3 3 4 4]
}

// The whole exercise, or parts of it, into a folder.
func ExampleRun_Do() {
	ctx := context.Background()
	data, err := dataset.Load(ctx, dataset.Drawn(20, 2), faces.Options{Prep: tutorial.Prep(), NoCache: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := os.MkdirTemp("", "tutorial")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(out)
	run := tutorial.Run{Data: data, Out: out, Only: []string{"pca"}, Seed: 42}
	results, err := run.Do(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	m := results.Models[0]
	fmt.Println(m.Stage, m.Epochs, "epochs,", m.NTrain, "pictures; better than the mean image:", m.TestMSE < results.Yardsticks.MeanImage)
	// Output: pca 15 epochs, 36 pictures; better than the mean image: true
}
