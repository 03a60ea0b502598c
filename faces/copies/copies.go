// Package copies finds pictures that are there more than once: equal ones, and the same
// photograph saved again, made smaller, brighter or grey, and on request mirrored or
// rotated by quarter turns. Crops and other rotations are not found.
//
// Pictures are compared as thumbnails of 24x24 pixels whose brightness, tint and
// contrast are made equal: in grey, and in colour where both have some.
package copies

import (
	"context"
	"math"
	"slices"
	"sync"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Within is the default of Options.Within. RESULTS.md has what it finds.
const Within = 0.2

// Options say what counts as a copy.
type Options struct {
	// Within is the largest distance of two copies: 0 for equal pictures, 1 for
	// unrelated ones. 0 means the default; a tiny limit keeps equal thumbnails.
	Within float64
	// Moved also finds copies that were mirrored or rotated by quarter turns.
	Moved bool
	// Flat also compares pictures of a single colour, by that colour. Without it
	// they have no copies.
	Flat bool
}

// Pair is two pictures of which one is a copy of the other.
type Pair struct {
	A, B     int // A < B
	Distance float64
	How      Symmetry // what makes A's picture B's
}

// Find compares all pictures with each other, on parallel.Threads(ctx) threads, and
// returns the pairs of copies in rising order of A and B.
func Find(ctx context.Context, thumbs []*Thumb, opt Options) ([]Pair, error) {
	found := make([][]Pair, len(thumbs))
	err := compare(ctx, thumbs, opt, func(a int, pairs []Pair) { found[a] = pairs })
	return slices.Concat(found...), err
}

// Group compares all pictures as Find does and returns the number of each picture's
// group: copies of copies are in one group. Groups are numbered by their first
// pictures.
func Group(ctx context.Context, thumbs []*Thumb, opt Options) ([]int, error) {
	var lock sync.Mutex
	u := newUnion(len(thumbs))
	err := compare(ctx, thumbs, opt, func(_ int, pairs []Pair) {
		lock.Lock()
		defer lock.Unlock()
		for _, p := range pairs {
			u.join(p.A, p.B)
		}
	})
	return u.numbers(), err
}

// Groups returns the groups of two or more among n pictures that pairs make, each in
// rising order, by their first pictures.
func Groups(n int, pairs []Pair) [][]int {
	u := newUnion(n)
	for _, p := range pairs {
		u.join(p.A, p.B)
	}
	all := make([][]int, n)
	for i, g := range u.numbers() {
		all[g] = append(all[g], i)
	}
	return slices.DeleteFunc(all, func(g []int) bool { return len(g) < 2 })
}

// compare calls found with the copies of each picture behind it, from several
// goroutines at once. A picture without copies brings no call.
//
// It compares blocks first. The sums of blocks, divided by the root of their size, are
// a projection, so two pictures are never nearer than those. Nor are their blocks,
// whichever way they are turned, nearer than with orbits sorted.
func compare(ctx context.Context, thumbs []*Thumb, opt Options, found func(a int, pairs []Pair)) error {
	if opt.Within == 0 {
		opt.Within = Within
	}
	if opt.Flat {
		flatPairs(thumbs, opt.Within, found)
	}
	var rows []int
	for i, t := range thumbs {
		if !t.Flat() {
			rows = append(rows, i)
		}
	}
	c := &comparison{
		n: len(rows), thumbs: make([]*Thumb, len(rows)), limit: 2 * opt.Within * opt.Within, moved: opt.Moved,
		units: make([]float32, len(rows)*Size), coarse: make([]float32, len(rows)*blocks),
	}
	c.rounded = c.limit*1.0001 + 1e-9
	c.sorted = c.coarse
	if c.moved {
		c.sorted = make([]float32, len(rows)*blocks)
	}
	err := parallel.Each(ctx, c.n, func(i int) {
		c.thumbs[i] = thumbs[rows[i]]
		u, b := c.unit(i), c.coarse[i*blocks:(i+1)*blocks]
		thumbs[rows[i]].Unit(u)
		for p, v := range u {
			b[p/Side/blockSide*blocksSide+p%Side/blockSide] += v / blockSide
		}
		if c.moved {
			sortOrbits(c.sorted[i*blocks:], b, blockOrbits)
		}
	})
	if err != nil {
		return err
	}
	return parallel.Each(ctx, c.n, func(i int) {
		pairs := c.after(i)
		for k := range pairs {
			pairs[k].A, pairs[k].B = rows[pairs[k].A], rows[pairs[k].B]
		}
		if len(pairs) > 0 {
			found(rows[i], pairs)
		}
	})
}

// flatPairs compares pictures of a single colour, of which there are few.
func flatPairs(thumbs []*Thumb, within float64, found func(a int, pairs []Pair)) {
	var flat []int
	for i, t := range thumbs {
		if t.Flat() {
			flat = append(flat, i)
		}
	}
	for k, a := range flat {
		var pairs []Pair
		for _, b := range flat[k+1:] {
			if d := thumbs[a].flatDistance(thumbs[b]); d <= within {
				pairs = append(pairs, Pair{A: a, B: b, Distance: d})
			}
		}
		if len(pairs) > 0 {
			found(a, pairs)
		}
	}
}

// comparison is what compare works on.
type comparison struct {
	n       int
	thumbs  []*Thumb
	limit   float64 // squared distance of copies as unit vectors; two unrelated ones are the root of 2 apart
	rounded float64 // limit with some room for rounding, for what only rules pairs out
	moved   bool
	units   []float32 // n x Size
	coarse  []float32 // n x blocks
	sorted  []float32 // the same with orbits sorted, or coarse itself
}

func (c *comparison) unit(i int) []float32 { return c.units[i*Size : (i+1)*Size] }

// after returns the copies of picture i among those behind it.
func (c *comparison) after(i int) []Pair {
	near := make([]float32, c.n-i-1)
	if len(near) == 0 {
		return nil
	}
	kernel.SquaredDistances(near, c.sorted[i*blocks:(i+1)*blocks], c.sorted[(i+1)*blocks:])
	var turned [Symmetries][blocks]float32
	ready := false
	var pairs []Pair
	for k, d := range near {
		if float64(d) > c.rounded {
			continue
		}
		j := i + 1 + k
		how, e := Symmetry(0), 0.0
		if !c.moved {
			e = kernel.SquaredError(c.unit(i), c.unit(j))
		} else {
			if !ready {
				for s := range turned {
					permute(turned[s][:], c.coarse[i*blocks:(i+1)*blocks], blockTurns[s])
				}
				ready = true
			}
			how, e = nearest(c.unit(i), c.unit(j), func(s Symmetry) bool {
				return kernel.SquaredError(turned[s][:], c.coarse[j*blocks:(j+1)*blocks]) <= c.rounded
			})
		}
		if e <= c.limit {
			e = max(e, c.thumbs[i].squaredColourDistance(c.thumbs[j], how))
		}
		if e <= c.limit {
			pairs = append(pairs, Pair{A: i, B: j, Distance: math.Sqrt(e / 2), How: how})
		}
	}
	return pairs
}

// nearest returns the symmetry, among those worth a try, that brings a closest to b,
// and their squared distance then; +Inf if none is. A picture that is its own mirror
// image is called mirrored only when that is nearer by more than rounding.
func nearest(a, b []float32, try func(Symmetry) bool) (how Symmetry, d float64) {
	d = math.Inf(1)
	turned := make([]float32, len(a))
	for s := range Symmetry(Symmetries) {
		if !try(s) {
			continue
		}
		permute(turned, a, thumbTurns[s])
		if e := kernel.SquaredError(turned, b); e < d-1e-6 {
			how, d = s, e
		}
	}
	return how, d
}

// Between returns the symmetry that makes picture a as near to b as it gets.
func Between(a, b *Thumb) Symmetry {
	u, v := make([]float32, Size), make([]float32, Size)
	a.Unit(u)
	b.Unit(v)
	how, _ := nearest(u, v, func(Symmetry) bool { return true })
	return how
}

// union joins pictures into groups.
type union []int // the way to the first of each one's group

func newUnion(n int) union {
	u := make(union, n)
	for i := range u {
		u[i] = i
	}
	return u
}

func (u union) root(i int) int {
	for u[i] != i {
		u[i] = u[u[i]]
		i = u[i]
	}
	return i
}

func (u union) join(a, b int) {
	a, b = u.root(a), u.root(b)
	u[max(a, b)] = min(a, b)
}

// numbers returns the number of each one's group.
func (u union) numbers() []int {
	group, next := make([]int, len(u)), 0
	for i := range u {
		if r := u.root(i); r == i {
			group[i] = next
			next++
		} else {
			group[i] = group[r]
		}
	}
	return group
}
