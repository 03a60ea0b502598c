package search

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"likeness/internal/kernel"
)

// Exact is the index that compares a query with every entry. It finds the true
// neighbours, takes any filter, and needs no time to build.
type Exact struct {
	entries Entries
	about   About
	space   Space
	points  []float32 // N x width, the codes in the space
	width   int
}

var _ Index = (*Exact)(nil)

// NewExact makes an index of e, whose slices it keeps and which must not
// change. A nil space is Euclidean. No entries make an empty index, which
// finds nothing.
func NewExact(space Space, e Entries, about About) (*Exact, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	if space == nil {
		space = Euclidean{}
	}
	if e.People == nil {
		e.People = make([]string, e.Len())
	}
	ix := &Exact{entries: e, about: about, space: space}
	if e.Len() > 0 {
		ix.points = space.Points(e.Codes, e.Dim)
		ix.width = len(ix.points) / e.Len()
	}
	return ix, nil
}

// Len is the number of entries.
func (ix *Exact) Len() int { return ix.entries.Len() }

// Dim is the number of numbers in a code.
func (ix *Exact) Dim() int { return ix.entries.Dim }

// Entries gives what the index holds, not to be changed. People is never nil.
func (ix *Exact) Entries() Entries { return ix.entries }

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
const groupSize = 16

// SearchBatch implements Index.
func (ix *Exact) SearchBatch(ctx context.Context, queries []float32, k int, keep ...Filter) ([][]Match, error) {
	dim := ix.Dim()
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, err
	}
	out := make([][]Match, len(queries)/dim)
	groups := (len(out) + groupSize - 1) / groupSize
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), max(groups, 1)) {
		g.Go(func() error {
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				i := int(next.Add(1)-1) * groupSize
				if i >= len(out) {
					return nil
				}
				end := min(i+groupSize, len(out))
				ix.search(out[i:end], queries[i*dim:end*dim], k, keep)
			}
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return out, nil
}

// search answers right queries, one for each place of out.
func (ix *Exact) search(out [][]Match, queries []float32, k int, keep []Filter) {
	n := ix.Len()
	if n == 0 {
		for i := range out {
			out[i] = []Match{}
		}
		return
	}
	points := ix.space.Points(queries, ix.Dim())
	best := make([]*nearest, len(out))
	for i := range best {
		best[i] = newNearest(min(k, n))
	}
	ix.scan(best, points, keep)
	for i := range out {
		point := points[i*ix.width : (i+1)*ix.width]
		found := best[i].sorted()
		if !ix.remeasure(point, found) {
			found = ix.scanSlowly(point, min(k, n), keep)
		}
		out[i] = ix.matches(found)
	}
}

// blockFloats is how many numbers of points are compared with one query before
// the next query takes its turn: 128 KB, which a second-level cache holds.
const blockFloats = 32 << 10

// scan offers every kept entry to each query's best, by float32 distances.
func (ix *Exact) scan(best []*nearest, points []float32, keep []Filter) {
	w := ix.width
	rows := max(1, blockFloats/w)
	distances := make([]float32, min(rows, ix.Len()))
	for first := 0; first < ix.Len(); first += rows {
		count := min(rows, ix.Len()-first)
		block := ix.points[first*w : (first+count)*w]
		for q, b := range best {
			d := distances[:count]
			kernel.SquaredDistances(d, points[q*w:(q+1)*w], block)
			limit := float32(math.Inf(1))
			worst, full := b.full()
			if full {
				limit = float32(worst.distance)
			}
			for i, v := range d {
				// Places only grow, so an equally near one comes too late.
				if full && v >= limit || !ix.kept(first+i, keep) {
					continue
				}
				b.offer(candidate{float64(v), first + i})
				if worst, full = b.full(); full {
					limit = float32(worst.distance)
				}
			}
		}
	}
}

// kept tells whether every filter keeps an entry.
func (ix *Exact) kept(place int, keep []Filter) bool {
	for _, f := range keep {
		if !f(ix.entries.IDs[place], ix.entries.People[place]) {
			return false
		}
	}
	return true
}

// scanSlowly is scan for one query in float64.
func (ix *Exact) scanSlowly(point []float32, k int, keep []Filter) []candidate {
	best := newNearest(k)
	for i := range ix.Len() {
		if ix.kept(i, keep) {
			best.offer(candidate{ix.squaredDistance(point, i), i})
		}
	}
	return best.sorted()
}

// squaredDistance measures one entry in float64.
func (ix *Exact) squaredDistance(point []float32, place int) float64 {
	sum := 0.0
	for j, v := range ix.points[place*ix.width : (place+1)*ix.width] {
		d := float64(point[j]) - float64(v)
		sum += d * d
	}
	return sum
}

// small is a squared distance below which float32 has begun, or is about, to
// lose digits: its normal numbers end at 2^-126, some 1.2e-38.
const small = 1e-30

// remeasure measures what scan found again in float64, so that the distances
// told, and the order among the found, do not hang on the vector kernels. It
// fails where squares had become infinite, or so small that they lost their
// digits: then nearer entries may have been missed. A true zero is no reason,
// for nothing is nearer than an entry equal to the query.
func (ix *Exact) remeasure(point []float32, found []candidate) (ok bool) {
	for i, c := range found {
		d := ix.squaredDistance(point, c.place)
		if math.IsInf(c.distance, 1) || c.distance < small && d > 0 {
			return false
		}
		found[i].distance = d
	}
	slices.SortFunc(found, candidate.compare)
	return true
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
