package search_test

import (
	"context"
	"fmt"

	"likeness/search"
)

func ExampleFitSpace() {
	// The second number is louder, but says nothing of who it is.
	codes := []float32{0, 9, 0.2, -9, 3, 8, 3.1, -8}
	people := []string{"Ada", "Ada", "Grace", "Grace"}
	space, err := search.FitSpace(context.Background(), "within", codes, 2, search.SpaceOptions{Components: 2, People: people})
	if err != nil {
		fmt.Println(err)
		return
	}
	index, err := search.NewExact(context.Background(), space, search.Entries{Dim: 2, Codes: codes, IDs: []string{"Ada_1", "Ada_2", "Grace_1", "Grace_2"}, People: people}, search.About{})
	if err != nil {
		fmt.Println(err)
		return
	}
	found, err := index.Search(context.Background(), search.Query{Code: []float32{0, 9}, K: 1, Where: search.Where{Not: []string{"Ada_1"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(index.Space().Name(), found[0].Person)
	// Output: within Ada
}
