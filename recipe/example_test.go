package recipe_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"likeness/dataset"
	"likeness/recipe"
	"likeness/train"
)

// A job reads its pictures first, so that remarks can be shown before a long run. Then it
// trains, reports, and saves the model.
func Example() {
	folder, err := os.MkdirTemp("", "recipe")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	pca, _ := recipe.Named("pca")
	o := pca.Options()
	o.Data, o.Code, o.Batch, o.Epochs = dataset.Drawn(10, 3), 8, 9, 2
	o.Out = filepath.Join(folder, "pca-8.safetensors")

	ctx := context.Background()
	job, err := recipe.Prepare(ctx, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(job.Data.Split.Train), "pictures to train on,", len(job.Notes), "remarks")
	result, err := job.Run(ctx, func(_ uint64, e train.Event) {
		if e.EpochDone {
			fmt.Printf("epoch %d of %d\n", e.Epoch, e.Epochs)
		}
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filepath.Base(result.Path), "has a code of", result.Model.Code)
	// Output:
	// 27 pictures to train on, 0 remarks
	// epoch 1 of 2
	// epoch 2 of 2
	// pca-8.safetensors has a code of 8
}
