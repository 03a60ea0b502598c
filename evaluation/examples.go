package evaluation

import (
	"context"

	"likeness/faces"
	"likeness/finder"
	"likeness/search"
)

// Of the queries so many are examples, evenly spread over each sort.
const (
	missedExamples = 10
	foundExamples  = 5
	nearExamples   = 6 // pictures found by each
)

// Examples are some queries of a split with what they found.
type Examples struct {
	Set     *faces.Set // whose rows the examples name
	Queries int        // of people who can be found
	Missed  int        // of these, the ones whose nearest picture shows somebody else
	// MissedOnes and FoundOnes are examples of both sorts.
	MissedOnes, FoundOnes []Example
}

// Example is one query.
type Example struct {
	Number  int // among all of its sort, from 1
	Row     int // of the picture that was searched for
	Nearest []ExampleHit
}

// ExampleHit is a picture that a query found.
type ExampleHit struct {
	Row      int
	Distance float64
	Same     bool // it shows the person
}

// examples searches with the test rows, as finder.Codes.Retrieve does.
func examples(ctx context.Context, set *faces.Set, c finder.Codes, space search.Space, split faces.Split, among bool) (*Examples, error) {
	gallery := split.Train
	if among {
		gallery = split.Test
	}
	entries, pictures := search.Entries{Dim: c.Dim}, map[string]int{}
	rows := map[string]int{}
	for _, row := range gallery {
		entries.Codes = append(entries.Codes, c.Values[row*c.Dim:(row+1)*c.Dim]...)
		entries.IDs, entries.People = append(entries.IDs, set.IDs[row]), append(entries.People, set.People[row])
		pictures[set.People[row]]++
		rows[set.IDs[row]] = row
	}
	ix, err := search.NewExact(ctx, space, entries, search.About{})
	if err != nil {
		return nil, err
	}
	var asked []int // rows
	var queries []search.Query
	for _, row := range split.Test {
		others := pictures[set.People[row]]
		if among {
			others--
		}
		if set.People[row] != "" && others > 0 {
			asked = append(asked, row)
			queries = append(queries, search.Query{
				Code: c.Values[row*c.Dim : (row+1)*c.Dim], K: nearExamples, Where: search.Where{Not: []string{set.IDs[row]}},
			})
		}
	}
	near, err := ix.SearchBatch(ctx, queries)
	if err != nil {
		return nil, err
	}
	var missed, found []Example
	for i, row := range asked {
		e := Example{Row: row}
		for _, m := range near[i] {
			e.Nearest = append(e.Nearest, ExampleHit{Row: rows[m.ID], Distance: m.Distance, Same: m.Person == set.People[row]})
		}
		if len(e.Nearest) > 0 && e.Nearest[0].Same {
			found = append(found, e)
		} else {
			missed = append(missed, e)
		}
	}
	return &Examples{
		Set: set, Queries: len(asked), Missed: len(missed),
		MissedOnes: spread(missed, missedExamples), FoundOnes: spread(found, foundExamples),
	}, nil
}

// spread numbers examples and returns up to n of them, evenly spread.
func spread(all []Example, n int) []Example {
	n = min(n, len(all))
	some := make([]Example, n)
	for i := range some {
		at := i * len(all) / n
		some[i] = all[at]
		some[i].Number = at + 1
	}
	return some
}
