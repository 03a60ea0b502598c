package train_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/train"
)

// The finder leaves the weights alone, sees the loss fall and diverge, and
// suggests a rate between, always the same.
func TestFindRate(t *testing.T) {
	r := run(t)
	r.Average, r.Mirror = 0.9, true
	trials := 0
	r.Events = func(e train.Event) { trials = e.Trial }
	before := weights(r.Model)
	c, err := r.FindRate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(weights(r.Model), before) {
		t.Error("the weights have moved")
	}
	first, last := c.Points[0], c.Points[len(c.Points)-1]
	if !c.Diverged || trials != 300+len(c.Points) || last.Rate >= 10 {
		t.Errorf("after %d points, to rate %g, the loss diverged: %v", len(c.Points), last.Rate, c.Diverged)
	}
	if first.Rate != 1e-5 || !(first.Smooth > 0.8*first.Loss && first.Smooth < 1.25*first.Loss) {
		t.Errorf("it begins with %+v", first)
	}
	lowest := first
	for _, p := range c.Points {
		if p.Smooth < lowest.Smooth {
			lowest = p
		}
	}
	if c.Lowest != lowest.Rate || c.Suggested != lowest.Rate/train.RateMargin || !(lowest.Smooth < first.Smooth/2) {
		t.Errorf("lowest at %g and suggested %g; the lowest point is %+v", c.Lowest, c.Suggested, lowest)
	}
	r = run(t)
	r.Average, r.Mirror, r.Threads = 0.9, true, 1
	again, err := r.FindRate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(again.Points, c.Points) {
		t.Error("another time it sees something else")
	}

	// The rate that is suggested learns.
	r = run(t)
	r.Rate, r.Epochs = c.Suggested, 10
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if h := story.History; !(h[9].Loss < 0.7*h[0].Loss) {
		t.Errorf("at the suggested rate the loss goes from %g to %g", h[0].Loss, h[9].Loss)
	}

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := run(t).FindRate(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want one of the context", err)
	}
}

// Of noise nothing can be learned: batches that happen to be easier are no reason for a
// suggestion.
func TestFindRateOfNoise(t *testing.T) {
	r := run(t)
	m, err := autoencoder.New("pca", r.Model.Prep, 1, 42)
	if err != nil {
		t.Fatal(err)
	}
	noise := rand.New(rand.NewPCG(1, 2))
	r.Model, r.Corruption, r.Data = m, nil, set(300)
	for i := range r.Data.Pix {
		r.Data.Pix[i] = byte(noise.Uint32())
	}
	r.Split.Train = nil
	for i := range 290 {
		r.Split.Train = append(r.Split.Train, i)
	}
	c, err := r.FindRate(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	easier := 0
	for _, p := range c.Points {
		if p.Loss < c.Points[0].Loss {
			easier++
		}
	}
	if c.Suggested != 0 || easier == 0 || !(c.Lowest > 0) {
		t.Errorf("suggested %g, lowest at %g; %d of %d batches were easier than the first", c.Suggested, c.Lowest, easier, len(c.Points))
	}
}
