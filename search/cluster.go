package search

import (
	"cmp"
	"context"
	"math"
	"slices"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Merge is one step of clustering: the groups that A and B are in become one.
type Merge struct {
	A, B     int     // points, A < B; each the first of its group
	Distance float64 // root of the mean squared distance between the groups' points
}

// Cluster groups N points of the given width by average linkage: it starts with one
// group per point and repeatedly merges the two groups with the smallest mean squared
// distance, until none lies within the limit. It returns the merges, nearest first. It
// takes N x width numbers of memory and at most N^2 distances (the nearest-neighbour
// chain of Benzécri and Juan 1982), on parallel.Threads(ctx) threads, whose number does
// not change the result.
func Cluster(ctx context.Context, points []float32, width int, limit float64) ([]Merge, error) {
	if width < 1 || len(points)%width != 0 {
		panic("search: the points are not of that width")
	}
	c := newClusters(points, width)
	most := limit * limit
	var merges []Merge
	var chain []int // places of groups, each the nearest of the one before
	for len(c.first) > 1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(chain) == 0 {
			chain = append(chain, slices.Index(c.gone, false))
		}
		top, before := chain[len(chain)-1], -1
		if len(chain) > 1 {
			before = chain[len(chain)-2]
		}
		near, d, err := c.nearest(ctx, top, before)
		if err != nil {
			return nil, err
		}
		switch {
		case near < 0 || d > most:
			// Distances fall along the chain and never fall by merges: nothing
			// in it will come within the limit.
			for _, g := range chain {
				c.remove(g)
			}
			chain = chain[:0]
		case near == before:
			chain = chain[:len(chain)-2]
			a, b := min(c.first[top], c.first[near]), max(c.first[top], c.first[near])
			merges = append(merges, Merge{a, b, math.Sqrt(d)})
			c.join(top, near, d)
		case slices.Contains(chain, near): // by rounding alone
			chain = append(chain[:0], top, near)
		default:
			chain = append(chain, near)
		}
		if c.left == 0 {
			break
		}
		c.tidy(chain)
	}
	slices.SortStableFunc(merges, func(x, y Merge) int { return cmp.Compare(x.Distance, y.Distance) })
	return merges, nil
}

// Cut returns the number of each of n points' group, after the merges that
// are within the limit. Groups are numbered by their first points.
func Cut(n int, merges []Merge, limit float64) []int {
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	for _, m := range merges {
		if m.Distance <= limit {
			a, b := root(parent, m.A), root(parent, m.B)
			parent[max(a, b)] = min(a, b)
		}
	}
	return numbered(parent)
}

// root finds the first of a group.
func root(parent []int, i int) int {
	for parent[i] != i {
		parent[i] = parent[parent[i]]
		i = parent[i]
	}
	return i
}

// numbered returns the number of each one's group; parents come before their children.
func numbered(parent []int) []int {
	group, next := make([]int, len(parent)), 0
	for i := range parent {
		if r := root(parent, i); r == i {
			group[i] = next
			next++
		} else {
			group[i] = group[r]
		}
	}
	return group
}

// clusters are the groups that may still grow.
type clusters struct {
	width  int
	mean   []float32 // a row for each
	spread []float64 // mean squared distance of its points to the mean
	count  []float64
	first  []int // its first point
	gone   []bool
	left   int // not gone
	d      []float32
}

func newClusters(points []float32, width int) *clusters {
	n := len(points) / width
	c := &clusters{
		width: width, mean: slices.Clone(points), spread: make([]float64, n), count: make([]float64, n),
		first: make([]int, n), gone: make([]bool, n), left: n, d: make([]float32, n),
	}
	for i := range n {
		c.count[i], c.first[i] = 1, i
	}
	return c
}

// nearest returns the group nearest to g, and the mean squared distance of
// their points; of equally near ones the preferred, else the first.
func (c *clusters) nearest(ctx context.Context, g, preferred int) (near int, d float64, err error) {
	n := len(c.first)
	query := c.mean[g*c.width : (g+1)*c.width]
	const block = 1 << 20 // numbers that a goroutine is worth
	rows := max(1, block/c.width)
	err = parallel.Each(ctx, (n+rows-1)/rows, func(i int) {
		from, to := i*rows, min((i+1)*rows, n)
		kernel.SquaredDistances(c.d[from:to], query, c.mean[from*c.width:to*c.width])
	})
	if err != nil {
		return 0, 0, err
	}
	near, d = -1, math.Inf(1)
	for i, v := range c.d[:n] {
		if i == g || c.gone[i] {
			continue
		}
		// The points' mean squared distance, of that of the means.
		if x := float64(v) + (c.spread[i] + c.spread[g]); x < d || x == d && i == preferred {
			near, d = i, x
		}
	}
	return near, d, nil
}

// join makes a and b, at mean squared distance d, one group.
func (c *clusters) join(a, b int, d float64) {
	if a > b {
		a, b = b, a
	}
	na, nb := c.count[a], c.count[b]
	n := na + nb
	between := d - c.spread[a] - c.spread[b] // the means' squared distance
	c.spread[a] = (na*c.spread[a]+nb*c.spread[b])/n + na*nb/(n*n)*between
	ma, mb := c.mean[a*c.width:(a+1)*c.width], c.mean[b*c.width:(b+1)*c.width]
	for i, v := range mb {
		ma[i] = float32((na*float64(ma[i]) + nb*float64(v)) / n)
	}
	c.count[a], c.first[a] = n, min(c.first[a], c.first[b])
	c.remove(b)
}

func (c *clusters) remove(g int) {
	c.gone[g] = true
	c.left--
}

// tidy closes the gaps once half of the groups are gone, and corrects the
// places in chain.
func (c *clusters) tidy(chain []int) {
	if n := len(c.first); n < 2*c.left || n == c.left {
		return
	}
	to := 0
	place := make([]int, len(c.first))
	for from := range c.first {
		if c.gone[from] {
			continue
		}
		place[from] = to
		copy(c.mean[to*c.width:(to+1)*c.width], c.mean[from*c.width:(from+1)*c.width])
		c.spread[to], c.count[to], c.first[to] = c.spread[from], c.count[from], c.first[from]
		to++
	}
	c.mean, c.spread, c.count, c.first, c.gone = c.mean[:to*c.width], c.spread[:to], c.count[:to], c.first[:to], c.gone[:to]
	clear(c.gone)
	for i, g := range chain {
		chain[i] = place[g]
	}
}
