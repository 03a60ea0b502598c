package search

import (
	"bytes"
	"context"
	"hash/maphash"
	"math"
	"slices"
	"unsafe"

	"likeness/parallel"
)

// builder adds points to a graph.
type builder struct {
	*graph
	ef     int // how many candidates are looked at for a node's links
	seed   uint64
	hashes maphash.Seed
	seen   map[uint64]uint32 // the node with a hash of its point
}

func newGraph(m, width int) *graph { return &graph{m: m, width: width, entry: none} }

// newBuilder goes on with a graph.
func newBuilder(g *graph, ef int, seed uint64) *builder {
	b := &builder{graph: g, ef: ef, seed: seed, hashes: maphash.MakeSeed(), seen: make(map[uint64]uint32, g.count)}
	for place, level := range g.levels {
		if level != absent {
			b.seen[b.hash(uint32(place))] = uint32(place)
		}
	}
	return b
}

// The most nodes that are added together, and the share of those that are
// there. Nodes of a batch find each other by comparing all, so that even the
// first batches lose nothing.
const (
	batchMost  = 128
	batchShare = 4
)

// add takes in the points from the last place there was; points begins with
// those it has. The graph is the same for any number of threads: all nodes of a
// batch look for their neighbours in the graph as it was, and then each node
// that gets new links chooses among them in the order of places.
func (b *builder) add(ctx context.Context, points []float32) error {
	places := len(points) / b.width
	first := uint32(len(b.levels))
	b.points = points
	b.ground = fillNone(b.ground, places*2*b.m)
	b.upperAt = append(b.upperAt, make([]uint32, places-int(first))...)
	var nodes []uint32
	for place := first; int(place) < places; place++ {
		if b.twin(place) {
			b.levels = append(b.levels, absent)
			continue
		}
		level := b.draw(place)
		b.levels = append(b.levels, level)
		b.upperAt[place] = uint32(len(b.upper) / b.m)
		b.upper = fillNone(b.upper, len(b.upper)+int(level)*b.m)
		nodes = append(nodes, place)
	}
	for len(nodes) > 0 {
		if err := ctx.Err(); err != nil {
			for _, node := range nodes { // nothing leads to them
				b.levels[node] = absent
			}
			return err
		}
		size := min(len(nodes), batchMost, max(1, b.count/batchShare))
		b.addBatch(ctx, nodes[:size])
		nodes = nodes[size:]
	}
	return nil
}

func fillNone(x []uint32, n int) []uint32 {
	was := len(x)
	x = slices.Grow(x, n-was)[:n]
	for i := range x[was:] {
		x[was+i] = none
	}
	return x
}

// twin reports whether an equal point is there already, and if so links the new
// place to it. (If two different points have one hash, later equals of the second
// become nodes, which only costs some recall.)
func (b *builder) twin(place uint32) bool {
	h := b.hash(place)
	node, ok := b.seen[h]
	if !ok {
		b.seen[h] = place
	}
	if b.twins != nil {
		b.twins = append(b.twins, none)
	}
	if !ok || !bytes.Equal(rawBytes(b.point(node)), rawBytes(b.point(place))) {
		return false
	}
	if b.twins == nil {
		b.twins = fillNone(nil, int(place)+1)
	}
	// Behind the node, not at the end of a list that may be long; answers are
	// sorted anyway.
	b.twins[place] = b.twins[node]
	b.twins[node] = place
	return true
}

func rawBytes(x []float32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), 4*len(x))
}

func (b *builder) hash(place uint32) uint64 {
	return maphash.Bytes(b.hashes, rawBytes(b.point(place)))
}

