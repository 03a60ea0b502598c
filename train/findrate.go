package train

import (
	"context"
	"math"
)

// RateCurve is what FindRate saw.
type RateCurve struct {
	Points []RatePoint
	// Lowest is the rate at the lowest smoothed loss; Suggested is Lowest divided
	// by RateMargin, and 0 when the loss only grew.
	Lowest, Suggested float64
	// Diverged tells that the loss grew so much that the last rates were not tried.
	Diverged bool
}

// RatePoint is one step of FindRate.
type RatePoint struct {
	Rate   float64 `json:"learning_rate"`
	Loss   float64 `json:"loss"`     // of the batch before the step
	Smooth float64 `json:"smoothed"` // exponential mean of the losses so far, corrected for its start at zero
}

const (
	findSteps = 300
	findFrom  = 1e-5
	findTo    = 10
	findDecay = 0.9 // of the mean: it follows within a fifth of a decade of rates

	// The loss has diverged when the smoothed one is so many times the lowest.
	divergence = 4

	// RateMargin is how much lower than the rate of the lowest loss the
	// suggestion is: at the lowest the steps are about to become too long, and a
	// run takes many more of them. RESULTS.md says what it was held against.
	RateMargin = 3
)

// FindRate tries learning rates (Smith 2017, 'Cyclical learning rates'): the rate
// rises from step to step by the same factor, from 1e-5 to 10 in 300 steps, until
// the loss diverges. Weights and memory are as before in the end; Epochs,
// Schedule, Warmup, TimeBudget and Checkpoint do not count.
func (r *Run) FindRate(ctx context.Context) (*RateCurve, error) {
	if err := r.prepare(); err != nil {
		return nil, err
	}
	l := r.newLoop()
	defer l.remember()()
	feed := l.newFeed()
	defer func() { feed.stop() }()
	c := &RateCurve{}
	mean, lowest := 0.0, math.Inf(1)
	for n := range findSteps {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if n > 0 && n%l.steps == 0 {
			feed.stop()
			l.epoch++ // other noise, another order
			feed = l.newFeed()
		}
		rate := findFrom * math.Pow(findTo/findFrom, float64(n)/(findSteps-1))
		b := feed.next()
		loss := l.learn(b, rate, n+1)
		mean = findDecay*mean + (1-findDecay)*loss
		p := RatePoint{Rate: rate, Loss: loss, Smooth: mean / (1 - math.Pow(findDecay, float64(n+1)))}
		if !(p.Smooth <= divergence*lowest) { // also NaN
			c.Diverged = true
			break
		}
		c.Points = append(c.Points, p)
		if p.Smooth < lowest {
			lowest, c.Lowest = p.Smooth, rate
		}
		l.tell(Event{Trial: n + 1, Trials: findSteps, Loss: p.Smooth, Rate: rate})
	}
	if c.Lowest > c.Points[0].Rate {
		c.Suggested = c.Lowest / RateMargin
	}
	return c, nil
}
