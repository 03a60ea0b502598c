package search_test

import (
	"context"
	"math"
	"testing"

	"likeness/search"
	"likeness/search/searchtest"
)

func lsh(t testing.TB, e search.Entries, o search.LSHOptions) *search.LSH {
	t.Helper()
	l, err := search.NewLSH(context.Background(), nil, e, search.About{Model: "m1"}, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLSH(t *testing.T) {
	searchtest.Run(t, 0.6, func(t testing.TB, e search.Entries) search.Index {
		return lsh(t, e, search.LSHOptions{})
	})
}

// What it says of its recall must be what it has.
func TestLSHTellsItsRecall(t *testing.T) {
	e := clustered(8000, 32, 50)
	truth := exact(t, e)
	before := 0.0
	for _, o := range []search.LSHOptions{{Bits: 64, Rerank: 20}, {Bits: 256, Rerank: 20}, {Bits: 1024}} {
		l := lsh(t, e, o)
		said, has := l.Recall(), 0.0
		for i := range 200 {
			near := map[string]bool{}
			q := e.Codes[i*40*32 : (i*40+1)*32]
			want, err := truth.Search(t.Context(), search.Query{Code: q, K: 5, Where: search.Where{Not: []string{e.IDs[i*40]}}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := l.Search(t.Context(), search.Query{Code: q, K: 6})
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range got {
				near[m.ID] = true
			}
			for _, m := range want {
				if near[m.ID] {
					has += 1.0 / 1000
				}
			}
		}
		if math.Abs(said-has) > 0.1 || said <= before || said > 1 {
			t.Errorf("%v: said %.3f, has %.3f, with less it had %.3f", o, said, has, before)
		}
		before = said
	}
	if before < 0.95 {
		t.Errorf("with 1024 bits recall is only %.3f", before)
	}
}

func TestLSHOptions(t *testing.T) {
	for _, o := range []search.LSHOptions{{Bits: 63}, {Bits: 100}, {Bits: -64}, {Bits: 1 << 15}, {Rerank: -1}} {
		_, err := search.NewLSH(context.Background(), nil, search.Entries{Dim: 1}, search.About{}, o)
		wantError(t, err, "expected")
	}
	if got := lsh(t, search.Entries{Dim: 2}, search.LSHOptions{}).Recall(); got != 1 {
		t.Errorf("an empty index says its recall is %v", got)
	}
}
