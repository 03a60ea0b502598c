package report

import (
	"cmp"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"likeness/pix"
)

// Series is one line of a plot. Values that are NaN or infinite, or not
// positive on a logarithmic axis, break the line.
type Series struct {
	Name   string
	Epochs []float64 // one for each value; nil means 1, 2, 3, ...
	Values []float64
	Dashed bool // for the lesser of a pair, such as the training error beside the test error
	Ink    int  // which colour of the palette; 0 takes the next
}

// Baseline is a number to compare another one with: the tutorial's, or that of a closed
// form.
type Baseline struct {
	Name  string
	Value Number
}

// Curves says what LossCurves draws.
type Curves struct {
	Title      string
	ValueLabel string // "mean squared error" when empty
	XLabel     string // "epoch" when empty; what stands in the series' Epochs
	Log        bool   // a logarithmic vertical axis
	Series     []Series
	Baselines  []Baseline // horizontal lines, named at the right; unmeasured ones are left out
}

// LossCurves draws values over epochs. Every line is named at its end, with
// its last value, in its own colour.
func LossCurves(c Curves) *pix.Image {
	subtitle := c.ValueLabel
	if subtitle == "" {
		subtitle = "mean squared error"
	}
	if c.Log {
		subtitle += ", logarithmic scale"
	}
	ch := newChart(c.Title, subtitle, cmp.Or(c.XLabel, "epoch"))
	var span extent
	type line struct {
		parts [][]point
		style draw.LineStyle
	}
	var lines []line
	for i, s := range c.Series {
		parts := s.parts(c.Log)
		k := i
		if s.Ink > 0 {
			k = s.Ink - 1
		}
		colour := seriesInks[k%len(seriesInks)]
		style := draw.LineStyle{Color: colour, Width: 2.25}
		if s.Dashed {
			style.Width, style.Dashes = 1.75, []vg.Length{5, 3.5}
		}
		lines = append(lines, line{parts, style})
		for _, p := range parts {
			for _, xy := range p {
				span.add(xy.x, xy.y)
			}
		}
		if len(parts) == 0 {
			ch.notes = append(ch.notes, note{text: s.Name + ": " + NotMeasured})
			continue
		}
		last := parts[len(parts)-1]
		end := last[len(last)-1]
		ch.labels = append(ch.labels, endLabel{x: end.x, y: end.y, text: s.Name + "  " + lossLabel(end.y), ink: colour, bold: !s.Dashed})
	}
	if !span.any {
		return ch.nothing()
	}
	for _, y := range c.Baselines {
		if v, _ := y.Value.Value(); y.Value.finite() && (!c.Log || v > 0) {
			span.add(span.x1, v)
			ch.labels = append(ch.labels, endLabel{x: math.NaN(), y: v, text: y.Name + "  " + lossLabel(v), ink: muted})
		}
	}
	setAxes(ch.plot, span, c.Log)
	for i, l := range ch.labels {
		if math.IsNaN(l.x) { // a baseline: a line from edge to edge
			ch.labels[i].x = ch.plot.X.Max
			ch.plot.Add(polyline{
				points: []point{{ch.plot.X.Min, l.y}, {ch.plot.X.Max, l.y}},
				style:  draw.LineStyle{Color: muted, Width: 1, Dashes: []vg.Length{2, 3}},
			})
		}
	}
	for _, l := range lines {
		for _, part := range l.parts {
			ch.plot.Add(polyline{points: part, style: l.style, dots: len(part) <= 2})
		}
	}
	return ch.draw()
}

// parts divides a series at values that cannot be drawn.
func (s Series) parts(log bool) [][]point {
	if s.Epochs != nil && len(s.Epochs) != len(s.Values) {
		panic("report: a series needs one epoch for each value")
	}
	var parts [][]point
	open := false
	for i, v := range s.Values {
		if math.IsNaN(v) || math.IsInf(v, 0) || log && v <= 0 {
			open = false
			continue
		}
		if !open {
			parts = append(parts, nil)
			open = true
		}
		x := float64(i + 1)
		if s.Epochs != nil {
			x = s.Epochs[i]
		}
		last := len(parts) - 1
		parts[last] = append(parts[last], point{x, v})
	}
	return parts
}

// lossLabel prints small values as an error, others plainly.
func lossLabel(v float64) string {
	if math.Abs(v) < 1 {
		return MSE(v)
	}
	return plain(v)
}

// setAxes fits both axes to what is drawn, with a little air, and adds the
// horizontal grid.
func setAxes(p *plot.Plot, e extent, log bool) {
	if e.x1 <= e.x0 {
		e.x0, e.x1 = e.x0-0.5, e.x1+0.5
	}
	p.X.Min, p.X.Max = e.x0, e.x1
	p.X.Tick.Marker = niceTicks{count: 8, whole: true}
	if log {
		air := max(math.Pow(e.y1/e.y0, 0.06), 1.01)
		p.Y.Min, p.Y.Max = e.y0/air, e.y1*air
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
	} else {
		air := max((e.y1-e.y0)*0.06, math.Abs(e.y1)*1e-3, 1e-12)
		p.Y.Min, p.Y.Max = e.y0-air, e.y1+air
		p.Y.Tick.Marker = niceTicks{count: 5}
	}
	p.Add(grid{})
}
