package drawn

import "math"

// paintHat paints what is worn on the head.
func (c *canvas) paintHat(h *head) {
	switch h.s.Hat {
	case Beanie:
		c.paintBeanie(h)
	case Cap:
		c.paintCap(h)
	case Brim:
		c.paintBrim(h)
	case Scarf:
		c.paintScarf(h)
	}
}

// dome is the outline of a hat from ear to ear: over the head at top, its lower
// edge at height low in the middle and side at the sides.
func (h *head) dome(wide, side, low, top float64) contour {
	w := h.p.FaceWidth * wide
	f := func(x, y float64) pt { return h.flat(x-0.08*h.sinY, y+0.1*h.sinP) }
	over := open(f(-w, side), f(-w*0.99, side-0.35), f(-w*0.72, top*0.55+side*0.45-0.34), f(-w*0.35, top+0.05), f(0, top), f(w*0.35, top+0.05), f(w*0.72, top*0.55+side*0.45-0.34), f(w*0.99, side-0.35), f(w, side))
	e := h.at(0, low, 0.1)
	x, y := h.unflat(e.x, e.y)
	under := open(f(w, side), h.flat(x*0.5+w*0.55, (y*0.75+side*0.25)+0.02), e, h.flat(x*0.5-w*0.55, (y*0.75+side*0.25)+0.02), f(-w, side))
	return append(over, under...)
}

// cloth is a matt fabric seen on a round head.
func (h *head) cloth(col rgb, weave func(x, y float64) float32) func(px, py int) rgb {
	return func(px, py int) rgb {
		x, y := h.unflat(float64(px)+0.5, float64(py)+0.5)
		nx, ny := clamp(x/1.2, -1, 1), clamp((y+0.25)/1.5, -1, 1)
		n := vec{float32(nx), float32(ny), float32(math.Sqrt(max(0.05, 1-nx*nx-ny*ny)))}.unit()
		return h.lamp.lit(col, n).scale(weave(x, y))
	}
}

func (c *canvas) castShadow(h *head, shape contour, drop float64) {
	t := make(contour, len(shape))
	for i, q := range shape {
		t[i] = pt{q.x - h.s.LightX*drop*0.6*h.unit, q.y + drop*h.unit}
	}
	c.multiply(c.soften(c.mask(9, t), 3).within(c.face), rgb{0.56, 0.47, 0.47})
}

func (c *canvas) paintBeanie(h *head) {
	col := h.s.HatColour
	shape := h.dome(1.11, -0.28, -0.60, -1.60)
	c.castShadow(h, shape, 0.10)
	f := newField(uint64(h.p.Index) + 9)
	knit := func(x, y float64) float32 {
		return 0.80 + 0.22*float32(math.Abs(math.Sin(x*22))) + 0.1*f.at(x*30, y*30)
	}
	c.shade(c.mask(1, shape), 1, h.cloth(col, knit))
	// The turned-up edge.
	w := 1.12 * h.p.FaceWidth
	e := h.at(0, -0.66, 0.1)
	x, y := h.unflat(e.x, e.y)
	off := -0.08 * h.sinY
	band := ribbon(open(h.flat(-w+off, -0.42), h.flat(x*0.5-w*0.55, y*0.78-0.09), h.flat(x, y), h.flat(x*0.5+w*0.55, y*0.78-0.09), h.flat(w+off, -0.42)), even(0.30*h.unit))
	c.multiply(c.soften(c.mask(5, band), 2), rgb{0.75, 0.73, 0.74})
	c.shade(c.mask(1, band), 1, h.cloth(col.scale(1.12).plus(gray(0.02)), func(x, y float64) float32 {
		return 0.78 + 0.28*float32(math.Abs(math.Sin(x*26))) + 0.1*f.at(x*30, y*30)
	}))
}

func (c *canvas) paintCap(h *head) {
	col := h.s.HatColour
	shape := h.dome(1.09, -0.36, -0.62, -1.52)
	c.castShadow(h, shape, 0.26)
	seam := func(x, y float64) float32 {
		d := math.Abs(x + 0.08*h.sinY - 0.25*h.sinY*(1+y))
		return 1 - 0.22*float32(max(0, 1-d*40)) - 0.14*float32(max(0, 1-math.Abs(math.Abs(x)-0.62-0.2*(y+1))*40))
	}
	c.shade(c.mask(1, shape), 1, h.cloth(col, seam))
	visor := closed(h.at(-0.86, -0.62, 0), h.at(-0.6, -0.78, 0.1), h.at(0, -0.86, 0.1), h.at(0.6, -0.78, 0.1), h.at(0.86, -0.62, 0), h.at(0.66, -0.58, 0.5), h.at(0, -0.60, 0.75), h.at(-0.66, -0.58, 0.5))
	dark := h.s.Cloth2.scale(0.6).mix(col, 0.6)
	c.multiply(c.soften(c.mask(7, visor), 2), rgb{0.7, 0.66, 0.66})
	top, bottom := h.at(0, -0.86, 0.1), h.at(0, -0.58, 0.75)
	c.shade(c.mask(1, visor), 1, func(x, y int) rgb {
		t := clamp((float64(y)-top.y)/(bottom.y-top.y+1), 0, 1)
		return h.lamp.lit(dark, vec{0, float32(-0.8 + t), 0.6}.unit())
	})
	c.fill(c.mask(1, ellipse(h.flat(-0.08*h.sinY, -1.5), 0.07*h.unit, 0.04*h.unit, 0)), 1, dark)
}

