package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"likeness/pix"
)

// Mark names a place on the horizontal axis.
type Mark struct {
	X    float64
	Name string
}

// RateCurve draws losses over rising learning rates, both axes logarithmic, with
// upright lines at the marks. The rates stand in the series' Epochs.
func RateCurve(title string, s Series, marks []Mark) *pix.Image {
	ch := newChart(title, "mean squared error of the batches, smoothed; logarithmic scales", "learning rate")
	var span extent
	parts := s.parts(true)
	for _, p := range parts {
		for _, xy := range p {
			span.add(xy.x, xy.y)
		}
	}
	if !span.any {
		return ch.nothing()
	}
	setAxes(ch.plot, span, true)
	ch.plot.Y.Max *= math.Pow(ch.plot.Y.Max/ch.plot.Y.Min, 0.06*float64(len(marks))) // room for their names
	ch.plot.X.Scale, ch.plot.X.Tick.Marker = plot.LogScale{}, logTicks{}
	for i, m := range marks {
		style := draw.LineStyle{Color: seriesInks[(i+1)%len(seriesInks)], Width: 1.5, Dashes: []vg.Length{4, 3}}
		ch.plot.Add(polyline{points: []point{{m.X, ch.plot.Y.Min}, {m.X, ch.plot.Y.Max}}, style: style})
		ch.notes = append(ch.notes, note{text: m.Name, key: style})
	}
	for _, p := range parts {
		ch.plot.Add(polyline{points: p, style: draw.LineStyle{Color: seriesInks[0], Width: 2.25}, dots: len(p) <= 2})
	}
	return ch.draw()
}
