package search

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"sync"

	"likeness/internal/kernel"
)

// LSHOptions say how entries are hashed. A zero means the default.
type LSHOptions struct {
	Bits   int    `json:"bits"`   // of a hash, one for each random hyperplane, a multiple of 64; 256
	Rerank int    `json:"rerank"` // entries of the nearest hashes that are measured; 256, or 8k where that is more
	Seed   uint64 `json:"seed"`   // of the hyperplanes
}

func (o LSHOptions) withDefaults() (LSHOptions, error) {
	o.Bits, o.Rerank = cmp.Or(o.Bits, 256), cmp.Or(o.Rerank, 256)
	if o.Bits < 64 || o.Bits%64 != 0 || o.Bits > 1<<14 {
		return o, fmt.Errorf("hashes of %d bits, expected a multiple of 64 up to %d", o.Bits, 1<<14)
	}
	if o.Rerank < 1 {
		return o, fmt.Errorf("%d entries to measure, expected at least 1", o.Rerank)
	}
	return o, nil
}

// LSH is the index that the tutorial recommends: locality-sensitive hashing.
// Random hyperplanes, each through a random entry, cut the space; a hash says
// on which side of each an entry lies. The entries whose hashes differ least from
// the query's are measured. How many true neighbours are found that way depends
// on the codes, so Recall tells. M. Charikar, Similarity estimation techniques
// from rounding algorithms, 2002.
//
// Searches with filters, and those for many of all entries, go over all of them
// as Exact does. Entries can be added and deleted.
type LSH struct {
	mu      sync.RWMutex
	all     *Exact
	options LSHOptions
	planes  []float32 // width x bits
	middle  []float32 // where along its normal each plane lies
	hashes  []uint64  // for each entry bits/64
	recall  float64
}

var _ Mutable = (*LSH)(nil)

// NewLSH makes an index of e, whose slices it keeps and which must not change.
func NewLSH(ctx context.Context, space Space, e Entries, about About, o LSHOptions) (*LSH, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	all, err := NewExact(space, e, about)
	if err != nil {
		return nil, err
	}
	l := &LSH{all: all, options: o}
	if err := l.hash(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// hash hashes all entries anew, and measures the recall.
func (l *LSH) hash(ctx context.Context) error {
	n, width, size := l.all.entries.Len(), l.all.width, l.options.Bits
	l.planes, l.hashes, l.recall = nil, nil, 1
	if n == 0 {
		return ctx.Err()
	}
	if !l.all.rounded().tame() {
		return ctx.Err()
	}
	rng := rand.New(rand.NewPCG(l.options.Seed, 0))
	l.planes = make([]float32, width*size)
	for i := range l.planes {
		l.planes[i] = float32(rng.NormFloat64())
	}
	// Planes through entries, not all through one point, from where they would
	// tell directions only.
	l.middle = make([]float32, size)
	for i := range l.middle {
		place := rng.IntN(n)
		l.middle[i] = l.sides(l.all.points[place*width : (place+1)*width])[i]
	}
	l.hashes = make([]uint64, n*size/64)
	err := inGroups(ctx, n, 64, func(first, end int) {
		l.hashPoints(l.hashes[first*size/64:end*size/64], l.all.points[first*width:end*width])
	})
	if err != nil {
		return err
	}
	l.recall = l.measureRecall()
	return nil
}

// sides gives the products of points and planes.
func (l *LSH) sides(points []float32) []float32 {
	n, size, width := len(points)/l.all.width, l.options.Bits, l.all.width
	c := make([]float32, n*size)
	kernel.BlockGemm(c, size, points, width, 1, l.planes, size, []kernel.Block{{}}, n, size, width, false)
	return c
}

func (l *LSH) hashPoints(hashes []uint64, points []float32) {
	clear(hashes)
	for i, v := range l.sides(points) {
		if v > l.middle[i%l.options.Bits] {
			hashes[i/64] |= 1 << (i % 64)
		}
	}
}

// Recall is the share of the five true neighbours of an entry, itself left out,
// that the index finds, measured on up to 100 entries each time it changes. Of
// too few entries to miss any it is 1.
func (l *LSH) Recall() float64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.recall
}

func (l *LSH) measureRecall() float64 {
	const samples, k = 100, 5
	n, w := l.all.entries.Len(), l.all.width
	if l.scans(k+1, nil) {
		return 1
	}
	found, wanted := 0, 0
	for s := range min(samples, n) {
		place := s * n / min(samples, n)
		point := l.all.points[place*w : (place+1)*w]
		near := map[int]bool{}
		for _, c := range l.nearest(point, k+1) {
			near[c.place] = true
		}
		for _, c := range l.all.nearest(point, 1, k+1, nil)[0] {
			if c.place != place {
				wanted++
				if near[c.place] {
					found++
				}
			}
		}
	}
	return float64(found) / float64(wanted)
}

// scans tells whether a search goes over all entries.
func (l *LSH) scans(k int, keep []Filter) bool {
	return l.hashes == nil || len(keep) > 0 || l.measured(k) > l.all.entries.Len()/2
}

// measured is how many entries a search for k measures.
func (l *LSH) measured(k int) int { return max(l.options.Rerank, 8*min(k, math.MaxInt/8)) }

// Len is the number of entries.
func (l *LSH) Len() int { return l.all.Len() }

// Dim is the number of numbers in a code.
func (l *LSH) Dim() int { return l.all.Dim() }

// Entries gives what the index holds, not to be changed. People is never nil.
func (l *LSH) Entries() Entries { return l.all.Entries() }

// Memory is how many bytes the index takes besides its entries.
func (l *LSH) Memory() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.all.Memory() + 8*len(l.hashes) + 4*(len(l.planes)+len(l.middle))
}

