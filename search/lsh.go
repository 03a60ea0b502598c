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

// LSHOptions say how entries are hashed. Zero means the default.
type LSHOptions struct {
	Bits   int    `json:"bits"`   // of a hash, one for each random hyperplane; a multiple of 64 up to 16384, default 256
	Rerank int    `json:"rerank"` // entries with the nearest hashes that are measured; default 256, and always at least 8k
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
// on which side of each an entry lies. A search measures the entries whose hashes
// differ least from the query's. What share of the true neighbours that finds depends
// on the codes; Recall returns it. M. Charikar, Similarity estimation techniques
// from rounding algorithms, 2002.
//
// Queries with conditions other than Not, and queries for a large part of the
// entries, compare all entries as Exact does.
type LSH struct {
	mu      sync.RWMutex
	all     *Exact
	options LSHOptions
	planes  []float32 // width x bits
	middle  []float32 // where along its normal each plane lies
	hashes  []uint64  // for each entry bits/64
	recall  float64
}

var _ Local = (*LSH)(nil)

// NewLSH makes an index of e. It keeps the slices of e, which must not change
// afterwards.
func NewLSH(ctx context.Context, space Space, e Entries, about About, o LSHOptions) (*LSH, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	all, err := NewExact(ctx, space, e, about)
	if err != nil {
		return nil, err
	}
	l := &LSH{all: all, options: o}
	if err := l.hash(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// hash hashes all entries from nothing and measures the recall.
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
	// Planes pass through entries. If all passed through one point, hashes would
	// separate directions only.
	l.middle = make([]float32, size)
	for i := range l.middle {
		place := rng.IntN(n)
		l.middle[i] = l.sides(l.all.points[place*width : (place+1)*width])[i]
	}
	l.hashes = make([]uint64, n*size/64)
	err := inGroups(ctx, n, 64, func(first, end int) error {
		l.hashPoints(l.hashes[first*size/64:end*size/64], l.all.points[first*width:end*width])
		return nil
	})
	if err != nil {
		return err
	}
	l.recall = l.measureRecall()
	return nil
}

// sides returns the products of points and planes.
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

// Recall returns the share of the five true neighbours of an entry, without itself,
// that the index finds, measured on up to 100 entries each time it changes. With too
// few entries to miss any it is 1.
func (l *LSH) Recall() float64 {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.recall
}

func (l *LSH) measureRecall() float64 {
	const samples, k = 100, 5
	n, w := l.all.entries.Len(), l.all.width
	if l.scans(&request{Query: &Query{K: k + 1}}) {
		return 1
	}
	found, wanted := 0, 0
	for s := range min(samples, n) {
		place := s * n / min(samples, n)
		point := l.all.points[place*w : (place+1)*w]
		near := map[int]bool{}
		for _, c := range l.nearest(point, k+1, nil) {
			near[c.place] = true
		}
		for _, c := range l.all.nearest(point, k+1, nil) {
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

// Len returns the number of entries.
func (l *LSH) Len() int { return l.all.Len() }

// Dim returns the length of a code.
func (l *LSH) Dim() int { return l.all.Dim() }

// Entries returns what the index holds, which must not be changed. People is never nil.
func (l *LSH) Entries() Entries { return l.all.Entries() }

// Memory returns how many bytes the index takes besides its entries.
func (l *LSH) Memory() int {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.all.Memory() + 8*len(l.hashes) + 4*(len(l.planes)+len(l.middle))
}

// Search implements Index.
func (l *LSH) Search(ctx context.Context, q Query) ([]Match, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	r, err := prepare(&q, &l.all.entries)
	if err != nil {
		return nil, err
	}
	list, out := [1]request{r}, [1][]Match{}
	if l.scans(&list[0]) {
		err = l.all.search(ctx, out[:], list[:])
	} else {
		err = l.rerankAll(ctx, out[:], list[:])
	}
	return out[0], err
}

// SearchBatch implements Index.
func (l *LSH) SearchBatch(ctx context.Context, queries []Query) ([][]Match, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	list, err := prepareAll(ctx, queries, &l.all.entries)
	if err != nil {
		return nil, err
	}
	return l.all.splitBatch(ctx, list, l.scans, 4, l.rerankAll)
}

// scans reports whether a query goes over all entries.
func (l *LSH) scans(r *request) bool {
	return l.hashes == nil || r.filter.scans() || l.measured(r.K, r.filter) > l.all.entries.Len()/2
}

// measured is how many entries a query for k measures.
func (l *LSH) measured(k int, keep *filter) int {
	return max(l.options.Rerank, 8*min(k, math.MaxInt/16)+keep.left())
}

// rerankAll answers requests by hashes.
func (l *LSH) rerankAll(ctx context.Context, out [][]Match, list []request) error {
	points, err := pointsOf(ctx, l.all.space, list, l.all.Dim(), l.all.width)
	if err != nil {
		return err
	}
	w := l.all.width
	for i := range list {
		r := &list[i]
		point := points[i*w : (i+1)*w]
		near := l.nearest(point, r.K, r.filter)
		if len(near) < r.K { // what is left out stood in the way
			near = l.all.nearest(point, r.K, r.filter)
		}
		out[i] = r.within(l.all.matches(near))
	}
	return nil
}

// nearest measures the entries with the nearest hashes; of those equally near the
// first ones. It returns the k nearest that are kept.
func (l *LSH) nearest(point []float32, k int, keep *filter) []candidate {
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
	left, limit := l.measured(k, keep), 0
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
		if keep == nil || keep.keeps(place) {
			best.offer(candidate{l.all.squaredDistance(point, place), place})
		}
	}
	return best.sorted()
}