// draw returns the level of a place: one in m reaches the next level.
func (b *builder) draw(place uint32) uint8 {
	// SplitMix64: https://prng.di.unimi.it/splitmix64.c
	z := b.seed + (uint64(place)+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	u := (float64(z>>11) + 0.5) * 0x1p-53
	return uint8(min(-math.Log(u)/math.Log(float64(b.m)), maxLevel))
}

// addBatch links new nodes. It takes only the number of threads from ctx: half a
// batch would leave links to nodes that have none.
func (b *builder) addBatch(ctx context.Context, nodes []uint32) {
	ctx = context.WithoutCancel(ctx)
	chosen := make([][][]uint32, len(nodes))                                 // by node and level
	_ = parallel.Workers(ctx, len(nodes), 4, func(next func() (int, bool)) { // which fails only when ctx ends
		w := b.walker()
		defer b.walkers.Put(w)
		for i, ok := next(); ok; i, ok = next() {
			chosen[i] = b.choose(w, nodes, i)
		}
	})
	highest := -1
	for i, levels := range chosen {
		for l, links := range levels {
			copy(b.links(l, nodes[i]), links)
		}
		highest = max(highest, len(levels)-1)
	}
	for l := highest; l >= 0; l-- {
		b.linkBack(ctx, l, nodes, chosen)
	}
	for _, node := range nodes {
		if int(b.levels[node]) > b.top() {
			b.entry = node
		}
	}
	b.count += len(nodes)
}

// choose finds the links of a new node on each of its levels, among the nodes of
// the graph and those before it in the batch: algorithm 1.
func (b *builder) choose(w *walker, batch []uint32, i int) [][]uint32 {
	node := batch[i]
	q, level := b.point(node), int(b.levels[node])
	links := make([][]uint32, level+1)
	var from found
	if b.entry != none {
		from = b.descend(w, q, level)
	}
	mates := make([]uint32, 0, i)
	for l := level; l >= 0; l-- {
		w.best = w.best[:0]
		if l <= b.top() {
			b.explore(w, q, l, from, b.ef)
			from = w.best[0] &^ expanded
		}
		mates = mates[:0]
		for _, mate := range batch[:i] {
			if int(b.levels[mate]) >= l {
				mates = append(mates, mate)
			}
		}
		for j, d := range w.measure(b.graph, q, mates) {
			w.offer(newFound(d, mates[j]), b.ef)
		}
		for j := range w.best {
			w.best[j] &^= expanded
		}
		links[l] = b.diverse(w, make([]uint32, 0, b.m), w.best, b.m)
	}
	return links
}

// linkBack links the nodes chosen on a level to those that chose them.
func (b *builder) linkBack(ctx context.Context, level int, nodes []uint32, chosen [][][]uint32) {
	var pairs []uint64 // to whom, from whom
	for i, levels := range chosen {
		if level < len(levels) {
			for _, to := range levels[level] {
				pairs = append(pairs, uint64(to)<<32|uint64(nodes[i]))
			}
		}
	}
	slices.Sort(pairs)
	var starts []int
	for i := range pairs {
		if i == 0 || pairs[i]>>32 != pairs[i-1]>>32 {
			starts = append(starts, i)
		}
	}
	_ = parallel.Workers(ctx, len(starts), 16, func(next func() (int, bool)) { // which fails only when ctx ends
		w := b.walker()
		defer b.walkers.Put(w)
		for i, ok := next(); ok; i, ok = next() {
			end := len(pairs)
			if i+1 < len(starts) {
				end = starts[i+1]
			}
			b.linkTo(w, level, pairs[starts[i]:end])
		}
	})
}

// linkTo adds links to one node. Where it then has too many it chooses again.
func (b *builder) linkTo(w *walker, level int, pairs []uint64) {
	to := uint32(pairs[0] >> 32)
	row := b.links(level, to)
	all := append(w.list[:0], linked(row)...)
	for _, p := range pairs {
		all = append(all, uint32(p))
	}
	w.list = all
	if len(all) > len(row) {
		w.best = w.best[:0]
		for j, d := range w.measure(b.graph, b.point(to), all) {
			w.best = append(w.best, newFound(d, all[j]))
		}
		slices.Sort(w.best)
		all = b.diverse(w, all[:0], w.best, len(row))
	}
	for j := copy(row, all); j < len(row); j++ {
		row[j] = none
	}
}
