package search

import (
	"context"
	"fmt"
	"slices"
)

// Add implements Mutable.
func (h *HNSW) Add(ctx context.Context, e Entries) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	first := h.all.entries.Len()
	if len(e.IDs) > maxPlaces-first {
		return fmt.Errorf("%d entries beside %d, a graph has room for %d", len(e.IDs), first, maxPlaces)
	}
	if err := h.all.add(e); err != nil {
		return err
	}
	if h.all.entries.Len() == first {
		return nil
	}
	err := h.grow(ctx)
	if err != nil {
		// The graph has some of the new ones, so they are buried.
		if h.all.dead == nil {
			h.all.dead = make([]bool, h.all.entries.Len())
		}
		for place := first; place < len(h.all.dead); place++ {
			h.all.dead[place] = true
			h.all.deaths++
		}
		h.builder = nil
	}
	return err
}

// rebuildShare is the part of all entries that may be deleted before the graph
// is built without them.
const rebuildShare = 0.25

// Delete implements Mutable. Deleted entries stay in the graph, where others lead
// over them, until there are many; then the graph is built anew.
func (h *HNSW) Delete(ctx context.Context, ids ...string) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	before, deaths := slices.Clone(h.all.dead), h.all.deaths
	n := h.all.bury(ids)
	if float64(h.all.deaths) > rebuildShare*float64(h.all.entries.Len()) {
		if err := h.rebuild(ctx); err != nil {
			h.all.dead, h.all.deaths = before, deaths
			return 0, err
		}
	}
	return n, nil
}

// rebuild builds the graph of the living. When that fails all is as before.
func (h *HNSW) rebuild(ctx context.Context) error {
	if h.all.deaths == 0 {
		return nil
	}
	fresh := &HNSW{options: h.options, all: h.all.copied()}
	fresh.all.compact()
	if err := fresh.build(ctx); err != nil {
		return err
	}
	h.all.take(fresh.all)
	h.graph, h.builder = fresh.graph, fresh.builder
	return nil
}
