package train_test

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/hyper"
	"likeness/pix"
	"likeness/train"
)

// A run is a struct literal: here forty drawn faces for two epochs.
func Example() {
	ctx := context.Background()
	prep := pix.Prep{W: 16, H: 16, Auto: true}
	data, err := dataset.Load(ctx, dataset.Drawn(20, 2), faces.Options{Prep: prep, NoCache: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	split, err := faces.RandomSplit(data.Len(), 0.1, 42)
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := autoencoder.New("conv", prep, 8, 42)
	if err != nil {
		fmt.Println(err)
		return
	}
	run := train.Run{Model: model, Data: data, Split: split, Epochs: 2, Parameters: hyper.Parameters{Seed: 42}}
	story, err := run.Do(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(story.History), "epochs,", story.NTrain, "pictures, it learned:", story.History[1].Loss < story.History[0].Loss)
	// Output: 2 epochs, 36 pictures, it learned: true
}
