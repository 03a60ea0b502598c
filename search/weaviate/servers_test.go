package weaviate

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"likeness/search"
	"likeness/search/engine"
	"likeness/search/engine/enginetest"
	"likeness/search/searchtest"
)

var names atomic.Int64

// newName returns a name that no other test uses.
func newName() string { return fmt.Sprintf("t%d", names.Add(1)) }

// headerOf returns a header of entries in the euclidean space.
func headerOf(e search.Entries) *engine.Header {
	h := &engine.Header{Model: "abc", Dim: e.Dim, Width: e.Dim, Space: search.Euclidean{}}
	if e.Attributes != nil {
		h.Attributes = e.Attributes.Names
	}
	return h
}

// build makes a collection of entries.
func build(t testing.TB, s *server, e search.Entries) *collection {
	t.Helper()
	c, err := s.Make(t.Context(), headerOf(e), engine.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Upsert(context.Background(), e); err != nil {
		t.Fatal(err)
	}
	return c.(*collection)
}

func TestServersConformance(t *testing.T) {
	c := start(t, 1)
	searchtest.Run(t, 1, func(t testing.TB, e search.Entries) search.Index {
		return build(t, c.open(t, newName(), ""), e)
	})
}

func TestServersEngine(t *testing.T) {
	c := start(t, 1)
	enginetest.Run(t, func(t *testing.T) engine.Engine { return c.open(t, newName(), "") })
}
