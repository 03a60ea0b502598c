package search_test

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"likeness/search"
	"likeness/search/searchtest"
)

// reopened puts an index into a file and gives what is read from it.
func reopened(t testing.TB, f *search.File, kind string) *search.File {
	t.Helper()
	if err := f.Build(context.Background(), kind, nil); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.safetensors")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	back, err := search.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := back.Close(); err != nil {
			t.Error(err)
		}
	})
	if back.Kind() != kind {
		t.Errorf("the file holds %s, want %s", back.Kind(), kind)
	}
	return back
}

// What was read from a file is judged as what was built.
func TestIndexesFromFiles(t *testing.T) {
	for kind, recall := range map[string]float64{search.KindExact: 1, search.KindHNSW: 0.9, search.KindLSH: 0.6} {
		t.Run(kind, func(t *testing.T) {
			searchtest.Run(t, recall, func(t testing.TB, e search.Entries) search.Index {
				f := reopened(t, &search.File{Entries: e, About: search.About{Model: "m1"}}, kind)
				f.Entries.Attributes = e.Attributes // which files do not hold
				ix, err := f.Index(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				return ix
			})
		})
	}
}

// In a fitted space, answers from a file are those from before, and points are
// not computed again.
func TestBuiltInSpace(t *testing.T) {
	e := clustered(1500, 8, 40)
	space, err := search.FitSpace(t.Context(), "whitened", e.Codes, e.Dim, search.SpaceOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range search.KindNames() {
		f := &search.File{Entries: e, Space: space}
		back := reopened(t, f, kind)
		want, err1 := f.Index(context.Background())
		got, err2 := back.Index(context.Background())
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		queries := clustered(50, 8, 40).Codes
		a, err1 := want.SearchBatch(t.Context(), search.Queries(queries, e.Dim, 7))
		b, err2 := got.SearchBatch(t.Context(), search.Queries(queries, e.Dim, 7))
		if err1 != nil || err2 != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("%s: the answers differ, %v, %v", kind, err1, err2)
		}
	}
}

// A graph goes on with an earlier one only where that had these codes in this
// space; either way it finds what there is.
func TestBuildGoesOn(t *testing.T) {
	e := clustered(1200, 8, 40)
	first := func(n int) search.Entries {
		return search.Entries{Dim: 8, Codes: e.Codes[:n*8], IDs: e.IDs[:n]}
	}
	before := reopened(t, &search.File{Entries: first(1000)}, search.KindHNSW)
	changed := first(1200)
	changed.Codes = slices.Clone(changed.Codes)
	changed.Codes[17]++
	for name, f := range map[string]*search.File{
		"more":          {Entries: e},
		"the same":      {Entries: first(1000)},
		"fewer":         {Entries: first(900)},
		"others":        {Entries: changed},
		"another space": {Entries: e, Space: search.Cosine{}},
	} {
		if err := f.Build(t.Context(), search.KindHNSW, before); err != nil {
			t.Fatal(err)
		}
		anew := &search.File{Entries: f.Entries, Space: f.Space}
		if err := anew.Build(t.Context(), search.KindHNSW, nil); err != nil {
			t.Fatal(err)
		}
		if same := reflect.DeepEqual(f.Built, anew.Built); same != (name != "more") {
			t.Errorf("%s: built anew: %v", name, same)
		}
		if f.Built.Recall < 0.97 {
			t.Errorf("%s: recall %g", name, f.Built.Recall)
		}
		ix, err := f.Index(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		truth, err := search.NewExact(context.Background(), f.Space, f.Entries, search.About{})
		if err != nil {
			t.Fatal(err)
		}
		if got := share(t, ix, truth, f.Entries.Codes[f.Entries.Len()*8-800:], 5); got < 0.97 {
			t.Errorf("%s: recall %g among the last", name, got)
		}
	}
	if err := before.Build(t.Context(), "tree", nil); err == nil {
		t.Error("an unknown kind was built")
	}
}

func TestRecallOf(t *testing.T) {
	e := search.Entries{Dim: 1}
	for i := range 20 {
		e.Codes, e.IDs = append(e.Codes, float32(i)), append(e.IDs, fmt.Sprint(i))
	}
	truth := exact(t, e)
	every := search.Entries{Dim: 1, Codes: e.Codes[:2], IDs: e.IDs[:2]}
	for _, c := range []struct {
		ix   search.Index
		e    search.Entries
		want float64
	}{
		{truth, e, 1},
		{exact(t, search.Entries{Dim: 1, Codes: []float32{0, 1, 2, 3, 4, 5, 6, 7}, IDs: e.IDs[:8]}), every, 1},
		{exact(t, search.Entries{Dim: 1, Codes: []float32{0, 1, 90, 91, 92}, IDs: e.IDs[:5]}), every, (1.0 + 1) / 6},
		{truth, search.Entries{Dim: 1}, 1},
	} {
		got, err := search.RecallOf(t.Context(), c.ix, truth, c.e, 3)
		if err != nil || got != c.want {
			t.Errorf("recall %g, %v, want %g", got, err, c.want)
		}
	}
}
