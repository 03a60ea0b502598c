package enginetest

import (
	"testing"

	"likeness/search"
	"likeness/search/engine"
	"likeness/search/searchtest"
)

func TestMemory(t *testing.T) {
	Run(t, func(*testing.T) engine.Engine { return NewMemory("faces") })
}

func TestMemoryAsIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("the memory is searched by search.Exact, which is tested where it is")
	}
	searchtest.Run(t, 1, func(t testing.TB, e search.Entries) search.Index {
		h := &engine.Header{Model: "m", Dim: e.Dim, Width: e.Dim, Space: search.Euclidean{}}
		if e.Attributes != nil {
			h.Attributes = e.Attributes.Names
		}
		c, err := NewMemory("faces").Make(t.Context(), h, engine.MakeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Upsert(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		return c
	})
}
