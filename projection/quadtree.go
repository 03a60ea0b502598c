package projection

import (
	"context"
	"slices"

	"likeness/parallel"
)

// quadtree holds points of the plane in squares that are cut into four as long as they hold
// more than a few.
type quadtree struct {
	keys   []uint64 // place along a Z-shaped curve, then the point
	spare  []uint64
	x, y   []float64 // of the points in the order of keys
	nodes  []square
	leaves []int32 // of nodes
	z      []float64
}

// square is a node. Its first child follows it.
type square struct {
	x, y       float64 // the middle of its points
	mass       float64 // their number
	size       float64 // its side, squared
	first, end int32   // its points
	next       int32   // the node behind all of its children
	leaf       bool
}

const (
	leafPoints = 12
	gridBits   = 16   // of the place along the curve, for each coordinate
	angle      = 0.25 // a square's side over its distance up to which it is taken as one point, squared
)

// build takes points in.
func (q *quadtree) build(at []float64) {
	n := len(at) / 2
	if len(q.keys) != n {
		q.keys, q.spare = make([]uint64, n), make([]uint64, n)
		q.x, q.y = make([]float64, n), make([]float64, n)
	}
	left, right, bottom, top := at[0], at[0], at[1], at[1]
	for i := 0; i < len(at); i += 2 {
		left, right = min(left, at[i]), max(right, at[i])
		bottom, top = min(bottom, at[i+1]), max(top, at[i+1])
	}
	side := max(right-left, top-bottom, 1e-300)
	scale := (1<<gridBits - 1) / side
	for i := range n {
		key := spread(uint64((at[2*i]-left)*scale)) | spread(uint64((at[2*i+1]-bottom)*scale))<<1
		q.keys[i] = key<<32 | uint64(i)
	}
	q.sort()
	for i, key := range q.keys {
		p := uint32(key)
		q.x[i], q.y[i] = at[2*p], at[2*p+1]
	}
	q.nodes, q.leaves = q.nodes[:0], q.leaves[:0]
	q.add(0, n, gridBits, side)
}

// spread puts a 0 before each bit of v.
func spread(v uint64) uint64 {
	v = (v | v<<8) & 0x00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f
	v = (v | v<<2) & 0x33333333
	return (v | v<<1) & 0x55555555
}

// sort sorts the keys by the curve, in four passes of 8 bits; equal ones stay in the order
// of the points.
func (q *quadtree) sort() {
	for shift := 32; shift < 64; shift += 8 {
		var starts [257]int
		for _, k := range q.keys {
			starts[k>>shift&255+1]++
		}
		for i := range 256 {
			starts[i+1] += starts[i]
		}
		for _, k := range q.keys {
			b := k >> shift & 255
			q.spare[starts[b]] = k
			starts[b]++
		}
		q.keys, q.spare = q.spare, q.keys
	}
}

// add makes the node of some points, and those below it. level is how many cuts are left.
func (q *quadtree) add(first, end, level int, side float64) (x, y float64) {
	at := len(q.nodes)
	q.nodes = append(q.nodes, square{first: int32(first), end: int32(end), mass: float64(end - first), size: side * side})
	if end-first <= leafPoints || level == 0 {
		for i := first; i < end; i++ {
			x += q.x[i]
			y += q.y[i]
		}
		q.nodes[at].leaf = true
		q.leaves = append(q.leaves, int32(at))
	} else {
		shift := 32 + 2*(level-1)
		for from := first; from < end; {
			part := q.keys[from] >> shift
			count, _ := slices.BinarySearchFunc(q.keys[from:end], part, func(k, part uint64) int {
				if k>>shift <= part {
					return -1
				}
				return 1
			})
			cx, cy := q.add(from, from+count, level-1, side/2)
			x += cx
			y += cy
			from += count
		}
	}
	node := &q.nodes[at]
	node.x, node.y, node.next = x/node.mass, y/node.mass, int32(len(q.nodes))
	return x, y
}

// repel computes what pushes each point away, and returns the sum over all pairs.
func (t *tsne) repel(ctx context.Context) (z float64, err error) {
	q := &t.tree
	q.build(t.at)
	q.z = slices.Grow(q.z[:0], len(q.leaves))[:len(q.leaves)]
	err = parallel.Workers(ctx, len(q.leaves), 8, func(next func() (int, bool)) {
		var list interactions
		for i, ok := next(); ok; i, ok = next() {
			q.z[i] = list.repel(q, &q.nodes[q.leaves[i]], t.away)
		}
	})
	for _, v := range q.z {
		z += v
	}
	return max(z, 1e-300), err
}

// interactions are all that pushes the points of one leaf.
type interactions struct{ x, y, mass []float64 }

// repel computes it for the points of a leaf: squares far away count as one point each. It
// returns the sum over their pairs.
func (l *interactions) repel(q *quadtree, leaf *square, away []float64) (z float64) {
	xs, ys := q.x[leaf.first:leaf.end], q.y[leaf.first:leaf.end]
	left, right, bottom, top := slices.Min(xs), slices.Max(xs), slices.Min(ys), slices.Max(ys)
	l.x, l.y, l.mass = l.x[:0], l.y[:0], l.mass[:0]
	for i := int32(0); i < int32(len(q.nodes)); {
		s := &q.nodes[i]
		dx, dy := max(left-s.x, s.x-right, 0), max(bottom-s.y, s.y-top, 0)
		switch {
		case s.size < angle*(dx*dx+dy*dy):
			l.x, l.y, l.mass = append(l.x, s.x), append(l.y, s.y), append(l.mass, s.mass)
			i = s.next
		case s.leaf:
			for p := s.first; p < s.end; p++ {
				l.x, l.y, l.mass = append(l.x, q.x[p]), append(l.y, q.y[p]), append(l.mass, 1)
			}
			i = s.next
		default:
			i++
		}
	}
	lx, ly, lm := l.x, l.y[:len(l.x)], l.mass[:len(l.x)]
	for i := range xs {
		x, y := xs[i], ys[i]
		var fx, fy, sum float64
		for j, ox := range lx {
			dx, dy := x-ox, y-ly[j]
			near := 1 / (1 + dx*dx + dy*dy)
			weighed := lm[j] * near
			sum += weighed
			weighed *= near
			fx += weighed * dx
			fy += weighed * dy
		}
		p := uint32(q.keys[int(leaf.first)+i])
		away[2*p], away[2*p+1] = fx, fy
		z += sum - 1 // without itself
	}
	return z
}
