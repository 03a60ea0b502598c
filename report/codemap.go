package report

import (
	"image"
	"math"
	"slices"
)

// codeShape returns the rows and columns of the map of a code of n values. Up to 32 values
// have two columns, as in the tutorial's reshape(code/2, -1); the map of a longer code is
// about twice as high as wide, so that the cells stay large enough to see.
func codeShape(n int) (rows, cols int) {
	switch {
	case n <= 1:
		return 1, 1
	case n <= 3:
		return n, 1
	case n <= 32:
		return (n + 1) / 2, 2
	}
	want := math.Sqrt(float64(n) / 2)
	cols = int(math.Round(want))
	best := math.Inf(1)
	for c := int(want / 1.5); c <= int(want*1.5)+1; c++ { // a width without blanks, when one is near
		if c < 1 || n%c != 0 {
			continue
		}
		if off := math.Abs(math.Log(float64(c) / want)); off < best {
			best, cols = off, c
		}
	}
	return (n + cols - 1) / cols, cols
}

// codeMap draws a code row by row as a heat map no higher than tall, colours
// from -limit to limit.
func codeMap(code []float32, tall int, limit float64) *image.RGBA {
	if len(code) == 0 {
		return nil
	}
	rows, cols := codeShape(len(code))
	cell := min(max(tall/rows, 2), 64)
	const line = 2 // an outline, since values near 0 are nearly white
	t := newWhite(cols*cell+2*line, rows*cell+2*line)
	fill(t, t.Bounds(), hairline)
	fill(t, t.Bounds().Inset(line), white)
	for i, v := range code {
		x, y := line+i%cols*cell, line+i/cols*cell
		fill(t, image.Rect(x, y, x+cell, y+cell), diverging(float64(v), limit))
	}
	return t
}

// codeLimit returns the end of the colour scale for all codes of a figure: the largest
// magnitude, or the 99th percentile of the magnitudes where a few values would make all
// others pale; clipped says which.
func codeLimit(codes [][]float32) (limit float64, clipped bool) {
	var all []float64
	for _, c := range codes {
		for _, v := range c {
			if a := math.Abs(float64(v)); !math.IsNaN(a) && !math.IsInf(a, 0) {
				all = append(all, a)
			}
		}
	}
	if len(all) == 0 {
		return 1, false
	}
	slices.Sort(all)
	largest := all[len(all)-1]
	most := all[(len(all)-1)*99/100]
	if most > 0 && largest > 1.5*most {
		return most, true
	}
	if largest == 0 {
		return 1, false
	}
	return largest, false
}

// codeLegend draws the colour scale with its ends and its middle named.
func (p *pen) codeLegend(limit float64, clipped bool) *image.RGBA {
	low, high := "−"+plain(round2(limit)), plain(round2(limit))
	if clipped {
		low, high = "≤ "+low, "≥ "+high
	}
	const bar, thick = 320, 16
	title := "value of the code"
	s := mutedStyle
	wLow, wHigh, wTitle := p.width(low, s), p.width(high, s), p.width(title, s)
	const pad = 12
	w := wTitle + 2*pad + wLow + pad + bar + pad + wHigh
	h := s.height() + 6
	t := newWhite(w, h+s.height())
	p.write(t, 0, 0, title, s)
	x := wTitle + 2*pad
	p.write(t, x, 0, low, s)
	x += wLow + pad
	top := (s.height() - thick) / 2
	fill(t, image.Rect(x-2, top-2, x+bar+2, top+thick+2), hairline)
	for i := range bar {
		v := (float64(i)+0.5)/bar*2 - 1
		fill(t, image.Rect(x+i, top, x+i+1, top+thick), diverging(v, 1))
	}
	fill(t, image.Rect(x+bar/2-1, top+thick+2, x+bar/2+1, top+thick+8), muted)
	p.writeCentred(t, x+bar/2, h-2, "0", s)
	p.write(t, x+bar+pad, 0, high, s)
	return t
}

// round2 keeps two significant digits, enough for the ends of a colour scale.
func round2(v float64) float64 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-1)
	return math.Round(v/unit) * unit
}
