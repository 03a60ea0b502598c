package search

import (
	"cmp"
	"slices"
)

// candidate is an entry and its squared distance to the query.
type candidate struct {
	distance float64
	place    int // in the index
}

// compare orders candidates: the nearer one first, of equally near ones the
// one that came first into the index.
func (a candidate) compare(b candidate) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.place, b.place))
}

// nearest keeps the best k of the candidates it is offered, in a heap whose
// top is the worst of them.
type nearest struct {
	heap []candidate // cap is k
}

func newNearest(k int) *nearest { return &nearest{heap: make([]candidate, 0, k)} }

// full reports whether a candidate has to beat another to get in, and returns that
// other.
func (n *nearest) full() (worst candidate, full bool) {
	if len(n.heap) < cap(n.heap) {
		return candidate{}, false
	}
	return n.heap[0], true
}

// offer takes c in if it is among the best so far. k is at least 1.
func (n *nearest) offer(c candidate) {
	if len(n.heap) < cap(n.heap) {
		n.heap = append(n.heap, c)
		n.up(len(n.heap) - 1)
		return
	}
	if c.compare(n.heap[0]) < 0 {
		n.heap[0] = c
		n.down(0)
	}
}

func (n *nearest) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if n.heap[i].compare(n.heap[parent]) <= 0 {
			return
		}
		n.heap[i], n.heap[parent] = n.heap[parent], n.heap[i]
		i = parent
	}
}

func (n *nearest) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(n.heap) {
			return
		}
		if child+1 < len(n.heap) && n.heap[child+1].compare(n.heap[child]) > 0 {
			child++
		}
		if n.heap[child].compare(n.heap[i]) <= 0 {
			return
		}
		n.heap[i], n.heap[child] = n.heap[child], n.heap[i]
		i = child
	}
}

// sorted empties the heap, the best first.
func (n *nearest) sorted() []candidate {
	slices.SortFunc(n.heap, candidate.compare)
	return n.heap
}
