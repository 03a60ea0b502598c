package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
)

// HNSWOptions say how a graph is built and walked. Zero means the default.
type HNSWOptions struct {
	M              int    `json:"m"`               // links of a node on each level above the ground level, which has 2M; 2 to 256, default 16
	EfConstruction int    `json:"ef_construction"` // candidates considered for the links of a new node; default 200
	Ef             int    `json:"ef"`              // candidates that a search keeps, at least k; more find more; default 64
	Seed           uint64 `json:"seed"`            // of the nodes' levels
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

// HNSW is the index that walks a graph whose links join near entries. It finds nearly
// all true neighbours and measures a few hundred entries for that, however many there
// are. Queries with conditions other than Not, and queries for a large part of the
// entries, compare all entries as Exact does.
type HNSW struct {
	mu      sync.RWMutex
	all     *Exact // all entries, the deleted ones too
	graph   *graph // nil where numbers are beyond what its distances can hold
	builder *builder
	options HNSWOptions
}

var _ Local = (*HNSW)(nil)

// NewHNSW builds an index of e. It keeps the slices of e, which must not change
// afterwards. The graph depends on entries and options alone, not on the number of
// threads.
func NewHNSW(ctx context.Context, space Space, e Entries, about About, options HNSWOptions) (*HNSW, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	all, err := NewExact(ctx, space, e, about)
	if err != nil {
		return nil, err
	}
	h := &HNSW{all: all, options: options}
	if err := h.build(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// build builds the graph from nothing.
func (h *HNSW) build(ctx context.Context) error {
	h.graph, h.builder = nil, nil
	if h.all.entries.Len() == 0 {
		return nil
	}
	return h.grow(ctx)
}

// grow adds the entries that the graph does not have yet.
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

// Options returns how the graph was built and is walked.
func (h *HNSW) Options() HNSWOptions {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.options
}

// SetEf sets how many candidates a search keeps, at least 1.
func (h *HNSW) SetEf(ef int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.options.Ef = max(ef, 1)
}

// Len returns the number of entries.
func (h *HNSW) Len() int { return h.all.Len() }

// Dim returns the length of a code.
func (h *HNSW) Dim() int { return h.all.Dim() }

// Entries returns what the index holds, which must not be changed. People is never nil.
func (h *HNSW) Entries() Entries { return h.all.Entries() }

// About returns where the codes come from.
func (h *HNSW) About() About { return h.all.About() }

// Space returns the space in which codes are compared.
func (h *HNSW) Space() Space { return h.all.Space() }

// CheckModel works as Exact's does.
func (h *HNSW) CheckModel(fingerprint string) error { return h.all.CheckModel(fingerprint) }

// Memory returns how many bytes the index takes besides its entries: the graph, the
// points where they are not the codes themselves, and their 8-bit version.
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
func (h *HNSW) Search(ctx context.Context, q Query) ([]Match, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := prepare(&q, &h.all.entries)
	if err != nil {
		return nil, err
	}
	list, out := [1]request{r}, [1][]Match{}
	if h.scans(&list[0]) {
		err = h.all.search(ctx, out[:], list[:])
	} else {
		err = h.walkAll(ctx, out[:], list[:])
	}
	return out[0], err
}

// SearchBatch implements Index.
func (h *HNSW) SearchBatch(ctx context.Context, queries []Query) ([][]Match, error) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	list, err := prepareAll(ctx, queries, &h.all.entries)
	if err != nil {
		return nil, err
	}
	return h.all.splitBatch(ctx, list, h.scans, 8, h.walkAll)
}

// scans reports whether a query goes over all entries: where the graph could not
// be built, would have to be walked for a good part of it, or conditions choose
// among the entries.
func (h *HNSW) scans(r *request) bool {
	return h.graph == nil || r.filter.scans() || r.K > h.graph.count/4-r.filter.left()
}

// walkAll answers requests of a graph that has more entries than they ask for.
func (h *HNSW) walkAll(ctx context.Context, out [][]Match, list []request) error {
	points, err := pointsOf(ctx, h.all.space, list, h.all.Dim(), h.all.width)
	if err != nil {
		return err
	}
	w := h.all.width
	for i := range list {
		r := &list[i]
		out[i] = r.within(h.all.matches(h.walk(points[i*w:(i+1)*w], r.K, r.filter)))
	}
	return nil
}

// walk returns the k nearest of the kept entries.
func (h *HNSW) walk(point []float32, k int, keep *filter) []candidate {
	g := h.graph
	w := g.walker()
	defer g.walkers.Put(w)
	if k = min(k, h.all.len()); k == 0 {
		return nil
	}
	for ef := max(h.options.Ef, k+keep.left()); ; ef *= 2 {
		g.explore(w, point, 0, g.descend(w, point, 0), ef)
		if near := h.living(point, w.best, k, keep); len(near) == k {
			return near
		}
		if ef > g.count/2 { // too many are deleted, left out, or out of reach
			return h.all.nearest(point, k, keep)
		}
	}
}

// living measures the entries of the nearest nodes in float64 and returns the k
// nearest that are kept and not deleted.
func (h *HNSW) living(point []float32, best []found, k int, keep *filter) []candidate {
	near := make([]candidate, 0, k+8)
	limit := float32(math.Inf(1))
	for _, f := range best {
		if f.distance() > limit {
			break
		}
		distance := math.NaN()
		for place := f.node(); place != none; {
			if !h.all.isDead(int(place)) && (keep == nil || keep.keeps(int(place))) {
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
