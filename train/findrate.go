package train

import (
	"context"
	"math"

	"likeness/parallel"
)

// RateCurve is the result of FindRate.
type RateCurve struct {
	Points []RatePoint
	// Lowest is the rate at the lowest smoothed loss; Suggested is Lowest divided
	// by RateMargin, and 0 when the loss hardly fell.
	Lowest, Suggested float64
	// Diverged reports that the loss grew so much that the last rates were not tried.
	Diverged bool
}

// RatePoint is one step of FindRate.
type RatePoint struct {
	Rate float64 `json:"learning_rate"`
	Loss float64 `json:"loss"` // of the batch before the step
	// Smooth is an exponential mean of the losses so far, corrected for its start at
	// zero. Each is divided by the loss of the untouched weights on the same batch,
	// because batches differ by more than a good network gains in so few steps, and
	// multiplied by the mean loss of these weights over all batches.
	Smooth float64 `json:"smoothed"`
}

const (
	findSteps = 300
	findFrom  = 1e-5
	findTo    = 10
	findDecay = 0.9 // of the mean: it follows within a fifth of a decade of rates

	// The loss has diverged when the smoothed one is so many times the lowest.
	divergence = 4

	// Where the smoothed loss falls by less than this share, no rate is suggested.
	leastFall = 0.02

	// RateMargin is how much lower than the rate of the lowest loss the
	// suggestion is: at the lowest the steps are about to become too long, and a
	// run takes many more of them. RESULTS.md says what it was compared with.
	RateMargin = 3
)

// FindRate tries learning rates (Smith 2017, 'Cyclical learning rates'): the rate
// rises from step to step by the same factor, from 1e-5 to 10 in 300 steps, until
// the loss diverges. Before that it goes through the same 300 batches without
// learning. Weights and memory are as before in the end; Epochs, Schedule, Warmup,
// TimeBudget and Checkpoint do not count.
func (r *Run) FindRate(ctx context.Context) (*RateCurve, error) {
	if err := r.prepare(); err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, r.Threads)
	if err := r.begin(ctx); err != nil {
		return nil, err
	}
	l, err := r.newLoop(ctx)
	if err != nil {
		return nil, err
	}
	c, err := l.findRate(ctx)
	if err := either(err, l.engine.Close()); err != nil {
		return nil, err
	}
	return c, nil
}

// findRate is FindRate for a loop that was made for it.
func (l *loop) findRate(ctx context.Context) (c *RateCurve, err error) {
	restore, err := l.remember()
	if err != nil {
		return nil, err
	}
	defer func() { err = either(err, restore()) }()
	var untouched [findSteps]float64
	level := 0.0
	err = l.trial(ctx, func(int) float64 { return 0 }, func(n int, loss float64) bool {
		untouched[n] = loss
		level += loss / findSteps
		l.tell(Event{Trial: n + 1, Trials: 2 * findSteps, Loss: loss})
		return true
	})
	if err != nil {
		return nil, err
	}
	if err := restore(); err != nil {
		return nil, err
	}
	c = &RateCurve{}
	mean, lowest := 0.0, math.Inf(1)
	rate := func(n int) float64 { return findFrom * math.Pow(findTo/findFrom, float64(n)/(findSteps-1)) }
	err = l.trial(ctx, rate, func(n int, loss float64) bool {
		share := loss / max(untouched[n], math.SmallestNonzeroFloat64)
		mean = findDecay*mean + (1-findDecay)*share*level
		p := RatePoint{Rate: rate(n), Loss: loss, Smooth: mean / (1 - math.Pow(findDecay, float64(n+1)))}
		if !(p.Smooth <= divergence*lowest) { // also NaN
			c.Diverged = true
			return false
		}
		c.Points = append(c.Points, p)
		if p.Smooth < lowest {
			lowest, c.Lowest = p.Smooth, p.Rate
		}
		l.tell(Event{Trial: findSteps + n + 1, Trials: 2 * findSteps, Loss: p.Smooth, Rate: p.Rate})
		return true
	})
	if err != nil {
		return nil, err
	}
	if lowest < (1-leastFall)*level {
		c.Suggested = c.Lowest / RateMargin
	}
	return c, nil
}

// trial takes steps, each at its rate and always through the same batches, until see, which
// receives the loss before each step, returns false.
func (l *loop) trial(ctx context.Context, rate func(n int) float64, see func(n int, loss float64) bool) error {
	first := l.epoch
	defer func() { l.epoch = first }()
	feed := l.newFeed()
	defer func() { feed.stop() }()
	for n := range findSteps {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n > 0 && n%l.steps == 0 {
			feed.stop()
			l.epoch++ // other noise, another order
			feed = l.newFeed()
		}
		loss, err := l.learn(feed.next(), rate(n), n+1)
		if err != nil {
			return err
		}
		if !see(n, loss) {
			break
		}
	}
	return nil
}
