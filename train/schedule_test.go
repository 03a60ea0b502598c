package train

import (
	"math"
	"testing"
)

func TestSchedules(t *testing.T) {
	for _, c := range []struct {
		schedule Schedule
		step     int
		want     float64
	}{
		{Constant, 0, 0.5}, {Constant, 399, 0.5},
		{Cosine, 0, 0.5}, {Cosine, 100, 0.25 * (1 + math.Sqrt2/2)}, {Cosine, 200, 0.25}, {Cosine, 300, 0.25 * (1 - math.Sqrt2/2)},
	} {
		if got := c.schedule.rate(0.5, c.step, 400); !(math.Abs(got-c.want) < 1e-12) {
			t.Errorf("%s at step %d of 400: %g, want %g", c.schedule, c.step, got, c.want)
		}
	}
	if last := Cosine.rate(0.5, 399, 400); !(last > 0 && last < 1e-4) {
		t.Errorf("the last step of a cosine has a rate of %g", last)
	}
}