// Search implements Index.
func (l *LSH) Search(query []float32, k int, keep ...Filter) ([]Match, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.scans(k, keep) {
		return l.all.Search(query, k, keep...)
	}
	if len(query) != l.Dim() {
		return nil, fmt.Errorf("query of %d numbers, the index has codes of %d", len(query), l.Dim())
	}
	if err := checkQueries(query, l.Dim(), k); err != nil {
		return nil, err
	}
	return l.all.matches(l.nearest(l.all.space.Points(query, l.Dim()), k)), nil
}

// SearchBatch implements Index.
func (l *LSH) SearchBatch(ctx context.Context, queries []float32, k int, keep ...Filter) ([][]Match, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.scans(k, keep) {
		return l.all.SearchBatch(ctx, queries, k, keep...)
	}
	dim := l.Dim()
	if err := checkQueries(queries, dim, k); err != nil {
		return nil, err
	}
	out := make([][]Match, len(queries)/dim)
	err := inGroups(ctx, len(out), 4, func(first, end int) {
		points := l.all.space.Points(queries[first*dim:end*dim], dim)
		for i := range end - first {
			out[first+i] = l.all.matches(l.nearest(points[i*l.all.width:(i+1)*l.all.width], k))
		}
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// nearest measures the entries with the nearest hashes, of those equally near
// the first.
func (l *LSH) nearest(point []float32, k int) []candidate {
	words := l.options.Bits / 64
	hash := make([]uint64, words)
	l.hashPoints(hash, point)
	away := make([]uint16, len(l.hashes)/words)
	counts := make([]int, l.options.Bits+1)
	for i := range away {
		d := 0
		for j, h := range l.hashes[i*words : (i+1)*words] {
			d += bits.OnesCount64(h ^ hash[j])
		}
		away[i] = uint16(d)
		counts[d]++
	}
	left, limit := l.measured(k), 0
	for left >= counts[limit] {
		left -= counts[limit]
		limit++
	}
	best := newNearest(k)
	for place, d := range away {
		if int(d) > limit {
			continue
		}
		if int(d) == limit {
			if left == 0 {
				continue
			}
			left--
		}
		best.offer(candidate{l.all.squaredDistance(point, place), place})
	}
	return best.sorted()
}

// Add implements Mutable.
func (l *LSH) Add(ctx context.Context, e Entries) error {
	return l.change(ctx, func(fresh *Exact) error { return fresh.add(e) })
}

// Delete implements Mutable.
func (l *LSH) Delete(ctx context.Context, ids ...string) (n int, err error) {
	err = l.change(ctx, func(fresh *Exact) error {
		n = fresh.bury(ids)
		fresh.compact()
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// change hashes a changed copy and then takes it over.
func (l *LSH) change(ctx context.Context, change func(fresh *Exact) error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	l.all.mu.Lock()
	defer l.all.mu.Unlock()
	fresh := &LSH{options: l.options, all: l.all.copied()}
	if err := change(fresh.all); err != nil {
		return err
	}
	if err := fresh.hash(ctx); err != nil {
		return err
	}
	l.all.take(fresh.all)
	l.planes, l.middle, l.hashes, l.recall = fresh.planes, fresh.middle, fresh.hashes, fresh.recall
	return nil
}
