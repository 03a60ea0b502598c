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

// conformance are the clusters that are judged. On three nodes writes wait for all copies, because the
// tests read at once what they wrote.
var conformance = []struct {
	nodes   int
	options string
}{{1, ""}, {3, "&writes=all"}}

func TestServersConformance(t *testing.T) {
	for _, k := range conformance {
		t.Run(fmt.Sprintf("%d nodes", k.nodes), func(t *testing.T) {
			c := start(t, k.nodes)
			searchtest.Run(t, 1, func(t testing.TB, e search.Entries) search.Index {
				return build(t, c.open(t, newName(), k.options), e)
			})
		})
	}
}

func TestServersEngine(t *testing.T) {
	for _, k := range conformance {
		t.Run(fmt.Sprintf("%d nodes", k.nodes), func(t *testing.T) {
			c := start(t, k.nodes)
			enginetest.Run(t, func(t *testing.T) engine.Engine { return c.open(t, newName(), k.options) })
		})
	}
}

// What a server made by its automatic schema of what was written to a dropped collection goes with the next Publish.
func TestServersAutomaticClass(t *testing.T) {
	s := start(t, 1).open(t, newName(), "")
	left := s.className("0123456789abcdef")
	if err := s.addClass(t.Context(), newClass(left, 1, 1)); err != nil {
		t.Fatal(err)
	}
	published(t, s, "m", engine.MakeOptions{}, cloud("e", 0, 20, 8, 0))
	if found, err := s.readClass(t.Context(), left); err != nil || found != nil {
		t.Errorf("the class is there yet: %v, %v", found, err)
	}
}
