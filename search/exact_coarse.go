package search

import (
	"math"

	"likeness/internal/kernel"
)

// coarse holds points rounded to 8 bits, which is what an exact search reads of
// most of them. Each point p is kept as q, centre + step*code in each number,
// and the distance r between p and q. By the triangle inequality no point whose
// q is farther than t + r from a query is nearer than t.
type coarse struct {
	width  int // of a point
	pairs  int // width/2, rounded up
	n      int
	centre []float64
	step   []float64
	codes  []int8    // panels of 32 points, as kernel.PanelsNear has them
	terms  []float32 // for each panel 32 times |q-centre|^2 - r^2, then 32 times r

	biggest float64 // of all |q-centre|^2
	widest  float64 // of all r
}

const panelRows = 32

// newCoarse rounds points. Each number has its own step: its range in 254 parts. A
// range beyond six standard deviations is clipped, which gives the points there a
// larger r.
func newCoarse(points []float32, width int) *coarse {
	c := &coarse{width: width, pairs: (width + 1) / 2, centre: make([]float64, width), step: make([]float64, width)}
	n := len(points) / width
	squares, ends := make([]float64, width), make([]float64, width)
	for i := 0; i < len(points); i += width {
		for j, v := range points[i : i+width] {
			c.centre[j] += float64(v)
		}
	}
	for j := range c.centre {
		c.centre[j] /= float64(max(n, 1))
	}
	for i := 0; i < len(points); i += width {
		for j, v := range points[i : i+width] {
			d := float64(v) - c.centre[j]
			squares[j] += d * d
			ends[j] = max(ends[j], math.Abs(d))
		}
	}
	for j := range c.step {
		c.step[j] = min(ends[j], 6*math.Sqrt(squares[j]/float64(max(n, 1)))) / 127
		if c.step[j] == 0 {
			c.step[j] = 1
		}
	}
	c.add(points)
	return c
}

// add appends points.
func (c *coarse) add(points []float32) {
	n := c.n + len(points)/c.width
	panels := (n + panelRows - 1) / panelRows
	c.codes = grow(c.codes, panels*panelRows*2*c.pairs)
	c.terms = grow(c.terms, panels*2*panelRows)
	for ; len(points) > 0; points = points[c.width:] {
		panel, row := c.n/panelRows, c.n%panelRows
		code := c.codes[panel*panelRows*2*c.pairs+2*row:]
		size, off := 0.0, 0.0
		for j, v := range points[:c.width] {
			d := float64(v) - c.centre[j]
			q := math.RoundToEven(min(max(d/c.step[j], -127), 127))
			code[j/2*2*panelRows+j%2] = int8(q)
			q *= c.step[j]
			size += q * q
			off += (d - q) * (d - q)
		}
		radius := math.Sqrt(off) * (1 + 1e-6)
		terms := c.terms[panel*2*panelRows:]
		terms[row], terms[panelRows+row] = float32(size-off), above(radius)
		c.biggest, c.widest = max(c.biggest, size+off), max(c.widest, float64(terms[panelRows+row]))
		c.n++
	}
}

// grow lengthens x by zeros, at least by half where it has to be moved.
func grow[T int8 | float32](x []T, n int) []T {
	if n <= cap(x) {
		return x[:n]
	}
	longer := make([]T, n, max(n, cap(x)+cap(x)/2))
	copy(longer, x)
	return longer
}

// above is v in float32, rounded up.
func above(v float64) float32 {
	f := float32(v)
	if float64(f) < v {
		f = math.Nextafter32(f, float32(math.Inf(1)))
	}
	return f
}

// coarseQuery is a query made ready for coarse points.
type coarseQuery struct {
	factors []int16
	scale   float64 // what a product of factor and code counts
	square  float64 // |query-centre|^2
	error   float64 // the most that rounding the query changes |query-q|^2
	size    float64 // the most that a sum of products can be
}

// minScale is what a scale must not be below, so that float32 holds it well.
const minScale = 0x1p-100

// query prepares a query; factors has room for two numbers for each pair. It fails
// where numbers are too large or too small for float32.
func (c *coarse) query(point []float32, factors []int16) (q coarseQuery, ok bool) {
	q.factors = factors
	clear(factors)
	most := 0.0
	for j, v := range point {
		d := float64(v) - c.centre[j]
		q.square += d * d
		most = max(most, math.Abs(d*c.step[j]))
	}
	q.scale = 1
	if most > 0 {
		// The sums of products must stay within 31 bits. A scale that is a
		// power of two rounds nothing by itself.
		room := float64(min(math.MaxInt16, math.MaxInt32/127/(2*c.pairs)))
		_, e := math.Frexp(most / room)
		q.scale = math.Ldexp(1, e)
	}
	for j, v := range point {
		w := (float64(v) - c.centre[j]) * c.step[j]
		f := math.RoundToEven(w / q.scale)
		factors[j] = int16(f)
		q.error += 2 * 127 * math.Abs(w-f*q.scale)
		q.size += 2 * 127 * math.Abs(f) * q.scale
	}
	return q, q.scale >= minScale && q.size+q.square+c.biggest < 1e36
}

// limits returns which points PanelsNear is to report when only those within a
// distance t of the query matter.
func (c *coarse) limits(q coarseQuery, t float64) kernel.PanelQuery {
	p := kernel.PanelQuery{Scale: float32(-2 * q.scale)}
	if math.IsInf(t, 1) || t > 1e17 {
		p.Limit = float32(math.Inf(1))
		return p
	}
	p.Slack = above(2 * t * (1 + 1e-6))
	// PanelsNear rounds five times, terms have been rounded once; each time by
	// less than 2^-24 of what is largest.
	largest := q.size + c.biggest + float64(p.Slack)*c.widest
	p.Limit = above((t*t-q.square)+q.error+1e-12*(t*t+q.square)+8*0x1p-24*largest) + 1e-36
	return p
}

// tame reports whether squared distances of the points are well within float32.
func (c *coarse) tame() bool { return c.biggest == 0 || c.biggest > 1e-24 && c.biggest < 1e30 }
