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
)

// Schedules are all there are.
var Schedules = []Schedule{Constant, Cosine}

func (s Schedule) check() error {
	for _, k := range Schedules {
		if s == k {
			return nil
		}
	}
	return fmt.Errorf("unknown schedule %q, known are %q", string(s), Schedules)
}

// rate is the learning rate of a step, counted from 0, of a run of all steps.
func (s Schedule) rate(base float64, step, all int) float64 {
	if s == Cosine {
		return base * 0.5 * (1 + math.Cos(math.Pi*float64(step)/float64(all)))
	}
	return base
}
