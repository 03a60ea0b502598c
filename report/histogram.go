package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"likeness/pix"
)

// Errors says what ErrorHistogram draws.
type Errors struct {
	Title  string
	Values []float64  // the error of each test image
	Marks  []Baseline // vertical lines, such as the tutorial's mean
}

// ErrorHistogram draws the histogram of the errors of single images, with their mean and
// median. The number of values that are not finite is printed.
func ErrorHistogram(e Errors) *pix.Image {
	values := finite(e.Values)
	subtitle := Count(len(values)) + " images, by mean squared error"
	if lost := len(e.Values) - len(values); lost > 0 {
		subtitle += fmt.Sprintf("; %s more are not finite", Count(lost))
	}
	ch := newChart(e.Title, subtitle, "mean squared error of one image")
	if len(values) == 0 {
		return ch.nothing()
	}
	slices.Sort(values)
	mean, _ := moments(values)
	marks := []Baseline{{"mean", Measured(mean)}, {"median", Measured(quantile(values, 0.5))}}
	for _, m := range e.Marks {
		if m.Value.finite() {
			marks = append(marks, m)
		}
	}
	// The few worst images must not squeeze the rest into a corner.
	low, high := values[0], values[len(values)-1]
	if edge := quantile(values, 0.995) * 1.15; edge < high && edge > low {
		high = edge
	}
	for _, m := range marks {
		low, high = min(low, m.Value.value), max(high, m.Value.value)
	}
	b := histogram(values, low, high, bins(len(values)))
	ch.plot.X.Min, ch.plot.X.Max = b.start, b.start+b.width*float64(len(b.heights))
	ch.plot.X.Tick.Marker = niceTicks{count: 10}
	ch.plot.Y.Min, ch.plot.Y.Max = 0, slices.Max(b.heights)*1.12
	ch.plot.Y.Tick.Marker = niceTicks{count: 5, whole: true}
	b.ink = mix(seriesInks[0], white, 0.45)
	ch.plot.Add(grid{}, b)
	for i, m := range marks {
		sty := markStyle(i)
		ch.plot.Add(upright{x: m.Value.value, style: sty})
		ch.notes = append(ch.notes, note{text: m.Name + " " + MSE(m.Value.value), key: sty})
	}
	if beyond := len(values) - int(sum(b.heights)); beyond > 0 {
		ch.notes = append(ch.notes, note{text: Count(beyond) + " further right"})
	}
	return ch.draw()
}

// markStyle returns the line style of mark i of a histogram: the mean, the median, then the
// baselines.
func markStyle(i int) draw.LineStyle {
	switch i {
	case 0:
		return draw.LineStyle{Color: ink, Width: 1.5}
	case 1:
		return draw.LineStyle{Color: ink, Width: 1.5, Dashes: []vg.Length{1.5, 3}}
	}
	return draw.LineStyle{Color: seriesInks[(i-1)%len(seriesInks)], Width: 1.5, Dashes: []vg.Length{6, 3}}
}

// NoiseCheck draws the histogram of noise with the density of the gaussian that it was
// drawn from, and prints its mean and standard deviation. The noise is noisy input minus
// clean input, in the units of the model.
func NoiseCheck(noise []float32, sigma float64) *pix.Image {
	all := make([]float64, len(noise))
	for i, v := range noise {
		all[i] = float64(v)
	}
	values := finite(all)
	ch := newChart("The noise that was added", "density of "+Count(len(values))+" values", "noise")
	if len(values) == 0 {
		return ch.nothing()
	}
	mean, sd := moments(values)
	reach := 4.2 * max(sd, sigma)
	if !(reach > 0) {
		reach = 1
	}
	b := histogram(values, -reach, reach, 84)
	for i := range b.heights {
		b.heights[i] /= float64(len(values)) * b.width
	}
	peak := slices.Max(b.heights)
	var bell []point
	if sigma > 0 {
		const steps = 240
		for i := range steps + 1 {
			x := -reach + 2*reach*float64(i)/steps
			bell = append(bell, point{x, math.Exp(-x*x/(2*sigma*sigma)) / (sigma * math.Sqrt(2*math.Pi))})
		}
		peak = max(peak, bell[steps/2].y)
	}
	ch.plot.X.Min, ch.plot.X.Max = -reach, reach
	ch.plot.X.Tick.Marker = niceTicks{count: 10}
	ch.plot.Y.Min, ch.plot.Y.Max = 0, peak*1.08
	ch.plot.Y.Tick.Marker = niceTicks{count: 4}
	b.ink = mix(seriesInks[0], white, 0.5)
	ch.plot.Add(grid{}, b)
	ch.notes = []note{
		{text: "mean " + minus(strconv.FormatFloat(mean, 'f', 6, 64))},
		{text: "standard deviation " + strconv.FormatFloat(sd, 'f', 6, 64)},
	}
	if bell != nil {
		sty := draw.LineStyle{Color: seriesInks[1], Width: 2}
		ch.plot.Add(polyline{points: bell, style: sty})
		ch.notes = append(ch.notes, note{text: "gaussian, sigma " + sigmaText(sigma), key: sty})
	}
	return ch.draw()
}

// histogram counts sorted or unsorted values in n equal bins from low to high;
// values outside are not counted.
func histogram(values []float64, low, high float64, n int) bars {
	if !(high > low) {
		pad := max(math.Abs(low)*0.05, 1e-9)
		low, high = low-pad, high+pad
	}
	b := bars{start: low, width: (high - low) / float64(n), heights: make([]float64, n)}
	for _, v := range values {
		if v < low || v > high {
			continue
		}
		b.heights[min(int((v-low)/b.width), n-1)]++
	}
	return b
}

// bins returns the number of bars for n values.
func bins(n int) int { return min(max(int(3.2*math.Cbrt(float64(n))), 8), 60) }

func finite(values []float64) []float64 {
	out := make([]float64, 0, len(values))
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, v)
		}
	}
	return out
}

// moments returns the mean and the standard deviation (of the population).
func moments(values []float64) (mean, sd float64) {
	mean = sum(values) / float64(len(values))
	for _, v := range values {
		sd += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(sd / float64(len(values)))
}

func sum(values []float64) float64 {
	s := 0.0
	for _, v := range values {
		s += v
	}
	return s
}

// quantile returns the q-quantile of sorted values, interpolated linearly.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
