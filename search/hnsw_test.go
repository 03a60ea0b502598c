package search_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"likeness/search"
	"likeness/search/searchtest"
)

func hnsw(t testing.TB, e search.Entries, o search.HNSWOptions) *search.HNSW {
	t.Helper()
	h, err := search.NewHNSW(context.Background(), nil, e, search.About{Model: "m1"}, o)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestHNSW(t *testing.T) {
	searchtest.Run(t, 0.9, func(t testing.TB, e search.Entries) search.Index {
		return hnsw(t, e, search.HNSWOptions{})
	})
}

func TestHNSWOptions(t *testing.T) {
	for _, o := range []search.HNSWOptions{{M: 1}, {M: 257}, {M: -1}, {Ef: -1}, {EfConstruction: -1}} {
		_, err := search.NewHNSW(context.Background(), nil, search.Entries{Dim: 1}, search.About{}, o)
		wantError(t, err, "expected")
	}
	h := hnsw(t, search.Entries{Dim: 2}, search.HNSWOptions{M: 8})
	if got, want := h.Options(), (search.HNSWOptions{M: 8, EfConstruction: 200, Ef: 64}); got != want {
		t.Errorf("options %v, want %v", got, want)
	}
}

// clustered draws points around centres, which is what graphs get lost in.
func clustered(n, dim, centres int) search.Entries {
	rng := rand.New(rand.NewPCG(11, 12))
	at := make([]float32, centres*dim)
	for i := range at {
		at[i] = float32(rng.NormFloat64())
	}
	e := search.Entries{Dim: dim, IDs: ids(n), Codes: make([]float32, n*dim)}
	for i := range n {
		c := rng.IntN(centres)
		for j := range dim {
			e.Codes[i*dim+j] = at[c*dim+j] + 0.1*float32(rng.NormFloat64())
		}
	}
	return e
}

// share is the part of the true k nearest that ix finds of its first entries.
func share(t *testing.T, ix, truth search.Index, queries []float32, k int) float64 {
	t.Helper()
	got, err := ix.SearchBatch(context.Background(), search.Queries(queries, ix.Dim(), k))
	if err != nil {
		t.Fatal(err)
	}
	want, err := truth.SearchBatch(context.Background(), search.Queries(queries, ix.Dim(), k))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i := range want {
		near := map[string]bool{}
		for _, m := range want[i] {
			near[m.ID] = true
		}
		for _, m := range got[i] {
			if near[m.ID] {
				found++
			}
		}
	}
	return float64(found) / float64(k*len(want))
}

// More ef finds more, and finds nearly all of clustered points.
func TestHNSWRecall(t *testing.T) {
	n := 6000
	if testing.Short() {
		n = 2000
	}
	e := clustered(n, 24, 60)
	h, truth := hnsw(t, e, search.HNSWOptions{}), exact(t, e)
	queries := e.Codes[:200*24]
	before := 0.0
	for _, c := range []struct {
		ef   int
		want float64
	}{{5, 0.7}, {32, 0.97}, {200, 0.995}} {
		h.SetEf(c.ef)
		got := share(t, h, truth, queries, 5)
		if got < c.want || got < before {
			t.Errorf("ef %d: recall %.4f, want at least %.4f and %.4f", c.ef, got, c.want, before)
		}
		before = got
	}
}

// Recall must not suffer from entries that come and go.
func TestHNSWChurn(t *testing.T) {
	part := 500
	if testing.Short() {
		part = 150
	}
	ctx, e := context.Background(), clustered(12*part, 16, 40)
	cut := func(from, to int) search.Entries {
		return search.Entries{Dim: 16, IDs: e.IDs[from:to], Codes: e.Codes[from*16 : to*16]}
	}
	h := hnsw(t, cut(0, 4*part), search.HNSWOptions{})
	for i := 0; i < 8*part; i += part {
		if n, err := h.Delete(ctx, e.IDs[i:i+part]...); n != part || err != nil {
			t.Fatal(n, err)
		}
		if err := h.Add(ctx, cut(i+4*part, i+5*part)); err != nil {
			t.Fatal(err)
		}
		truth := exact(t, cut(i+part, i+5*part))
		if got := share(t, h, truth, e.Codes[(i+part)*16:(i+part+100)*16], 5); got < 0.98 {
			t.Errorf("after %d: recall %.4f", i, got)
		}
	}
}

// limited ends after some questions about it.
type limited struct {
	context.Context
	left int
}

func (c *limited) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// Adding and rebuilding may be ended at any time; the index is then as before.
func TestHNSWCancel(t *testing.T) {
	n := 3000
	if testing.Short() {
		n = 1900
	}
	e := clustered(n, 8, 10)
	cut := func(from, to int) search.Entries {
		return search.Entries{Dim: 8, IDs: e.IDs[from:to], Codes: e.Codes[from*8 : to*8]}
	}
	for _, left := range []int{0, 1, 2, 5} {
		h, truth := hnsw(t, cut(0, 1000), search.HNSWOptions{}), exact(t, cut(0, 1000))
		if err := h.Add(&limited{context.Background(), left}, cut(1000, n)); !errors.Is(err, context.Canceled) {
			t.Fatalf("Add returned %v", err)
		}
		if n, err := h.Delete(&limited{context.Background(), left}, e.IDs[:900]...); n != 0 || !errors.Is(err, context.Canceled) {
			t.Fatalf("Delete returned %d, %v", n, err)
		}
		if h.Len() != 1000 {
			t.Errorf("%d entries, want 1000", h.Len())
		}
		if got := share(t, h, truth, e.Codes[:1600], 5); got < 0.98 {
			t.Errorf("recall %.4f after a cancelled change", got)
		}
		if err := h.Add(context.Background(), cut(1000, n)); err != nil {
			t.Fatal(err)
		}
		if got := share(t, h, exact(t, e), e.Codes[1050*8:1250*8], 5); got < 0.98 {
			t.Errorf("recall %.4f after adding again", got)
		}
	}
	if _, err := search.NewHNSW(&limited{context.Background(), 3}, nil, e, search.About{}, search.HNSWOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("NewHNSW returned %v", err)
	}
}

func BenchmarkHNSW13000x32(b *testing.B) {
	e := clustered(13000, 32, 500)
	h := hnsw(b, e, search.HNSWOptions{})
	i := 0
	for b.Loop() {
		i = (i + 1) % 1000
		if _, err := h.Search(b.Context(), search.Query{Code: e.Codes[i*32 : (i+1)*32], K: 5}); err != nil {
			b.Fatal(err)
		}
	}
}

// Entries that are replaced may be so many that the graph is rebuilt; wherever that ends,
// either all of them are replaced or none.
func TestHNSWUpsertCancel(t *testing.T) {
	old := clustered(1200, 8, 10)
	fresh := search.Entries{Dim: 8, IDs: old.IDs[:700], Codes: make([]float32, 700*8)}
	for i := range fresh.Codes {
		fresh.Codes[i] = old.Codes[i] + 100
	}
	cancelled := 0
	for left := 0; ; left++ {
		h := hnsw(t, old, search.HNSWOptions{})
		err := h.Upsert(&limited{context.Background(), left}, fresh)
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		e, getErr := h.Get(context.Background(), old.IDs[5])
		found, searchErr := h.Search(context.Background(), search.Query{Code: old.Codes[5*8 : 6*8], K: 1})
		if getErr != nil || searchErr != nil || h.Len() != 1200 || e.Len() != 1 {
			t.Fatalf("%d entries, %d of an id, %v, %v", h.Len(), e.Len(), getErr, searchErr)
		}
		replaced := e.Codes[0] == fresh.Codes[5*8]
		if replaced != (err == nil) || (found[0].ID == old.IDs[5] && found[0].Distance == 0) == replaced {
			t.Fatalf("after %d: error %v, replaced %v, found %+v", left, err, replaced, found)
		}
		if err == nil {
			break
		}
		cancelled++
	}
	if cancelled < 5 {
		t.Errorf("cancelled at %d places, expected more", cancelled)
	}
}
