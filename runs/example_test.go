package runs_test

import (
	"fmt"
	"os"

	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
	"likeness/runs"
)

// A run is started and watched by its events. Whoever comes later, or again, gets those that it has not seen.
func Example() {
	folder, err := os.MkdirTemp("", "runs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	all, err := runs.Open(folder, runs.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer all.Close()

	pca, _ := recipe.Named("pca")
	o := pca.Options()
	o.Data, o.Prep, o.Code, o.Batch, o.Epochs, o.Out = dataset.Drawn(12, 3), pix.Prep{W: 16, H: 16, Auto: true}, 4, 8, 2, "pca.safetensors"
	id, err := all.Start(o)
	if err != nil {
		fmt.Println(err)
		return
	}
	for last, done := int64(0), false; !done; {
		events, more, err := all.After(id, last)
		if err != nil {
			fmt.Println(err)
			return
		}
		for _, e := range events {
			last = e.ID
			switch e.Kind {
			case runs.KindEpoch:
				fmt.Println("epoch", e.Epoch.Epoch)
			case runs.KindState:
				done = e.Run.State == runs.Done
			}
		}
		if !done {
			<-more
		}
	}
	faces, err := all.Faces(id, 2)
	fmt.Println(len(faces)/(16*16*3), "faces after epoch 2,", err)
	// Output:
	// epoch 1
	// epoch 2
	// 4 faces after epoch 2, <nil>
}
