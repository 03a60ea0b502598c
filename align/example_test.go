package align_test

import (
	"context"
	"fmt"
	"os"

	"likeness/align"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
)

func Example() {
	cache, err := os.MkdirTemp("", "likeness-align-*")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(cache)
	ctx := context.Background()
	prep := pix.Prep{W: 96, H: 96, Auto: true, Wide: true}
	data, err := dataset.Load(ctx, dataset.Drawn(40, 2), faces.Options{Prep: prep, CacheDir: cache})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, err := align.Fit(ctx, data.Len(), data.Image, align.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	found := a.Find(data.Image(0))
	straight := align.Straighten(data.Image(0), found.Pose, 0.5, 64)
	fmt.Println(straight.W, straight.H, found.Unexplained <= found.Before)
	// Output: 64 64 true
}