func (c *canvas) paintBrim(h *head) {
	col := h.s.HatColour.mix(rgb{0.62, 0.52, 0.38}, 0.35)
	crown := h.dome(0.98, -0.60, -0.78, -1.78)
	c.castShadow(h, crown, 0.34)
	c.shade(c.mask(1, crown), 1, h.cloth(col, func(x, y float64) float32 {
		return 1 - 0.25*float32(step(-0.12, 0, -math.Abs(x))*step(-1.35, -1.75, y))
	}))
	e := h.at(0, -0.72, 0.1)
	x, y := h.unflat(e.x, e.y)
	w := 0.99 * h.p.FaceWidth
	band := ribbon(open(h.flat(-w, -0.78), h.flat(x*0.5-w*0.5, y*0.9-0.17), h.flat(x, y-0.13), h.flat(x*0.5+w*0.5, y*0.9-0.17), h.flat(w, -0.78)), even(0.20*h.unit))
	c.shade(c.mask(1, band), 1, h.cloth(h.s.Cloth2.scale(0.55), func(x, y float64) float32 { return 1 }))
	brim := closed(h.flat(-1.72, -0.72), h.flat(-0.9, -0.84), h.flat(x, y-0.10), h.flat(0.9, -0.84), h.flat(1.72, -0.72), h.flat(1.0, -0.60), h.flat(x, y+0.11), h.flat(-1.0, -0.60))
	c.multiply(c.soften(c.mask(7, brim), 2), rgb{0.72, 0.68, 0.68})
	c.shade(c.mask(1, brim), 1, h.cloth(col.scale(0.95), func(x, y float64) float32 { return float32(1.05 - 0.55*step(-0.82, -0.5, y)) }))
}

func (c *canvas) paintScarf(h *head) {
	col := h.s.HatColour
	p := h.p
	w := p.FaceWidth
	f := newField(uint64(p.Index) + 5)
	outer := closed(h.flat(0, -1.42), h.flat(0.6, -1.3), h.flat(1.02*w, -0.85), h.flat(1.15*w, -0.2), h.flat(1.13*w, 0.5), h.flat(1.02, 1.15), h.flat(1.15, 1.7), h.flat(1.7, 2.25), h.flat(1.9, 3.1),
		h.flat(-1.9, 3.1), h.flat(-1.7, 2.25), h.flat(-1.15, 1.7), h.flat(-1.02, 1.15), h.flat(-1.13*w, 0.5), h.flat(-1.15*w, -0.2), h.flat(-1.02*w, -0.85), h.flat(-0.6, -1.3))
	chin := p.ChinLength + 0.07*h.s.Open
	o := func(u, v float64) pt { q := h.at(u, v, 0); return q }
	hole := closed(o(0, -0.86), o(0.45, -0.76), o(0.74, -0.42), o(0.83, 0.1), o(0.76, 0.6), h.edge(0.5, 1.1), h.edge(0.2, chin-0.03), h.edge(0, chin-0.02), h.edge(-0.2, chin-0.03), h.edge(-0.5, 1.1), o(-0.76, 0.6), o(-0.83, 0.1), o(-0.74, -0.42), o(-0.45, -0.76))
	opening := c.mask(0, hole)
	m := c.mask(1, outer).without(opening)
	edge := append(append(contour{}, hole...), hole[0])
	c.multiply(c.soften(c.mask(9, ribbon(edge, even(0.18*h.unit))), 2).within(opening), rgb{0.62, 0.52, 0.51})
	c.shade(m, 1, h.cloth(col, func(x, y float64) float32 {
		r := math.Sqrt(x*x + (y-0.2)*(y-0.2)*0.6)
		fold := f.at(r*9+x*1.5, math.Abs(math.Atan2(x, 0.4-y))*1.2)
		return 0.68 + 0.5*fold
	}))
	c.glow(c.soften(c.mask(4, ribbon(edge, even(0.05*h.unit))), 1).without(opening), col.scale(0.35))
}
