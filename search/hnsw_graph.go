package search

import (
	"math"
	"slices"
	"sync"

	"likeness/internal/kernel"
)

// graph is a hierarchical navigable small world: Y. Malkov, D. Yashunin,
// Efficient and robust approximate nearest neighbor search using Hierarchical
// Navigable Small World graphs, 2016, arXiv:1603.09320. A node is a point, by
// its place. On the ground all nodes have links, on each level above a random
// few of those below. Equal points are one node, that of the first; twins lead to
// the others.
type graph struct {
	m      int // links of a node above the ground; on the ground twice as many
	points []float32
	width  int

	ground  []uint32 // for each place 2m links, the rest none
	upper   []uint32 // for each level above the ground of each node m links
	upperAt []uint32 // where in upper a place's begin, in rows of m
	levels  []uint8  // the highest of each place; absent for one that is no node
	twins   []uint32 // the next place of an equal point, or none; nil where all differ

	entry uint32 // the node to begin at, none in an empty graph
	count int    // of nodes

	walkers sync.Pool
}

// walker lends room, to be put back into walkers.
func (g *graph) walker() *walker {
	if w, ok := g.walkers.Get().(*walker); ok {
		return w
	}
	return new(walker)
}

const (
	none     = math.MaxUint32
	absent   = math.MaxUint8
	maxLevel = 31
	// maxPlaces is how many a graph may have: a place and a mark are 32 bits.
	maxPlaces = math.MaxInt32
)

// top is the highest level.
func (g *graph) top() int {
	if g.entry == none {
		return -1
	}
	return int(g.levels[g.entry])
}

// links returns the row of a node's links on one of its levels.
func (g *graph) links(level int, node uint32) []uint32 {
	if level == 0 {
		return g.ground[int(node)*2*g.m:][:2*g.m]
	}
	return g.upper[(int(g.upperAt[node])+level-1)*g.m:][:g.m]
}

func (g *graph) point(node uint32) []float32 {
	return g.points[int(node)*g.width:][:g.width]
}

// found is a node and its squared distance in one number, which sorts by
// distance, then by place: the distance's bits, the place, and a mark.
type found uint64

const expanded found = 1

func newFound(distance float32, node uint32) found {
	return found(math.Float32bits(distance))<<32 | found(node)<<1
}

func (f found) node() uint32      { return uint32(f) >> 1 }
func (f found) distance() float32 { return math.Float32frombits(uint32(f >> 32)) }

// walker is the room that one walk through a graph takes.
type walker struct {
	visited   []uint8 // the walk that saw a place last
	walk      uint8
	best      []found // sorted
	list      []uint32
	distances []float32
}

// begin forgets what was visited.
func (w *walker) begin(places int) {
	if len(w.visited) < places {
		w.visited = make([]uint8, places+places/8)
		w.walk = 0
	}
	if w.walk == math.MaxUint8 {
		clear(w.visited)
		w.walk = 0
	}
	w.walk++
}

// measure returns the squared distances of nodes from q.
func (w *walker) measure(g *graph, q []float32, nodes []uint32) []float32 {
	if len(w.distances) < len(nodes) {
		w.distances = make([]float32, max(2*len(nodes), 64))
	}
	d := w.distances[:len(nodes)]
	kernel.SquaredDistancesAt(d, q, g.points, nodes)
	return d
}

// descend goes from the entry to the nearest node it comes by on the level
// above the given one: algorithm 2 with an ef of 1, on each level.
func (g *graph) descend(w *walker, q []float32, level int) found {
	w.list = append(w.list[:0], g.entry)
	near := newFound(w.measure(g, q, w.list)[0], g.entry)
	for l := g.top(); l > level; l-- {
		for moved := true; moved; {
			links := linked(g.links(l, near.node()))
			moved = false
			for i, d := range w.measure(g, q, links) {
				if f := newFound(d, links[i]); f < near {
					near, moved = f, true
				}
			}
		}
	}
	return near
}

// linked is the part of a row before the first none.
func linked(row []uint32) []uint32 {
	if i := slices.Index(row, none); i >= 0 {
		return row[:i]
	}
	return row
}

// explore leaves in w.best the ef nodes of a level it found nearest to q,
// beginning at from: algorithm 2. One sorted list serves as both of its heaps.
func (g *graph) explore(w *walker, q []float32, level int, from found, ef int) {
	w.begin(len(g.levels))
	w.best = append(w.best[:0], from)
	w.visited[from.node()] = w.walk
	for next := 0; next < len(w.best); {
		if w.best[next]&expanded != 0 {
			next++
			continue
		}
		node := w.best[next].node()
		w.best[next] |= expanded
		if next+1 < len(w.best) {
			kernel.Prefetch(g.links(level, w.best[next+1].node()))
		}
		list := w.unseen(g.links(level, node))
		for i, d := range w.measure(g, q, list) {
			f := newFound(d, list[i])
			if len(w.best) == ef && f >= w.best[ef-1] {
				continue
			}
			next = min(next, w.offer(f, ef))
		}
	}
}

// unseen lists the links that were not visited and marks them. It does not branch on
// whether a link was visited, which is unpredictable.
func (w *walker) unseen(links []uint32) []uint32 {
	if cap(w.list) < len(links) {
		w.list = make([]uint32, len(links))
	}
	list, n := w.list[:len(links)], 0
	for _, to := range links {
		if to == none {
			break
		}
		list[n] = to
		mark := &w.visited[to]
		if *mark != w.walk {
			n++
		}
		*mark = w.walk
	}
	return list[:n]
}

// offer inserts f if it is among the best ef, and returns where.
func (w *walker) offer(f found, ef int) int {
	n := len(w.best)
	if n >= ef {
		if f >= w.best[n-1] {
			return n
		}
		n--
	} else {
		w.best = append(w.best, 0)
	}
	// A binary search whose steps do not depend on what it finds.
	lo, left := 0, n
	for left > 1 {
		half := left / 2
		if w.best[lo+half-1] < f {
			lo += half
		}
		left -= half
	}
	if left == 1 && w.best[lo] < f {
		lo++
	}
	copy(w.best[lo+1:n+1], w.best[lo:n])
	w.best[lo] = f
	return lo
}

// diverse chooses up to limit neighbours from candidates sorted by distance and appends
// them to to. It leaves out a candidate that is nearer to a chosen one than to the node
// itself, because the chosen one leads to it (algorithm 4).
func (g *graph) diverse(w *walker, to []uint32, candidates []found, limit int) []uint32 {
	first := len(to)
	for _, c := range candidates {
		if len(to)-first == limit {
			break
		}
		q, apart := g.point(c.node()), true
		for chosen := to[first:]; apart && len(chosen) > 0; {
			few := chosen[:min(8, len(chosen))]
			chosen = chosen[len(few):]
			for _, d := range w.measure(g, q, few) {
				if d < c.distance() {
					apart = false
					break
				}
			}
		}
		if apart {
			to = append(to, c.node())
		}
	}
	return to
}
