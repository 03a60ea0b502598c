package report

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// niceTicks marks an axis at steps of 1, 2 or 5 times a power of ten, about
// count of them, all labels with the same decimals. Whole allows no step below 1.
type niceTicks struct {
	count int
	whole bool
}

// Ticks implements plot.Ticker.
func (t niceTicks) Ticks(low, high float64) []plot.Tick {
	step := niceStep((high - low) / float64(max(t.count, 1)))
	if t.whole {
		step = max(step, 1)
	}
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	if first := math.Ceil(low/step-1e-9) * step; t.whole && low == math.Trunc(low) && first-low >= step/2 {
		ticks = append(ticks, plot.Tick{Value: low, Label: minus(strconv.FormatFloat(low, 'f', 0, 64))}) // the first epoch
	}
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		v := k*step + 0 // adding 0 turns a negative zero into 0
		ticks = append(ticks, plot.Tick{Value: v, Label: minus(strconv.FormatFloat(v, 'f', decimals, 64))})
	}
	return ticks
}

// niceStep rounds a step up to 1, 2 or 5 times a power of ten.
func niceStep(step float64) float64 {
	if !(step > 0) || math.IsInf(step, 0) {
		return 1
	}
	unit := math.Pow(10, math.Floor(math.Log10(step)))
	for _, m := range []float64{1, 2, 5} {
		if m*unit >= step*(1-1e-9) {
			return m * unit
		}
	}
	return 10 * unit
}

// logTicks marks a logarithmic axis at 1, 2 and 5 times the powers of ten, at
// powers of ten only where the axis spans many of them, and more finely where
// it spans less than one.
type logTicks struct{}

// Ticks implements plot.Ticker; low and high are positive.
func (logTicks) Ticks(low, high float64) []plot.Tick {
	marks := []float64{1, 2, 5}
	switch decades := math.Log10(high / low); {
	case decades > 3:
		marks = []float64{1}
	case decades < 0.4:
		return niceTicks{count: 5}.Ticks(low, high)
	case decades < 1.2:
		marks = []float64{1, 1.5, 2, 3, 4, 5, 7}
	}
	var ticks []plot.Tick
	for e := math.Floor(math.Log10(low)); math.Pow(10, e) <= high; e++ {
		for _, m := range marks {
			if v := m * math.Pow(10, e); v >= low*(1-1e-9) && v <= high*(1+1e-9) {
				ticks = append(ticks, plot.Tick{Value: v, Label: plain(v)})
			}
		}
	}
	return ticks
}
