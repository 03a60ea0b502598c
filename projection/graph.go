package projection

import (
	"context"

	"likeness/parallel"
	"likeness/search"
)

// block is how many points one goroutine takes at a time.
const block = 256

// eachBlock calls f for stretches of n points on the threads of ctx.
func eachBlock(ctx context.Context, n int, f func(first, end int)) error {
	return parallel.Each(ctx, (n+block-1)/block, func(i int) { f(i*block, min((i+1)*block, n)) })
}

// graph has weighted edges between points, each in both directions.
type graph struct {
	ends    []int // behind each point's last edge
	to      []int32
	weights []float32
}

// of returns the edges of a point.
func (g *graph) of(i int) (to []int32, weights []float32) {
	first := 0
	if i > 0 {
		first = g.ends[i-1]
	}
	return g.to[first:g.ends[i]], g.weights[first:g.ends[i]]
}

// symmetric makes a graph of edges that lead from each point to its neighbours. join makes one
// weight of those of both directions, 0 where an edge is missing; its order does not
// matter to it.
func symmetric(near *search.Neighbours, weights []float32, join func(a, b float32) float32) *graph {
	k := near.K
	n := len(near.Rows) / max(k, 1)
	// The edges that lead to each point, by the points they come from.
	starts := make([]int, n+1)
	for _, to := range near.Rows {
		starts[to+1]++
	}
	for i := range n {
		starts[i+1] += starts[i]
	}
	from, back := make([]int32, len(near.Rows)), make([]float32, len(near.Rows))
	filled := append([]int(nil), starts[:n]...)
	for i := range n {
		for e := i * k; e < (i+1)*k; e++ {
			to := near.Rows[e]
			from[filled[to]], back[filled[to]] = int32(i), weights[e]
			filled[to]++
		}
	}
	g := &graph{ends: make([]int, n)}
	backward := make([]float32, k)
	place := make([]int, n) // of a neighbour among the edges of the point at hand, from 1
	for i := range n {
		first := len(g.to)
		for e := i * k; e < (i+1)*k; e++ {
			g.to, g.weights = append(g.to, near.Rows[e]), append(g.weights, weights[e])
			place[near.Rows[e]] = len(g.to)
		}
		clear(backward)
		for e := starts[i]; e < starts[i+1]; e++ {
			if at := place[from[e]]; at > first {
				backward[at-1-first] = back[e]
			} else {
				g.to, g.weights = append(g.to, from[e]), append(g.weights, join(0, back[e]))
			}
		}
		for e, b := range backward {
			g.weights[first+e] = join(g.weights[first+e], b)
			place[g.to[first+e]] = 0
		}
		g.ends[i] = len(g.to)
	}
	return g
}

// bisect searches the width of a kernel: sum grows with it and shall reach target. It
// begins at start.
func bisect(start, target float64, sum func(width float64) float64) float64 {
	low, high, width := 0.0, 0.0, start
	for range 64 {
		got := sum(width)
		if d := got - target; d < 1e-5 && d > -1e-5 {
			break
		}
		if got > target {
			high = width
			width = (low + high) / 2
			continue
		}
		low = width
		if width *= 2; high > 0 {
			width = (low + high) / 2
		}
	}
	return width
}
