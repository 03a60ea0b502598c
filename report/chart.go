package report

import (
	"image/color"
	"sync"

	"golang.org/x/image/font"
	"gonum.org/v1/plot"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"likeness/pix"
)

// A chart's lengths are points of 1/72 inch; at this resolution a point is one
// shown pixel and Density picture pixels.
const chartDPI = 72 * Density

// A chart is as wide as the running text of the page, and narrow enough that
// its words can be read when a phone shows it at half the size.
const (
	chartWidth  vg.Length = 680
	chartHeight vg.Length = 400
)

// chartFonts holds the Go fonts for gonum's plot. It is a cache of our own:
// plot's default one is global and sets a serif.
var chartFonts = sync.OnceValue(func() *plotfont.Cache {
	return plotfont.NewCache(plotfont.Collection{
		{Font: plotfont.Font{Typeface: "Go"}, Face: regularFont()},
		{Font: plotfont.Font{Typeface: "Go", Weight: font.WeightBold}, Face: boldFont()},
	})
})

// chartText returns a text style in Go Regular or Bold.
func chartText(size vg.Length, bold bool, c color.Color) text.Style {
	f := plotfont.Font{Typeface: "Go", Size: size}
	if bold {
		f.Weight = font.WeightBold
	}
	return text.Style{Color: c, Font: f, Handler: text.Plain{Fonts: chartFonts()}, YAlign: draw.YCenter}
}

// chart adds to gonum's plot a title at the left, and labels at the right beside the lines
// that they name, in place of a legend.
type chart struct {
	plot            *plot.Plot
	title, subtitle string
	labels          []endLabel
	notes           []note // in the upper right corner of the plot
}

// note is a line of words in a plot, with a sample of the line it names.
type note struct {
	text string
	key  draw.LineStyle // no sample when its width is 0
}

// endLabel names the point (x, y), in data units, from the right margin.
type endLabel struct {
	x, y float64
	text string
	ink  color.Color
	bold bool
}

// newChart returns an empty plot in the style of this package, with xlabel under the
// axis.
func newChart(title, subtitle, xlabel string) *chart {
	p := plot.New()
	small := chartText(12, false, muted)
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.LineStyle = draw.LineStyle{Color: hairline, Width: 1}
		a.Tick.LineStyle = draw.LineStyle{Color: hairline, Width: 1}
		a.Tick.Length = 4
		a.Padding = 4
	}
	p.X.Tick.Label, p.Y.Tick.Label = small, small
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	p.Y.LineStyle.Width, p.Y.Tick.LineStyle.Width, p.Y.Tick.Length = 0, 0, 0
	p.X.Label.Text = xlabel
	p.X.Label.TextStyle = small
	p.X.Label.TextStyle.XAlign, p.X.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom
	p.X.Label.Padding = 4
	return &chart{plot: p, title: title, subtitle: subtitle}
}

// draw paints the chart on white.
func (c *chart) draw() *pix.Image {
	canvas := vgimg.NewWith(vgimg.UseWH(chartWidth, chartHeight), vgimg.UseDPI(chartDPI), vgimg.UseBackgroundColor(color.White))
	all := draw.New(canvas)
	all.SetColor(color.White)
	all.Fill(all.Rectangle.Path())
	all = draw.Crop(all, 16, -16, 12, -14)

	top := all.Max.Y
	for _, h := range []struct {
		text  string
		style text.Style
	}{{c.title, chartText(15, true, ink)}, {c.subtitle, chartText(12, false, muted)}} {
		if h.text == "" {
			continue
		}
		h.style.YAlign = draw.YTop
		all.FillText(h.style, vg.Point{X: all.Min.X, Y: top}, h.text)
		top -= h.style.Font.Size * 1.45
	}
	if top < all.Max.Y {
		top -= 8
	}

	const toLabel = 22
	right := vg.Length(8)
	for _, l := range c.labels {
		right = max(right, chartText(12.5, l.bold, l.ink).Width(l.text)+toLabel+2)
	}
	area := draw.Crop(all, 0, -right, 0, top-all.Max.Y)
	c.plot.Draw(area)

	data := c.plot.DataCanvas(area)
	toX, toY := c.plot.Transforms(&data)
	c.drawLabels(all, data.Max.X+toLabel, data.Min.Y, data.Max.Y, toX, toY)
	c.drawNotes(all, vg.Point{X: data.Max.X, Y: data.Max.Y})
	return pix.FromImage(canvas.Image())
}

// drawLabels sets the labels at x, as near to their points as they fit without
// touching, each with a thin leader.
func (c *chart) drawLabels(dc draw.Canvas, x, bottom, top vg.Length, toX, toY func(float64) vg.Length) {
	want := make([]float64, len(c.labels))
	for i, l := range c.labels {
		want[i] = float64(toY(l.y))
	}
	got := spread(want, 17, float64(bottom)-4, float64(top)+4)
	for i, l := range c.labels {
		sty := chartText(12.5, l.bold, l.ink)
		y := vg.Length(got[i])
		dc.StrokeLines(draw.LineStyle{Color: hairline, Width: 1},
			[]vg.Point{{X: toX(l.x) + 4, Y: vg.Length(want[i])}, {X: x - 14, Y: vg.Length(want[i])}, {X: x - 5, Y: y}, {X: x - 2, Y: y}})
		dc.FillText(sty, vg.Point{X: x, Y: y + sty.FontExtents().Descent}, l.text) // as gonum centres tick labels
	}
}

// drawNotes sets the notes under the corner, on white so that no grid line
// runs through them.
func (c *chart) drawNotes(dc draw.Canvas, corner vg.Point) {
	const line, key, pad = 19, 26, 8
	sty := chartText(12.5, false, ink)
	wide := vg.Length(0)
	keyed := vg.Length(0)
	for _, n := range c.notes {
		wide = max(wide, sty.Width(n.text))
		if n.key.Width > 0 {
			keyed = key + pad
		}
	}
	left := corner.X - wide - keyed
	dc.FillPolygon(color.White, []vg.Point{
		{X: left - pad, Y: corner.Y + 6}, {X: corner.X, Y: corner.Y + 6},
		{X: corner.X, Y: corner.Y - vg.Length(len(c.notes))*line}, {X: left - pad, Y: corner.Y - vg.Length(len(c.notes))*line},
	})
	for i, n := range c.notes {
		y := corner.Y - vg.Length(i)*line - line/2
		dc.FillText(sty, vg.Point{X: left + keyed, Y: y + sty.FontExtents().Descent}, n.text)
		if n.key.Width > 0 {
			dc.StrokeLine2(n.key, left, y, left+key, y)
		}
	}
}

// nothing draws a chart without values, with a note that says so.
func (c *chart) nothing() *pix.Image {
	c.plot.X.Min, c.plot.X.Max, c.plot.Y.Min, c.plot.Y.Max = 0, 1, 0, 1
	c.plot.HideAxes()
	if len(c.notes) == 0 {
		c.notes = []note{{text: NotMeasured}}
	}
	return c.draw()
}
