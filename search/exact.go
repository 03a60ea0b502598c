package search

import (
	"context"
	"fmt"
	"math"
	"sync"

	"likeness/internal/kernel"
)

// Exact is the index that compares a query with every entry, so it finds the true
// neighbours. For most entries 8 bits a number suffice to rule them out; it measures
// the others in float64, so that the answer does not depend on rounding.
type Exact struct {
	mu       sync.RWMutex
	entries  Entries // including deleted ones until they are compacted
	about    About
	space    Space
	points   []float32 // N x width, the codes in the space
	width    int
	coarse   *coarse // the points in 8 bits, nil until they are needed; see rounded
	fitted   int     // number of entries when coarse was made
	rounding sync.Mutex

	dead     []bool // by place; nil when none is
	deaths   int
	borrowed bool // the slices of entries are the caller's
}

var _ Local = (*Exact)(nil)

// NewExact makes an index of e. It keeps the slices of e, which must not change
// afterwards. A nil space is Euclidean. An index without entries finds nothing.
func NewExact(ctx context.Context, space Space, e Entries, about About) (*Exact, error) {
	ix, err := newExact(ctx, space, e, about, nil)
	if err == nil && e.Len() > 0 {
		ix.rounded()
	}
	return ix, err
}

// newExact leaves rounding to the first search. points are those of e in the
// space, or nil.
func newExact(ctx context.Context, space Space, e Entries, about About, points []float32) (*Exact, error) {
	if err := e.Check(); err != nil {
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
			var err error
			if ix.points, err = space.Points(ctx, e.Codes, e.Dim); err != nil {
				return nil, err
			}
		}
		ix.width = len(ix.points) / e.Len()
	}
	return ix, nil
}

// Len returns the number of entries.
func (ix *Exact) Len() int {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.len()
}

func (ix *Exact) len() int { return ix.entries.Len() - ix.deaths }

// Dim returns the length of a code.
func (ix *Exact) Dim() int { return ix.entries.Dim }

// Entries returns what the index holds, which must not be changed. People is never nil.
func (ix *Exact) Entries() Entries {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if ix.deaths > 0 {
		return ix.living()
	}
	return ix.entries
}

// Memory returns how many bytes the index takes besides its entries: the points,
// where they are not the codes themselves, and their 8-bit version.
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

// Points returns the entries in the space, one behind the other, until they change. They must not be changed.
func (ix *Exact) Points() []float32 {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	return ix.points
}

// About returns where the codes come from.
func (ix *Exact) About() About { return ix.about }

// Space returns the space in which codes are compared.
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
func (ix *Exact) Search(ctx context.Context, q Query) ([]Match, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := prepare(&q, &ix.entries)
	if err != nil {
		return nil, err
	}
	list, out := [1]request{r}, [1][]Match{}
	err = ix.search(ctx, out[:], list[:])
	return out[0], err
}

// groupSize is how many queries of a batch pass over the points together, so
// that a block of points is fetched from memory once for all of them.
const groupSize = 32

// SearchBatch implements Index.
func (ix *Exact) SearchBatch(ctx context.Context, queries []Query) ([][]Match, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	list, err := prepareAll(ctx, queries, &ix.entries)
	if err != nil {
		return nil, err
	}
	return ix.searchAll(ctx, list)
}

// searchAll answers requests. The caller holds the lock.
func (ix *Exact) searchAll(ctx context.Context, list []request) ([][]Match, error) {
	out := make([][]Match, len(list))
	err := inGroups(ctx, len(list), groupSize, func(first, end int) error {
		return ix.search(ctx, out[first:end], list[first:end])
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// search answers requests, one for each place of out.
func (ix *Exact) search(ctx context.Context, out [][]Match, list []request) error {
	if ix.len() == 0 {
		for i := range out {
			out[i] = []Match{}
		}
		return nil
	}
	points, err := pointsOf(ctx, ix.space, list, ix.Dim(), ix.width)
	if err != nil {
		return err
	}
	w, s := ix.width, newScan(ix, len(list))
	for i := range list {
		s.add(points[i*w:(i+1)*w], min(list[i].K, ix.len()), list[i].filter)
	}
	s.run()
	for i := range list {
		out[i] = list[i].within(ix.matches(s.best[i].sorted()))
	}
	return nil
}

// splitBatch answers requests: those that go over all entries by ix, the others by
// quick, in groups of size.
func (ix *Exact) splitBatch(ctx context.Context, list []request, scans func(*request) bool, size int,
	quick func(ctx context.Context, out [][]Match, list []request) error) ([][]Match, error) {
	n := 0
	for i := range list {
		if scans(&list[i]) {
			n++
		}
	}
	if n == len(list) {
		return ix.searchAll(ctx, list)
	}
	if n > 0 {
		return ix.splitMixed(ctx, list, scans, size, quick)
	}
	out := make([][]Match, len(list))
	err := inGroups(ctx, len(list), size, func(first, end int) error { return quick(ctx, out[first:end], list[first:end]) })
	if err != nil {
		return nil, err
	}
	return out, nil
}

// splitMixed is splitBatch for requests of both sorts.
func (ix *Exact) splitMixed(ctx context.Context, list []request, scans func(*request) bool, size int,
	quick func(ctx context.Context, out [][]Match, list []request) error) ([][]Match, error) {
	out := make([][]Match, len(list))
	for _, slow := range []bool{false, true} {
		var part []request
		var places []int
		for i := range list {
			if scans(&list[i]) == slow {
				part, places = append(part, list[i]), append(places, i)
			}
		}
		found, err := ix.splitBatch(ctx, part, scans, size, quick)
		if err != nil {
			return nil, err
		}
		for i, place := range places {
			out[place] = found[i]
		}
	}
	return out, nil
}

// nearest returns the k nearest of the kept entries to one point.
func (ix *Exact) nearest(point []float32, k int, keep *filter) []candidate {
	s := newScan(ix, 1)
	s.add(point, min(k, ix.len()), keep)
	s.run()
	return s.best[0].sorted()
}

// squaredDistance returns the squared distance of one entry, in float64.
func (ix *Exact) squaredDistance(point []float32, place int) float64 {
	return kernel.SquaredDistance64(point, ix.points[place*ix.width:(place+1)*ix.width])
}

// matches makes the answer of candidates, the nearest first.
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
