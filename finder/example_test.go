package finder_test

import (
	"context"
	"fmt"

	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/finder"
	"likeness/search"
)

func Example() {
	ctx := context.Background()
	data, err := dataset.Load(ctx, dataset.Drawn(40, 5), faces.Options{Prep: describe.DefaultPrep(), CacheDir: cache})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Fitted to the first 100 pictures, of 20 people; the others are strangers.
	var known, strangers []int
	for row := range data.Len() {
		if row < 100 {
			known = append(known, row)
		} else {
			strangers = append(strangers, row)
		}
	}
	f, err := finder.Fit(ctx, data, known, finder.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	codes, _, err := finder.Encode(ctx, f.Describer, data, strangers, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	entries := search.Entries{Dim: codes.Dim, Codes: codes.Values}
	for _, row := range strangers {
		entries.IDs = append(entries.IDs, data.IDs[row])
		entries.People = append(entries.People, data.People[row])
	}
	index, err := search.NewExact(ctx, f.Space, entries, search.About{Model: f.Fingerprint()})
	if err != nil {
		fmt.Println(err)
		return
	}
	right := 0
	for i, id := range entries.IDs {
		found, err := index.Search(ctx, search.Query{Code: entries.Codes[i*codes.Dim : (i+1)*codes.Dim], K: 1, Where: search.Where{Not: []string{id}}})
		if err != nil {
			fmt.Println(err)
			return
		}
		if found[0].Person == entries.People[i] {
			right++
		}
	}
	fmt.Println(f.Space.Name(), "finds most strangers:", right > 70)
	// Output: within-mirror finds most strangers: true
}
