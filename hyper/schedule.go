package hyper

import (
	"fmt"
	"math"
)

// Schedule says how the learning rate changes over a run.
type Schedule string

const (
	Constant Schedule = "constant"
	Cosine   Schedule = "cosine" // falls to zero along half a cosine wave
	Linear   Schedule = "linear" // falls linearly to zero
	Steps    Schedule = "steps"  // falls to a tenth after half of the run, to a hundredth after three quarters
)

// Schedules returns all there are.
func Schedules() []Schedule { return []Schedule{Constant, Cosine, Linear, Steps} }

// RateAt returns the learning rate of a step, counted from 0, in a run of so many steps
// in all.
func (p Parameters) RateAt(step, all int) float64 {
	return p.Schedule.rate(p.Rate, step, all, warmSteps(p.Warmup, all))
}

// rate returns the learning rate of a step, counted from 0. In the first warm steps it
// rises evenly to base, in the others it follows the schedule.
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

// warmSteps returns how many of all steps belong to a warm-up.
func warmSteps(warmup float64, all int) int {
	if warmup < 1 {
		return int(math.Round(warmup * float64(all)))
	}
	return min(int(warmup), all)
}

// warmupInWords returns the setting of a warm-up.
func warmupInWords(warmup float64) string {
	switch {
	case warmup == 0:
		return None
	case warmup < 1:
		return fmt.Sprintf("%g of the run", warmup)
	}
	return steps(int(warmup))
}
