package search

import (
	"context"
	"fmt"
	"math"
	"sync"

	"likeness/internal/kernel"
)

// Exact is the index that compares a query with every entry. It finds the true
// neighbours and takes any filter. Most entries it tells from 8 bits a number to
// be too far away; the others it measures in float64, so that the answer does
// not hang on rounding.
type Exact struct {
	mu       sync.RWMutex
	entries  Entries // the deleted ones too, while there are any
	about    About
	space    Space
	points   []float32 // N x width, the codes in the space
	width    int
	coarse   *coarse // the points in 8 bits, nil until they are needed; see rounded
	fitted   int     // how many there were when coarse was made
	rounding sync.Mutex

	dead     []bool // by place; nil when none is
	deaths   int
	borrowed bool // the slices of entries are the caller's
}

var _ Mutable = (*Exact)(nil)

// NewExact makes an index of e, whose slices it keeps and which must not
// change. A nil space is Euclidean. No entries make an empty index, which
// finds nothing.
func NewExact(space Space, e Entries, about About) (*Exact, error) {
	ix, err := newExact(space, e, about, nil)
	if err == nil && e.Len() > 0 {
		ix.rounded()
	}
	return ix, err
}

// newExact leaves rounding for the first search. points are those of e in the
// space, or nil.
func newExact(space Space, e Entries, about About, points []float32) (*Exact, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	if space == nil {
		space = Euclidean{}
	}
	if e.People == nil {
		e.People = make([]string, e.Len())
	}
	ix := &Exact{entries: e, about: about, space: space, points: points, borrowed: true}
	if e.Len() > 0 {
		if points == nil {
			ix.points = space.Points(e.Codes, e.Dim)
		}
		ix.width = len(ix.points) / e.Len()
	}
	return ix, nil
}

// Len is the number of entries.
func (ix *Exact) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.len()
}

func (ix *Exact) len() int { return ix.entries.Len() - ix.deaths }

// Dim is the number of numbers in a code.
func (ix *Exact) Dim() int { return ix.entries.Dim }

// Entries gives what the index holds, not to be changed. People is never nil.
func (ix *Exact) Entries() Entries {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.deaths > 0 {
		return ix.living()
	}
	return ix.entries
}

// Memory is how many bytes the index takes besides its entries: the points,
// where they are not the codes themselves, and their 8 bits.
func (ix *Exact) Memory() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	bytes := 0
	if !sameSlice(ix.points, ix.entries.Codes) {
		bytes += 4 * len(ix.points)
	}
	ix.rounding.Lock()
	defer ix.rounding.Unlock()
	if c := ix.coarse; c != nil {
		bytes += len(c.codes) + 4*len(c.terms)
	}
	return bytes
}

// About says where the codes come from.
func (ix *Exact) About() About { return ix.about }

// Space says how codes are compared.
func (ix *Exact) Space() Space { return ix.space }

// CheckModel returns an error that names both fingerprints when the index was
// made with another model: codes of two models mean nothing to each other,
// even where they are equally long.
func (ix *Exact) CheckModel(fingerprint string) error {
	if fingerprint == ix.about.Model {
		return nil
	}
	return fmt.Errorf("the index was made with model %s, this is model %s: use that model, or index the pictures again",
		ix.about.Model, fingerprint)
}

// Search implements Index.
func (ix *Exact) Search(query []float32, k int, keep ...Filter) ([]Match, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if len(query) != ix.Dim() {
		return nil, fmt.Errorf("query of %d numbers, the index has codes of %d", len(query), ix.Dim())
	}
	if err := checkQueries(query, ix.Dim(), k); err != nil {
		return nil, err
	}
	out := make([][]Match, 1)
	ix.search(out, query, k, keep)
	return out[0], nil
}

// groupSize is how many queries of a batch pass over the points together, so
// that a block of points is fetched from memory once for all of them.
const groupSize = 32

// SearchBatch implements Index.
func (ix *Exact) SearchBatch(ctx context.Context, queries []float32, k int, keep ...Filter) ([][]Match, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	dim := ix.Dim()
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, err
	}
	out := make([][]Match, len(queries)/dim)
	err := inGroups(ctx, len(out), groupSize, func(first, end int) {
		ix.search(out[first:end], queries[first*dim:end*dim], k, keep)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// search answers right queries, one for each place of out.
func (ix *Exact) search(out [][]Match, queries []float32, k int, keep []Filter) {
	if ix.len() == 0 {
		for i := range out {
			out[i] = []Match{}
		}
		return
	}
	points := ix.space.Points(queries, ix.Dim())
	for i, found := range ix.nearest(points, len(out), k, keep) {
		out[i] = ix.matches(found)
	}
}

// nearest gives the k nearest of the kept entries to each of some points.
func (ix *Exact) nearest(points []float32, count, k int, keep []Filter) [][]candidate {
	w, s := ix.width, newScan(ix, count, min(k, ix.len()), keep)
	for i := range count {
		s.add(points[i*w : (i+1)*w])
	}
	s.run()
	found := make([][]candidate, count)
	for i, b := range s.best {
		found[i] = b.sorted()
	}
	return found
}

// kept tells whether every filter keeps an entry.
func (ix *Exact) kept(place int, keep []Filter) bool {
	if ix.isDead(place) {
		return false
	}
	for _, f := range keep {
		if !f(ix.entries.IDs[place], ix.entries.People[place]) {
			return false
		}
	}
	return true
}

// squaredDistance measures one entry, in float64.
func (ix *Exact) squaredDistance(point []float32, place int) float64 {
	return kernel.SquaredDistance64(point, ix.points[place*ix.width:(place+1)*ix.width])
}

// matches turns what was found, the nearest first, into the answer.
func (ix *Exact) matches(found []candidate) []Match {
	out := make([]Match, len(found))
	for i, c := range found {
		out[i] = Match{
			Rank:     i + 1,
			ID:       ix.entries.IDs[c.place],
			Person:   ix.entries.People[c.place],
			Distance: math.Sqrt(c.distance),
		}
	}
	return out
}
