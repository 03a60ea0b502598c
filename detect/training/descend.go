package training

import (
	"context"
	"math"
	"math/rand/v2"

	"likeness/nn"
	"likeness/parallel"
)

// dice returns random numbers of an example.
func dice(number uint64) *rand.Rand { return rand.New(rand.NewPCG(number, 0xde7ec7)) }

// batch is the number of examples in a step.
const batch = 64

// shuffled is the number of batches, at most, that the pool holds from which examples are drawn.
const shuffled = 32

// descend trains a network on examples that are composed while it trains. compose returns the examples of a number, one or
// several; every number is used once, so no example comes twice. The learning rate rises over the first steps and then falls
// as a cosine does. Neither chance nor the number of threads has a part in the result.
func descend[E any](ctx context.Context, net *nn.Network, o Options, steps int, what string, compose func(number uint64) []E, input func(*E) []float32, loss func(e *E, y, slope []float32, scale float64) float64) error {
	step, err := nn.NewStep(nn.Options{Batch: batch, Threads: parallel.Threads(ctx), Optimizer: nn.DefaultMuon()}, net)
	if err != nil {
		return err
	}
	feed := newFeed(ctx, compose)
	defer feed.stop()
	size := net.Input.Size()
	x := make([]float32, batch*size)
	rng := dice(o.Seed)
	pool, err := feed.next(min(shuffled, steps) * batch)
	if err != nil {
		return err
	}
	for k := range steps {
		// Examples of one photograph come one after the other and would fill a batch, so each is drawn from a pool.
		fresh, err := feed.next(batch)
		if err != nil {
			return err
		}
		examples := make([]E, batch)
		for i := range examples {
			at := rng.IntN(len(pool))
			examples[i], pool[at] = pool[at], fresh[i]
		}
		for i := range examples {
			copy(x[i*size:(i+1)*size], input(&examples[i]))
		}
		step.DoLoss(x, func(i int, y, slope []float32) float64 {
			return loss(&examples[i], y, slope, 1.0/batch)
		}, rate(k, steps))
		o.Progress.Report(what, k+1, steps)
	}
	net.Pack()
	return nil
}

// fastest is the highest learning rate, reached after warmUp steps.
const (
	fastest = 0.007
	warmUp  = 200
)

// rate is the learning rate of a step.
func rate(k, steps int) float64 {
	return fastest * min(1, float64(k+1)/warmUp) * 0.5 * (1 + math.Cos(math.Pi*float64(k)/float64(steps)))
}
