package projection

import (
	"context"
	"math"

	"likeness/search"
)

const (
	tsneExaggeration = 12 // of what pulls, in the first quarter of the rounds
	tsneStart        = 1e-4
	leastGain        = 0.01
)

// tsne lays points out so that the likelihoods of pairs to be neighbours are nearly those
// in their space (van der Maaten and Hinton 2008), with the repulsion of far points in groups
// (Barnes-Hut, van der Maaten 2014). It begins at the principal components; rates are
// those of Belkina and others 2019 and of scikit-learn.
func (l *Layout) tsne(ctx context.Context, near *search.Neighbours, opt Options) error {
	n := len(l.Positions) / 2
	if near.K == 0 {
		return nil
	}
	t := &tsne{
		likely: likelihoods(near, opt.Perplexity), at: l.scaled(tsneStart, true), next: make([]float64, 2*n),
		away: make([]float64, 2*n), update: make([]float64, 2*n), gain: make([]float64, 2*n),
		rate: max(float64(n)/tsneExaggeration/4, 50),
	}
	t.rest()
	const what = "Laying out by t-SNE"
	for round := range opt.Rounds {
		opt.Progress.Report(what, round, opt.Rounds)
		exaggeration, momentum := float64(tsneExaggeration), 0.5
		if round >= opt.Rounds/4 {
			exaggeration, momentum = 1, 0.8
		}
		if round == opt.Rounds/4 {
			t.rest()
		}
		z, err := t.repel(ctx)
		if err != nil {
			return err
		}
		if err := eachBlock(ctx, n, func(first, end int) {
			for i := first; i < end; i++ {
				t.move(i, z, exaggeration, momentum)
			}
		}); err != nil {
			return err
		}
		t.at, t.next = t.next, t.at
		l.show(t.at, round, opt)
	}
	opt.Progress.Report(what, opt.Rounds, opt.Rounds)
	z, err := t.repel(ctx)
	if err != nil {
		return err
	}
	l.Divergence = t.divergence(z)
	l.take(t.at)
	return nil
}

// likelihoods returns how likely each pair is, all together 1: gaussians around each point,
// as wide as the perplexity asks.
func likelihoods(near *search.Neighbours, perplexity float64) *graph {
	weights := make([]float32, len(near.Rows))
	n, target := len(near.Rows)/near.K, math.Log(min(perplexity, float64(near.K)))
	p := make([]float64, near.K)
	for i := range n {
		_, distance := near.Of(i)
		least := float64(distance[0]) * float64(distance[0])
		entropy := func(width float64) float64 {
			sum, weighed := 0.0, 0.0
			for e, d := range distance {
				square := float64(d)*float64(d) - least
				p[e] = math.Exp(-square / width)
				sum += p[e]
				weighed += p[e] * square
			}
			for e := range p {
				p[e] /= sum
			}
			return math.Log(sum) + weighed/sum/width
		}
		last := float64(distance[near.K-1])
		bisect(max(last*last-least, 1e-30), target, entropy) // leaves p
		for e, v := range p {
			weights[i*near.K+e] = float32(v)
		}
	}
	share := float32(1 / (2 * float64(n)))
	return symmetric(near, weights, func(a, b float32) float32 { return (a + b) * share })
}

// tsne is a layout on its way.
type tsne struct {
	likely       *graph
	rate         float64
	at, next     []float64
	away         []float64 // what pushes each point, times the sum over all pairs
	update, gain []float64
	tree         quadtree
}

// move finds the place of a point after a round; z is the sum over all pairs.
func (t *tsne) move(i int, z, exaggeration, momentum float64) {
	x, y := t.at[2*i], t.at[2*i+1]
	var fx, fy float64
	to, weights := t.likely.of(i)
	for e, j := range to {
		dx, dy := x-t.at[2*j], y-t.at[2*j+1]
		f := float64(weights[e]) / (1 + dx*dx + dy*dy)
		fx += f * dx
		fy += f * dy
	}
	t.next[2*i] = x + t.step(2*i, 4*(exaggeration*fx-t.away[2*i]/z), momentum)
	t.next[2*i+1] = y + t.step(2*i+1, 4*(exaggeration*fy-t.away[2*i+1]/z), momentum)
}

// rest forgets where points were going.
func (t *tsne) rest() {
	for i := range t.gain {
		t.gain[i], t.update[i] = 1, 0
	}
}

// step goes on in the direction of the last ones; the gain grows while the gradient keeps
// its sign (Jacobs 1988).
func (t *tsne) step(at int, gradient, momentum float64) float64 {
	if t.update[at]*gradient < 0 {
		t.gain[at] += 0.2
	} else {
		t.gain[at] = max(t.gain[at]*0.8, leastGain)
	}
	t.update[at] = momentum*t.update[at] - t.rate*t.gain[at]*gradient
	return t.update[at]
}

// divergence is that of Kullback and Leibler.
func (t *tsne) divergence(z float64) float64 {
	sum := 0.0
	for i := range t.likely.ends {
		to, weights := t.likely.of(i)
		for e, j := range to {
			dx, dy := t.at[2*i]-t.at[2*j], t.at[2*i+1]-t.at[2*j+1]
			if p := float64(weights[e]); p > 0 {
				sum += p * math.Log(p*(1+dx*dx+dy*dy)*z)
			}
		}
	}
	return sum
}
