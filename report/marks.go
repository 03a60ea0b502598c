package report

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// point is a place in data units.
type point struct{ x, y float64 }

// extent is the box around the points added to it.
type extent struct {
	x0, x1, y0, y1 float64
	any            bool
}

func (e *extent) add(x, y float64) {
	if !e.any {
		*e = extent{x, x, y, y, true}
		return
	}
	e.x0, e.x1 = min(e.x0, x), max(e.x1, x)
	e.y0, e.y1 = min(e.y0, y), max(e.y1, y)
}

// polyline is a plot.Plotter: a line through points, with a dot at each where
// asked, so that a line of one point is seen too.
type polyline struct {
	points []point
	style  draw.LineStyle
	dots   bool
}

func (l polyline) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	pts := make([]vg.Point, len(l.points))
	for i, q := range l.points {
		pts[i] = vg.Point{X: toX(q.x), Y: toY(q.y)}
		if l.dots {
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: l.style.Color, Radius: 3.5, Shape: draw.CircleGlyph{}}, pts[i])
		}
	}
	c.StrokeLines(l.style, pts)
}

// grid is a plot.Plotter: a hairline at every labelled tick of the vertical
// axis.
type grid struct{}

func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	_, toY := p.Transforms(&c)
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if t.IsMinor() || t.Value < p.Y.Min || t.Value > p.Y.Max {
			continue
		}
		y := toY(t.Value)
		c.StrokeLine2(draw.LineStyle{Color: color.RGBA{0xea, 0xe8, 0xe3, 0xff}, Width: 1}, c.Min.X, y, c.Max.X, y)
	}
}

// bars is a plot.Plotter: bars of heights from 0 over equal bins.
type bars struct {
	start, width float64
	heights      []float64
	ink          color.Color
}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	floor := toY(0)
	const gap = 0.75 // points of white between bars
	for i, h := range b.heights {
		if h <= 0 {
			continue
		}
		x0 := toX(b.start+float64(i)*b.width) + gap/2
		x1 := max(toX(b.start+float64(i+1)*b.width)-gap/2, x0+0.5)
		c.FillPolygon(b.ink, []vg.Point{{X: x0, Y: floor}, {X: x1, Y: floor}, {X: x1, Y: toY(h)}, {X: x0, Y: toY(h)}})
	}
}

// upright is a plot.Plotter: a vertical line at x.
type upright struct {
	x     float64
	style draw.LineStyle
}

func (u upright) Plot(c draw.Canvas, p *plot.Plot) {
	toX, _ := p.Transforms(&c)
	c.StrokeLine2(u.style, toX(u.x), c.Min.Y, toX(u.x), c.Max.Y)
}
