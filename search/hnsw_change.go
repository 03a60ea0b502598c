package search

import (
	"context"
	"fmt"
	"slices"
)

// Add appends entries, whose ids must be new: unlike Upsert it looks for no earlier
// ones.
func (h *HNSW) Add(ctx context.Context, e Entries) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	return h.add(ctx, e)
}

func (h *HNSW) add(ctx context.Context, e Entries) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	first := h.all.entries.Len()
	if len(e.IDs) > maxPlaces-first {
		return fmt.Errorf("%d entries beside %d, a graph has room for %d", len(e.IDs), first, maxPlaces)
	}
	if err := h.all.add(ctx, e); err != nil {
		return err
	}
	if h.all.entries.Len() == first {
		return nil
	}
	err := h.grow(ctx)
	if err != nil {
		// Some of the new entries are in the graph, so they stay as deleted ones.
		h.all.bury(placesFrom(first, h.all.entries.Len()))
		h.builder = nil
	}
	return err
}

func placesFrom(first, end int) []int {
	places := make([]int, 0, end-first)
	for place := first; place < end; place++ {
		places = append(places, place)
	}
	return places
}

// SetAttributes implements Local.
func (h *HNSW) SetAttributes(a *Attributes) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all.SetAttributes(a)
}

// Get implements Store.
func (h *HNSW) Get(ctx context.Context, ids ...string) (Entries, error) {
	return h.all.Get(ctx, ids...)
}

// rebuildShare is the share of all entries that may be deleted before the graph
// is built without them.
const rebuildShare = 0.25

// Upsert implements Store. The graph grows by the new entries; those that they
// replace are deleted as Delete does it.
func (h *HNSW) Upsert(ctx context.Context, e Entries) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if err := e.CheckOnce(); err != nil {
		return err
	}
	first := h.all.entries.Len()
	replaced := h.all.find(e.IDs)
	if err := h.add(ctx, e); err != nil {
		return err
	}
	h.all.bury(replaced)
	err := h.rebuildIfMany(ctx)
	if err != nil { // back to what was there before
		for _, place := range replaced {
			h.all.dead[place] = false
		}
		h.all.deaths -= len(replaced)
		h.all.bury(placesFrom(first, h.all.entries.Len()))
	}
	return err
}

// Delete implements Store. Deleted entries stay in the graph as nodes that lead to
// others, until there are many; then the graph is built without them.
func (h *HNSW) Delete(ctx context.Context, ids ...string) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all.mu.Lock()
	defer h.all.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	before, deaths := slices.Clone(h.all.dead), h.all.deaths
	places := h.all.find(ids)
	h.all.bury(places)
	if err := h.rebuildIfMany(ctx); err != nil {
		h.all.dead, h.all.deaths = before, deaths
		return 0, err
	}
	return len(places), nil
}

// rebuildIfMany rebuilds the graph once many of its entries are deleted.
func (h *HNSW) rebuildIfMany(ctx context.Context) error {
	if float64(h.all.deaths) <= rebuildShare*float64(h.all.entries.Len()) {
		return nil
	}
	return h.rebuild(ctx)
}

// rebuild builds the graph of the living entries. When that fails, all is as before.
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
