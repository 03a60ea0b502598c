package search_test

import (
	"context"
	"fmt"

	"likeness/search"
)

func ExampleNewHNSW() {
	ctx := context.Background()
	ix, err := search.NewHNSW(ctx, search.Euclidean{}, search.Entries{
		Dim:   2,
		Codes: []float32{0, 0, 3, 4, 0, 0},
		IDs:   []string{"a", "b", "a again"},
	}, search.About{}, search.HNSWOptions{Seed: 42})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := ix.Add(ctx, search.Entries{Dim: 2, Codes: []float32{0, 1}, IDs: []string{"c"}}); err != nil {
		fmt.Println(err)
		return
	}
	if _, err := ix.Delete(ctx, "a"); err != nil {
		fmt.Println(err)
		return
	}
	matches, err := ix.Search(ctx, search.Query{Code: []float32{0, 0}, K: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range matches {
		fmt.Println(m.ID, m.Distance)
	}
	// Output:
	// a again 0
	// c 1
}
