package search_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"

	"likeness/search"
)

// randomEntries are n codes of dim numbers.
func randomEntries(n, dim int) search.Entries {
	rng := rand.New(rand.NewPCG(3, 4))
	e := search.Entries{Dim: dim}
	for i := range n {
		for range dim {
			e.Codes = append(e.Codes, float32(rng.NormFloat64()))
		}
		e.IDs = append(e.IDs, string(rune('a'+i/26))+string(rune('a'+i%26)))
	}
	return e
}

// Answers that are found together are those that are found one by one, errors included, and so are those for known points.
func TestTogether(t *testing.T) {
	e := randomEntries(300, 12)
	space, err := search.FitSpace(t.Context(), "whitened", e.Codes, e.Dim, search.SpaceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ix, err := search.NewExact(t.Context(), space, e, search.About{})
	if err != nil {
		t.Fatal(err)
	}
	points, err := space.Points(t.Context(), e.Codes, e.Dim)
	if err != nil {
		t.Fatal(err)
	}
	width := len(points) / e.Len()
	together := search.NewTogether(ix, 2)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			q := search.Query{Code: e.Codes[i*e.Dim : (i+1)*e.Dim], K: 1 + i%7, Where: search.Where{Not: e.IDs[i : i+1]}}
			want, err := ix.Search(t.Context(), q)
			if err != nil {
				t.Error(err)
				return
			}
			if i%3 == 0 {
				q.Point = points[i*width : (i+1)*width]
			}
			got, err := together.Search(t.Context(), q)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("query %d: %v, %v, want %v", i, got, err, want)
			}
			if i%10 == 0 {
				bad := search.Query{Code: q.Code[1:], K: 1}
				if _, err := together.Search(t.Context(), bad); err == nil {
					t.Error("a query of another length: no error")
				}
			}
			if i%20 == 0 {
				if _, err := together.Search(t.Context(), search.Query{Code: q.Code, Point: points[:1], K: 1}); err == nil {
					t.Error("a point of another length: no error")
				}
				left, leave := context.WithCancel(t.Context())
				leave()
				if _, err := together.Search(left, q); !errors.Is(err, context.Canceled) {
					t.Errorf("whoever left: %v", err)
				}
			}
		})
	}
	all.Wait()
}
