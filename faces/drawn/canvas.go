package drawn

import (
	"image"
	"math"

	"golang.org/x/image/vector"
)

// canvas is one picture being painted: float32 RGB, row by row. A canvas is
// used again for the next picture, so its buffers are allocated once a thread.
type canvas struct {
	pix   []float32 // Size*Size*3
	tmp   []float32 // as large, for blurring
	ras   vector.Rasterizer
	arena []uint8 // masks of the current picture
	used  int
	bytes []uint8 // scratch of soften
	skin  []rgb   // scratch of paintHead
	face  mask    // the face in the current picture
	neck  mask
}

func newCanvas() *canvas {
	return &canvas{pix: make([]float32, Size*Size*3), tmp: make([]float32, Size*Size*3), arena: make([]uint8, 1<<20)}
}

// reset forgets the masks of the picture before.
func (c *canvas) reset() { c.used = 0 }

func (c *canvas) alloc(n int) []uint8 {
	if c.used+n > len(c.arena) {
		c.arena = make([]uint8, max(2*len(c.arena), n))
		c.used = 0
	}
	b := c.arena[c.used : c.used+n : c.used+n]
	c.used += n
	clear(b)
	return b
}

// mask is the coverage, 0 to 255, of a shape inside its bounding box.
type mask struct {
	x0, y0, w, h int
	a            []uint8
}

// mask rasterises closed contours together (non-zero winding) with pad pixels
// of room around them for softening.
func (c *canvas) mask(pad int, shapes ...contour) mask {
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range shapes {
		for _, p := range s {
			x0, y0 = min(x0, p.x), min(y0, p.y)
			x1, y1 = max(x1, p.x), max(y1, p.y)
		}
	}
	if !(x0 <= x1) {
		return mask{}
	}
	m := mask{x0: max(0, int(math.Floor(x0))-pad), y0: max(0, int(math.Floor(y0))-pad)}
	m.w = min(Size, int(math.Ceil(x1))+pad+1) - m.x0
	m.h = min(Size, int(math.Ceil(y1))+pad+1) - m.y0
	if m.w <= 0 || m.h <= 0 {
		return mask{}
	}
	m.a = c.alloc(m.w * m.h)
	c.ras.Reset(m.w, m.h)
	for _, s := range shapes {
		if len(s) < 3 {
			continue
		}
		for i, p := range s {
			x, y := float32(p.x-float64(m.x0)), float32(p.y-float64(m.y0))
			if i == 0 {
				c.ras.MoveTo(x, y)
			} else {
				c.ras.LineTo(x, y)
			}
		}
		c.ras.ClosePath()
	}
	dst := &image.Alpha{Pix: m.a, Stride: m.w, Rect: image.Rect(0, 0, m.w, m.h)}
	c.ras.Draw(dst, dst.Rect, image.Opaque, image.Point{})
	return m
}

// soften blurs the mask in place by three box filters of the given radius,
// which together are close to a gaussian of deviation about radius.
func (c *canvas) soften(m mask, radius int) mask {
	if radius < 1 || m.w == 0 {
		return m
	}
	if n := max(m.w, m.h); len(c.bytes) < n {
		c.bytes = make([]uint8, n)
	}
	for range 3 {
		for y := range m.h {
			boxBlur(m.a[y*m.w:], 1, m.w, radius, c.bytes)
		}
		for x := range m.w {
			boxBlur(m.a[x:], m.w, m.h, radius, c.bytes)
		}
	}
	return m
}

func boxBlur(a []uint8, stride, n, radius int, line []uint8) {
	for i := range n {
		line[i] = a[i*stride]
	}
	width := uint32(2*radius + 1)
	recip := (1<<20 + width/2) / width
	sum := width / 2
	for i := range min(radius, n) {
		sum += uint32(line[i])
	}
	for i := range n {
		if i+radius < n {
			sum += uint32(line[i+radius])
		}
		a[i*stride] = uint8(min(255, (sum*recip)>>20))
		if i-radius >= 0 {
			sum -= uint32(line[i-radius])
		}
	}
}

// within multiplies m by another mask: what remains lies in both.
func (m mask) within(o mask) mask {
	for y := range m.h {
		row := m.a[y*m.w : (y+1)*m.w]
		oy := y + m.y0 - o.y0
		for x := range row {
			ox := x + m.x0 - o.x0
			if oy < 0 || oy >= o.h || ox < 0 || ox >= o.w {
				row[x] = 0
				continue
			}
			row[x] = uint8((uint32(row[x])*uint32(o.a[oy*o.w+ox]) + 127) / 255)
		}
	}
	return m
}

// without removes another mask from m.
func (m mask) without(o mask) mask {
	for y := range m.h {
		oy := y + m.y0 - o.y0
		if oy < 0 || oy >= o.h {
			continue
		}
		row := m.a[y*m.w : (y+1)*m.w]
		for x := range row {
			if ox := x + m.x0 - o.x0; ox >= 0 && ox < o.w {
				row[x] = uint8((uint32(row[x])*uint32(255-o.a[oy*o.w+ox]) + 127) / 255)
			}
		}
	}
	return m
}

// shade lays f's colours over the picture through the mask.
func (c *canvas) shade(m mask, alpha float32, f func(x, y int) rgb) {
	alpha /= 255
	for y := range m.h {
		row := m.a[y*m.w : (y+1)*m.w]
		p := c.pix[((y+m.y0)*Size+m.x0)*3:]
		for x, cover := range row {
			if cover == 0 {
				continue
			}
			t := float32(cover) * alpha
			v := f(x+m.x0, y+m.y0)
			q := p[x*3 : x*3+3 : x*3+3]
			q[0] += (v.r - q[0]) * t
			q[1] += (v.g - q[1]) * t
			q[2] += (v.b - q[2]) * t
		}
	}
}

// fill is shade with one colour.
func (c *canvas) fill(m mask, alpha float32, v rgb) {
	c.shade(m, alpha, func(int, int) rgb { return v })
}

// multiply darkens or tints: the picture is multiplied by v where the mask is full.
func (c *canvas) multiply(m mask, v rgb) {
	v = rgb{(v.r - 1) / 255, (v.g - 1) / 255, (v.b - 1) / 255}
	for y := range m.h {
		row := m.a[y*m.w : (y+1)*m.w]
		p := c.pix[((y+m.y0)*Size+m.x0)*3:]
		for x, cover := range row {
			if cover == 0 {
				continue
			}
			t := float32(cover)
			q := p[x*3 : x*3+3 : x*3+3]
			q[0] *= 1 + v.r*t
			q[1] *= 1 + v.g*t
			q[2] *= 1 + v.b*t
		}
	}
}

// glow adds light through the mask.
func (c *canvas) glow(m mask, v rgb) {
	for y := range m.h {
		row := m.a[y*m.w : (y+1)*m.w]
		p := c.pix[((y+m.y0)*Size+m.x0)*3:]
		for x, cover := range row {
			if cover == 0 {
				continue
			}
			t := float32(cover) / 255
			q := p[x*3 : x*3+3 : x*3+3]
			q[0] += v.r * t * (1.1 - q[0])
			q[1] += v.g * t * (1.1 - q[1])
			q[2] += v.b * t * (1.1 - q[2])
		}
	}
}
