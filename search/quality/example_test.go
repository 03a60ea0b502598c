package quality_test

import (
	"context"
	"fmt"

	"likeness/search/quality"
)

func ExampleRetrieve() {
	gallery := quality.Points{
		Width:  1,
		Values: []float32{0, 1, 5, 6},
		People: []string{"Ada", "Ada", "Grace", "Ada"},
	}
	queries := quality.Points{Width: 1, Values: []float32{0.2, 5.6}, People: []string{"Ada", "Grace"}}
	r, err := quality.Retrieve(context.Background(), queries, gallery, false, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d queries: hit@1 %.2f, mAP %.2f\n", r.Queries, r.Hit1.Value, r.MAP.Value)
	// Output: 2 queries: hit@1 0.50, mAP 0.71
}
