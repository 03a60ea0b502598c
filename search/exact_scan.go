package search

import (
	"math"
	"math/bits"

	"likeness/internal/kernel"
)

// scan is one pass over all entries with a group of queries.
type scan struct {
	ix    *Exact
	keep  []*filter // of each query; nil keeps all entries
	best  []*nearest
	quick []coarseScan // queries that go over the coarse points
	slow  []int        // those of best that cannot
	at    [][]float32  // the queries' points
	q     []int16      // the factors of quick, side by side
	about []kernel.PanelQuery
	near  []uint32

	measured int // how many entries were measured in float64
}

type coarseScan struct {
	coarseQuery
	number int     // of best
	limit  float64 // what about was made for
}

func newScan(ix *Exact, queries int) *scan {
	return &scan{
		ix: ix, q: make([]int16, 0, queries*2*ix.rounded().pairs),
		keep: make([]*filter, 0, queries), best: make([]*nearest, 0, queries), at: make([][]float32, 0, queries),
	}
}

// add takes the point of the next query, for which the k nearest of the kept entries
// are to be found. k is at least 1.
func (s *scan) add(point []float32, k int, keep *filter) {
	number, c := len(s.at), s.ix.coarse
	s.at, s.keep, s.best = append(s.at, point), append(s.keep, keep), append(s.best, newNearest(k))
	factors := s.q[len(s.q) : len(s.q)+2*c.pairs]
	q, ok := c.query(point, factors)
	if !ok {
		s.slow = append(s.slow, number)
		return
	}
	s.q = s.q[:len(s.q)+2*c.pairs]
	s.quick = append(s.quick, coarseScan{q, number, math.Inf(1)})
	s.about = append(s.about, c.limits(q, math.Inf(1)))
}

// A stretch of panels is compared with all queries before the next, and with the
// distances of the nearest entries of all stretches before. It begins with one
// panel, doubles, and ends at what a second-level cache holds well.
const stretchBytes = 128 << 10

func (s *scan) run() {
	for _, number := range s.slow {
		for place := range s.ix.entries.Len() {
			s.measure(number, place)
		}
	}
	if len(s.quick) == 0 {
		return
	}
	c := s.ix.coarse
	panelBytes := panelRows * 2 * c.pairs
	panels, most := len(c.terms)/(2*panelRows), max(1, stretchBytes/panelBytes)
	s.near = make([]uint32, len(s.quick)*min(most, panels))
	for first, count := 0, 1; first < panels; first, count = first+count, min(2*count, most) {
		count = min(count, panels-first)
		near := s.near[:len(s.quick)*count]
		kernel.PanelsNear(near, s.q, s.about, c.codes[first*panelBytes:(first+count)*panelBytes],
			c.terms[first*2*panelRows:(first+count)*2*panelRows])
		for i := range s.quick {
			s.stretch(i, near[i*count:(i+1)*count], first)
		}
	}
}

// stretch measures the entries that PanelsNear reported for one query, in the panels from
// first on.
func (s *scan) stretch(i int, near []uint32, first int) {
	q := &s.quick[i]
	for p, mask := range near {
		for mask != 0 {
			place := (first+p)*panelRows + bits.TrailingZeros32(mask)
			mask &= mask - 1
			if place < s.ix.entries.Len() {
				s.measure(q.number, place)
			}
		}
	}
	if worst, full := s.best[q.number].full(); full && worst.distance < q.limit {
		q.limit = worst.distance
		s.about[i] = s.ix.coarse.limits(q.coarseQuery, math.Sqrt(worst.distance)*(1+1e-12))
	}
}

// measure offers an entry to a query if it is kept.
func (s *scan) measure(number, place int) {
	if keep := s.keep[number]; !s.ix.isDead(place) && (keep == nil || keep.keeps(place)) {
		s.measured++
		s.best[number].offer(candidate{s.ix.squaredDistance(s.at[number], place), place})
	}
}
