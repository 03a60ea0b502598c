package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// HNSWOptions say how a graph is built and walked. A zero means the default.
type HNSWOptions struct {
	M              int    `json:"m"`               // links of a node above the ground, half of what it has on it, 2 to 256; 16
	EfConstruction int    `json:"ef_construction"` // candidates looked at for a new node's links; 200
	Ef             int    `json:"ef"`              // nodes that a search keeps, at least k; more find more; 64
	Seed           uint64 `json:"seed"`            // of the levels
}

func (o HNSWOptions) withDefaults() (HNSWOptions, error) {
	o.M, o.EfConstruction, o.Ef = cmp.Or(o.M, 16), cmp.Or(o.EfConstruction, 200), cmp.Or(o.Ef, 64)
	if o.M < 2 || o.M > 256 {
		return o, fmt.Errorf("%d links of a node, expected 2 to 256", o.M)
	}
	if o.EfConstruction < 1 || o.Ef < 1 {
		return o, fmt.Errorf("efConstruction is %d, ef %d, expected at least 1", o.EfConstruction, o.Ef)
	}
	return o, nil
}

// HNSW is the index that walks a graph of near entries. It finds nearly all true
// neighbours and looks at a few hundred entries for that, however many there are.
// Searches with filters, and those for many of all entries, go over all of them
// as Exact does. Entries can be added and deleted.
type HNSW struct {
	mu      sync.RWMutex
	all     *Exact // all entries, the deleted ones too
	graph   *graph // nil where numbers are beyond what its distances can hold
	builder *builder
	options HNSWOptions
}

var _ Mutable = (*HNSW)(nil)

// NewHNSW builds an index of e, whose slices it keeps and which must not change.
// One seed gives one graph, whatever the number of processors it is built on.
func NewHNSW(ctx context.Context, space Space, e Entries, about About, options HNSWOptions) (*HNSW, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	all, err := NewExact(space, e, about)
	if err != nil {
		return nil, err
	}
	h := &HNSW{all: all, options: options}
	if err := h.build(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// build makes the graph anew.
func (h *HNSW) build(ctx context.Context) error {
	h.graph, h.builder = nil, nil
	if h.all.entries.Len() == 0 {
		return nil
	}
	return h.grow(ctx)
}

// grow takes entries into the graph that it does not have yet.
func (h *HNSW) grow(ctx context.Context) error {
	if !h.all.rounded().tame() {
		h.graph, h.builder = nil, nil
		return nil
	}
	if len(h.all.entries.IDs) > maxPlaces {
		return fmt.Errorf("%d entries, a graph has room for %d", len(h.all.entries.IDs), maxPlaces)
	}
	if h.graph == nil {
		h.graph = newGraph(h.options.M, h.all.width)
	}
	if h.builder == nil {
		h.builder = newBuilder(h.graph, h.options.EfConstruction, h.options.Seed)
	}
	return h.builder.add(ctx, h.all.points)
}

// Options tells how the graph was built and is walked.
func (h *HNSW) Options() HNSWOptions {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.options
}

// SetEf sets how many nodes a search keeps, at least 1.
func (h *HNSW) SetEf(ef int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.options.Ef = max(ef, 1)
}

// Len is the number of entries.
func (h *HNSW) Len() int { return h.all.Len() }

// Dim is the number of numbers in a code.
func (h *HNSW) Dim() int { return h.all.Dim() }

// Entries gives what the index holds, not to be changed. People is never nil.
func (h *HNSW) Entries() Entries { return h.all.Entries() }

// About says where the codes come from.
func (h *HNSW) About() About { return h.all.About() }

// Space says how codes are compared.
func (h *HNSW) Space() Space { return h.all.Space() }

// CheckModel is Exact's.
func (h *HNSW) CheckModel(fingerprint string) error { return h.all.CheckModel(fingerprint) }

// Memory is how many bytes the index takes besides its entries: the graph, the
// points where they are not the codes themselves, and their 8 bits.
func (h *HNSW) Memory() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	bytes := h.all.Memory()
	if g := h.graph; g != nil {
		bytes += 4*(len(g.ground)+len(g.upper)+len(g.upperAt)+len(g.twins)) + len(g.levels)
	}
	return bytes
}

// Search implements Index.
func (h *HNSW) Search(query []float32, k int, keep ...Filter) ([]Match, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.scans(k, keep) {
		return h.all.Search(query, k, keep...)
	}
	if len(query) != h.Dim() {
		return nil, fmt.Errorf("query of %d numbers, the index has codes of %d", len(query), h.Dim())
	}
	if err := checkQueries(query, h.Dim(), k); err != nil {
		return nil, err
	}
	return h.walk(h.all.space.Points(query, h.Dim()), k), nil
}

// SearchBatch implements Index.
func (h *HNSW) SearchBatch(ctx context.Context, queries []float32, k int, keep ...Filter) ([][]Match, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.scans(k, keep) {
		return h.all.SearchBatch(ctx, queries, k, keep...)
	}
	dim := h.Dim()
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, err
	}
	out := make([][]Match, len(queries)/dim)
	err := inGroups(ctx, len(out), 8, func(first, end int) {
		points := h.all.space.Points(queries[first*dim:end*dim], dim)
		for i := range end - first {
			out[first+i] = h.walk(points[i*h.all.width:(i+1)*h.all.width], k)
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// scans tells whether a search goes over all entries: where the graph could not
// be built, or would have to be walked for a good part of it.
func (h *HNSW) scans(k int, keep []Filter) bool {
	return h.graph == nil || len(keep) > 0 || k > h.graph.count/4
}

// walk finds the k nearest of a graph that has more.
func (h *HNSW) walk(point []float32, k int) []Match {
	g := h.graph
	w := g.walker()
	defer g.walkers.Put(w)
	if k = min(k, h.all.len()); k == 0 {
		return []Match{}
	}
	for ef := max(h.options.Ef, k); ; ef *= 2 {
		g.explore(w, point, 0, g.descend(w, point, 0), ef)
		if near := h.living(point, w.best, k); len(near) == k {
			return h.all.matches(near)
		}
		if ef > g.count/2 { // too many are deleted, or out of reach
			return h.all.matches(h.all.nearest(point, 1, k, nil)[0])
		}
	}
}

// living measures the entries of the nearest nodes in float64 and gives the k
// nearest that are not deleted.
func (h *HNSW) living(point []float32, best []found, k int) []candidate {
	near := make([]candidate, 0, k+8)
	limit := float32(math.Inf(1))
	for _, f := range best {
		if f.distance() > limit {
			break
		}
		distance := math.NaN()
		for place := f.node(); place != none; {
			if !h.all.isDead(int(place)) {
				if math.IsNaN(distance) {
					distance = h.all.squaredDistance(point, int(place))
				}
				near = append(near, candidate{distance, int(place)})
			}
			if h.graph.twins == nil {
				break
			}
			place = h.graph.twins[place]
		}
		// Float32 may have put nearly equal ones into another order.
		if len(near) >= k && math.IsInf(float64(limit), 1) {
			limit = f.distance() * (1 + 1e-4)
		}
	}
	slices.SortFunc(near, candidate.compare)
	return near[:min(k, len(near))]
}
