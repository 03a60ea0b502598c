package search_test

import (
	"context"
	"fmt"

	"likeness/search"
)

func ExampleExact_Search() {
	ix, err := search.NewExact(context.Background(), search.Euclidean{}, search.Entries{
		Dim:    2,
		Codes:  []float32{0, 0, 3, 4, 1, 0},
		IDs:    []string{"Ada_0001", "Grace_0001", "Ada_0002"},
		People: []string{"Ada", "Grace", "Ada"},
	}, search.About{Model: "5eed"})
	if err != nil {
		fmt.Println(err)
		return
	}
	// The neighbours of a member, itself left out.
	matches, err := ix.Search(context.Background(), search.Query{Code: []float32{0, 0}, K: 5, Where: search.Where{Not: []string{"Ada_0001"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range matches {
		fmt.Println(m.Rank, m.ID, m.Person, m.Distance)
	}
	fmt.Println(ix.CheckModel("c0de"))
	// Output:
	// 1 Ada_0002 Ada 1
	// 2 Grace_0001 Grace 5
	// the index was made with model 5eed, this is model c0de: use that model, or index the pictures again
}
