package projection

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"

	"likeness/search"
)

const (
	umapExtent    = 10 // of the layout at the beginning
	umapNegatives = 5  // points that push, for each edge that pulls
	umapClip      = 4  // the most that one of them does
)

// umap lays points out by the neighbours of each (McInnes, Healy and Melville 2018), in
// batches, as package uwot of R does: all points of a round move at once, by Adam, and each
// draws its own numbers, so that the result does not depend on who moves when. It goes on
// from the principal components.
func (l *Layout) umap(ctx context.Context, near *search.Neighbours, opt Options) error {
	n := len(l.Positions) / 2
	if near.K == 0 {
		return nil
	}
	u := &umap{graph: fuzzy(near), at: l.scaled(umapExtent, false), next: make([]float64, 2*n), mean: make([]float64, 2*n), square: make([]float64, 2*n), opt: opt}
	rng := rand.New(rand.NewPCG(opt.Seed, 1))
	for i := range u.at { // so that equal points can part
		u.at[i] += 1e-4 * rng.NormFloat64()
	}
	for _, w := range u.graph.weights {
		u.heaviest = max(u.heaviest, w)
	}
	for round := range opt.Rounds {
		opt.Progress.Report("Laying out by UMAP", round, opt.Rounds)
		if err := eachBlock(ctx, n, func(first, end int) {
			for i := first; i < end; i++ {
				u.move(i, round)
			}
		}); err != nil {
			return err
		}
		u.at, u.next = u.next, u.at
		l.show(u.at, round, opt)
	}
	opt.Progress.Report("Laying out by UMAP", opt.Rounds, opt.Rounds)
	l.take(u.at)
	return nil
}

// fuzzy weighs the edges to neighbours: from 1 for the nearest, at a pace that makes the
// weights of a point add up to log2 of their number (a point itself counts), and joins both
// directions as likelihoods.
func fuzzy(near *search.Neighbours) *graph {
	weights := make([]float32, len(near.Rows))
	mean := 0.0
	for _, d := range near.Distance {
		mean += float64(d)
	}
	mean /= float64(len(near.Distance))
	n, target := len(near.Rows)/near.K, math.Log2(float64(near.K+1))
	for i := range n {
		_, distance := near.Of(i)
		nearest, own := 0.0, 0.0
		for _, d := range distance {
			if own += float64(d); nearest == 0 {
				nearest = float64(d)
			}
		}
		weight := func(d float32, width float64) float64 {
			if over := float64(d) - nearest; over > 0 {
				return math.Exp(-over / width)
			}
			return 1
		}
		width := bisect(1, target, func(width float64) float64 {
			sum := 0.0
			for _, d := range distance {
				sum += weight(d, width)
			}
			return sum
		})
		least := mean
		if nearest > 0 {
			least = own / float64(near.K)
		}
		width = max(width, 1e-3*least, 1e-300)
		for e, d := range distance {
			weights[i*near.K+e] = float32(weight(d, width))
		}
	}
	return symmetric(near, weights, func(a, b float32) float32 { return a + b - a*b })
}

// umap is a layout on its way.
type umap struct {
	graph    *graph
	heaviest float32
	opt      Options
	at, next []float64
	// Moments of Adam.
	mean, square []float64
}

// move finds the place of a point after a round. An edge pulls in a share of the rounds that
// is its weight, and each time as many points at random push.
func (u *umap) move(i, round int) {
	x, y := u.at[2*i], u.at[2*i+1]
	var gx, gy float64
	n := uint64(len(u.at) / 2)
	var draw rand.PCG
	draw.Seed(u.opt.Seed<<20^uint64(round+1), uint64(i))
	to, weights := u.graph.of(i)
	for e, j := range to {
		rate := float64(weights[e] / u.heaviest)
		if math.Floor(float64(round+1)*rate) == math.Floor(float64(round)*rate) {
			continue
		}
		dx, dy := x-u.at[2*j], y-u.at[2*j+1]
		if d := dx*dx + dy*dy; d > 0 {
			pull := pulls.at(d)
			// Twice: in the other direction the edge pulls as well.
			gx += 2 * clip(pull*dx)
			gy += 2 * clip(pull*dy)
		}
		for range umapNegatives {
			hi, _ := bits.Mul64(draw.Uint64(), n)
			other := int(hi)
			if other == i {
				continue
			}
			dx, dy := x-u.at[2*other], y-u.at[2*other+1]
			push := pushes.at(dx*dx + dy*dy)
			gx += clip(push * dx)
			gy += clip(push * dy)
		}
	}
	u.next[2*i] = x + u.step(2*i, gx, round)
	u.next[2*i+1] = y + u.step(2*i+1, gy, round)
}

func clip(v float64) float64 { return min(max(v, -umapClip), umapClip) }

// step is Adam's, whose rate falls to 0.
func (u *umap) step(at int, g float64, round int) float64 {
	const beta1, beta2, epsilon = 0.5, 0.9, 1e-7
	u.mean[at] = beta1*u.mean[at] + (1-beta1)*g
	u.square[at] = beta2*u.square[at] + (1-beta2)*g*g
	t := float64(round + 1)
	mean := u.mean[at] / (1 - math.Pow(beta1, t))
	square := u.square[at] / (1 - math.Pow(beta2, t))
	rate := 1 - float64(round)/float64(u.opt.Rounds)
	return rate * mean / (math.Sqrt(square) + epsilon)
}

// show shows a layout that is not complete, some fifty times in all.
func (l *Layout) show(at []float64, round int, opt Options) {
	if opt.Show == nil || (round+1)%max(1, opt.Rounds/50) != 0 {
		return
	}
	l.take(at)
	opt.Show(l.Positions)
}
