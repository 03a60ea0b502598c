package train

import (
	"fmt"
	"math"
)

// Schedule says how the learning rate changes over a run.
type Schedule string

const (
	Constant Schedule = "constant"
	Cosine   Schedule = "cosine" // falls to zero along half a cosine wave
	Linear   Schedule = "linear" // falls to zero evenly
	Steps    Schedule = "steps"  // falls to a tenth after half of the run, to a hundredth after three quarters
)

// Schedules are all there are.
var Schedules = []Schedule{Constant, Cosine, Linear, Steps}

func (s Schedule) check() error { return checkKnown("schedule", s, Schedules) }

// rate is the learning rate of a step, counted from 0, of a run of all steps.
// In the first warm steps it rises evenly to base; the schedule has the rest.
func (s Schedule) rate(base float64, step, all, warm int) float64 {
	if step < warm {
		return base * float64(step+1) / float64(warm)
	}
	done := float64(step-warm) / float64(all-warm)
	switch s {
	case Cosine:
		return base * 0.5 * (1 + math.Cos(math.Pi*float64(step-warm)/float64(all-warm)))
	case Linear:
		return base * (1 - done)
	case Steps:
		switch {
		case done >= 0.75:
			return base / 100
		case done >= 0.5:
			return base / 10
		}
	}
	return base
}

// warmSteps is how many of all steps Warmup names.
func warmSteps(warmup float64, all int) int {
	if warmup < 1 {
		return int(math.Round(warmup * float64(all)))
	}
	return min(int(warmup), all)
}

// warmupInWords is how a warm-up is told.
func warmupInWords(warmup float64) string {
	switch {
	case warmup == 0:
		return "none"
	case warmup < 1:
		return fmt.Sprintf("%g of the run", warmup)
	case warmup == 1:
		return "1 step"
	}
	return fmt.Sprintf("%g steps", warmup)
}

// checkWarmup finds what is neither a share nor a whole number of steps.
func checkWarmup(warmup float64) error {
	if warmup >= 0 && (warmup < 1 || warmup == math.Trunc(warmup) && warmup <= math.MaxInt32) {
		return nil
	}
	return fmt.Errorf("a warm-up of %g: expected a share of the run below 1, such as 0.05, or a whole number of steps", warmup)
}
