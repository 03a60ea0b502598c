package drawn

import "math"

// lens is the outline of one lens.
func (h *head) lens(side float64, sun bool) contour {
	p := h.p
	rx, ry, square := 0.335, 0.285, 2.1
	cat, drop := 0.0, 0.0
	switch p.Frame {
	case SquareFrame:
		rx, ry, square = 0.355, 0.25, 4
	case OvalFrame:
		rx, ry = 0.35, 0.225
	case CatEye:
		rx, ry, square, cat = 0.36, 0.25, 2.6, 0.10
	case RimlessTop:
		rx, ry, square = 0.35, 0.24, 3
	}
	if sun {
		rx, ry, drop = rx*1.06, ry*1.12, 0.05
	}
	const n = 36
	out := make(contour, n)
	for i := range out {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / n)
		x := math.Copysign(math.Pow(math.Abs(cos), 2/square), cos)
		y := math.Copysign(math.Pow(math.Abs(sin), 2/square), sin)
		v := 0.045 + ry*y - cat*max(0, x)*max(0, -y+0.4)
		if y > 0 {
			v += drop * y * (1 + 0.5*x)
		}
		u := p.EyeSpacing + 0.025 + rx*x
		out[i] = h.at(side*u, v, 0.19-0.10*x*x)
	}
	return out
}

// paintGlasses paints glasses over everything else.
func (c *canvas) paintGlasses(h *head) {
	p, s := h.p, h.s
	if s.Eyewear == NoGlasses {
		return
	}
	sun := s.Eyewear == Sunglasses
	thick := (0.030 + 0.030*p.FrameThick) * h.unit
	col := p.FrameColour.scale(float32(0.7 + 0.4*s.Key))
	if sun {
		col = col.scale(0.6)
	}
	hi := col.mix(gray(1), 0.45)
	var rims, lenses []contour
	for _, side := range []float64{-1, 1} {
		l := h.lens(side, sun)
		lenses = append(lenses, l)
		ring := append(append(contour{}, l...), l[0], l[1])
		if p.Frame == RimlessTop {
			top := contour{}
			for i := range l {
				k := (i + len(l)/2) % len(l)
				if i <= len(l)/2 {
					top = append(top, l[k])
				}
			}
			// Below, the lens has only its own edge.
			c.fill(c.mask(1, ribbon(ring, even(1))), 0.3, gray(0.85))
			ring = top
		}
		rims = append(rims, ring)
	}
	es := p.EyeSpacing
	bridge := open(h.at(-es+0.31, -0.03, 0.22), h.at(-0.06, -0.075, 0.27), h.at(0.06, -0.075, 0.27), h.at(es-0.31, -0.03, 0.22))
	// Shadow on the face.
	for _, r := range rims {
		t := make(contour, len(r))
		for i, q := range r {
			t[i] = pt{q.x - h.s.LightX*0.10*h.unit, q.y + 0.07*h.unit}
		}
		c.multiply(c.soften(c.mask(4, ribbon(t, even(thick*1.2))), 1), rgb{0.76, 0.68, 0.67})
	}
	for i, side := range []float64{-1, 1} {
		m := c.mask(1, lenses[i])
		top, bottom := h.at(side*es, -0.25, 0.19), h.at(side*es, 0.33, 0.19)
		if sun {
			tone := col.mix(rgb{0.10, 0.09, 0.09}, 0.75)
			c.shade(m, 0.94, func(x, y int) rgb {
				t := clamp((float64(y)-top.y)/(bottom.y-top.y), 0, 1)
				return tone.scale(float32(0.55+1.5*t*t)).mix(s.Back[0].scale(0.5), float32(0.35*(1-t)))
			})
		} else {
			c.fill(m, 0.05, rgb{0.9, 0.96, 1})
		}
		// Reflections run across both lenses at one slant.
		a := h.at(side*es-0.18, -0.22, 0.2)
		for k, wide := range []float64{0.10, 0.035} {
			dx := (0.10 + 0.17*float64(k)) * h.unit
			w := wide * h.unit
			l := 0.52 * h.unit
			glare := contour{{a.x + dx, a.y}, {a.x + dx + w, a.y}, {a.x + dx + w - l*0.55, a.y + l}, {a.x + dx - l*0.55, a.y + l}}
			gm := c.soften(c.mask(3, glare), 1).within(m)
			amount := float32(0.14 + 0.2*s.Flash)
			if sun {
				amount = 0.22
			}
			c.glow(gm, gray(amount))
		}
		ear := h.solid(side*1.0*p.FaceWidth, -0.06, -0.15)
		hinge := h.at(side*(es+0.365), -0.08, 0.08)
		if side*h.sinY < 0.22 {
			c.fill(c.mask(1, ribbon(contour{hinge, hinge.to(ear, 0.5), ear}, even(thick*0.9))), 0.95, col)
		}
	}
	for _, r := range rims {
		c.fill(c.mask(1, ribbon(r, even(thick))), 1, col)
		up := make(contour, len(r))
		for i, q := range r {
			up[i] = pt{q.x - thick*0.12, q.y - thick*0.2}
		}
		c.fill(c.mask(1, ribbon(up, even(thick*0.28))), 0.5, hi)
	}
	c.fill(c.mask(1, ribbon(bridge, even(thick*1.05))), 1, col)
}
