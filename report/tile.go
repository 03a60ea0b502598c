package report

import (
	"image"
	"image/color"
	"image/draw"

	xdraw "golang.org/x/image/draw"

	"likeness/pix"
)

// Sides of the square that a picture is enlarged or shrunk to, in picture
// pixels: one for figures with few columns and one for long strips.
const (
	tileLarge = 256
	tileSmall = 192
)

// tile returns m at about side pixels along its longer edge. Small pictures are enlarged by
// a whole factor, each pixel as a square, since smoothing would invent detail; pictures
// much larger than the tile are shrunk with a Catmull-Rom filter. For a nil or empty m it
// returns a pale tile that says so.
func (p *pen) tile(m *pix.Image, side int) *image.RGBA {
	if m == nil || m.W <= 0 || m.H <= 0 {
		t := newWhite(side, side)
		fill(t, t.Bounds(), faint)
		p.writeCentred(t, side/2, side/2-mutedStyle.height()/2, "no picture", mutedStyle)
		return t
	}
	long := max(m.W, m.H)
	if long*4 > side*5 { // more than a quarter too large
		w, h := max(1, m.W*side/long), max(1, m.H*side/long)
		t := newWhite(w, h)
		xdraw.CatmullRom.Scale(t, t.Bounds(), m.RGBA(), image.Rect(0, 0, m.W, m.H), draw.Src, nil)
		return t
	}
	return enlarge(m, max(1, (side+long/2)/long))
}

// enlarge repeats every pixel of m factor times across and down.
func enlarge(m *pix.Image, factor int) *image.RGBA {
	t := image.NewRGBA(image.Rect(0, 0, m.W*factor, m.H*factor))
	for y := range m.H {
		line := t.Pix[y*factor*t.Stride : y*factor*t.Stride+t.Rect.Dx()*4]
		at := 0
		for x := range m.W {
			rgb := m.Pix[(y*m.W+x)*3:]
			for range factor {
				line[at], line[at+1], line[at+2], line[at+3] = rgb[0], rgb[1], rgb[2], 0xff
				at += 4
			}
		}
		for k := 1; k < factor; k++ {
			copy(t.Pix[(y*factor+k)*t.Stride:], line)
		}
	}
	return t
}

func newWhite(w, h int) *image.RGBA {
	t := image.NewRGBA(image.Rect(0, 0, w, h))
	fill(t, t.Bounds(), white)
	return t
}

func fill(dst *image.RGBA, r image.Rectangle, c color.RGBA) {
	draw.Draw(dst, r, image.NewUniform(c), image.Point{}, draw.Src)
}

// paste copies src to dst with its upper left corner at (x, y).
func paste(dst, src *image.RGBA, x, y int) {
	draw.Draw(dst, src.Bounds().Add(image.Pt(x, y)), src, image.Point{}, draw.Src)
}

// frame strokes a band of the given width just outside r.
func frame(dst *image.RGBA, r image.Rectangle, width int, c color.RGBA) {
	o := r.Inset(-width)
	fill(dst, image.Rect(o.Min.X, o.Min.Y, o.Max.X, r.Min.Y), c)
	fill(dst, image.Rect(o.Min.X, r.Max.Y, o.Max.X, o.Max.Y), c)
	fill(dst, image.Rect(o.Min.X, r.Min.Y, r.Min.X, r.Max.Y), c)
	fill(dst, image.Rect(r.Max.X, r.Min.Y, o.Max.X, r.Max.Y), c)
}
