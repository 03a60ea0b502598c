package hyper

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		schedule   Schedule
		step, warm int
		want       float64
	}{
		{Constant, 0, 0, 0.5}, {Constant, 399, 0, 0.5},
		{Cosine, 0, 0, 0.5}, {Cosine, 100, 0, 0.25 * (1 + math.Sqrt2/2)}, {Cosine, 200, 0, 0.25}, {Cosine, 300, 0, 0.25 * (1 - math.Sqrt2/2)},
		{Linear, 0, 0, 0.5}, {Linear, 100, 0, 0.375}, {Linear, 399, 0, 0.5 / 400},
		{Steps, 199, 0, 0.5}, {Steps, 200, 0, 0.05}, {Steps, 299, 0, 0.05}, {Steps, 300, 0, 0.005}, {Steps, 399, 0, 0.005},
		{Constant, 0, 10, 0.05}, {Constant, 4, 10, 0.25}, {Constant, 9, 10, 0.5}, {Constant, 10, 10, 0.5},
		{Cosine, 19, 100, 0.1}, {Cosine, 99, 100, 0.5}, {Cosine, 100, 100, 0.5}, {Cosine, 250, 100, 0.25}, {Cosine, 325, 100, 0.25 * (1 - math.Sqrt2/2)},
		{Linear, 0, 400, 0.5 / 400}, {Linear, 399, 400, 0.5},
	} {
		if got := c.schedule.rate(0.5, c.step, 400, c.warm); !(math.Abs(got-c.want) < 1e-12) {
			t.Errorf("%s at step %d of 400, %d of them warm: %g, want %g", c.schedule, c.step, c.warm, got, c.want)
		}
	}
	if last := Cosine.rate(0.5, 399, 400, 0); !(last > 0 && last < 1e-4) {
		t.Errorf("the last step of a cosine has a rate of %g", last)
	}
}

func TestWarmSteps(t *testing.T) {
	for _, c := range []struct {
		warmup float64
		want   int
		words  string
	}{
		{0, 0, "none"}, {0.05, 20, "0.05 of the run"}, {0.999, 400, "0.999 of the run"}, {1, 1, "1 step"}, {50, 50, "50 steps"}, {1000, 400, "1000 steps"},
	} {
		if err := (Parameters{Warmup: c.warmup}).WithDefaults().Check(); err != nil {
			t.Error(err)
		}
		if got := warmSteps(c.warmup, 400); got != c.want {
			t.Errorf("a warm-up of %g has %d of 400 steps, want %d", c.warmup, got, c.want)
		}
		if got := warmupInWords(c.warmup); got != c.words {
			t.Errorf("a warm-up of %g is %q, want %q", c.warmup, got, c.words)
		}
	}
	for _, bad := range []float64{-0.1, 1.5, math.NaN(), math.Inf(1), 1e300} {
		if (Parameters{Warmup: bad}).WithDefaults().Check() == nil {
			t.Errorf("a warm-up of %g was accepted", bad)
		}
	}
}
