package drawn

import "math"

// paintEyes paints eyeballs, lids and lashes.
func (c *canvas) paintEyes(h *head) {
	c.paintEye(h, -1)
	c.paintEye(h, 1)
}

func (c *canvas) paintEye(h *head, side float64) {
	p, s := h.p, h.s
	a := 0.258 * p.EyeSize
	upper := 0.142 * p.EyeSize * p.EyeHeight
	lower := 0.088 * p.EyeSize * (1 - 0.32*max(0, s.Smile)) * (0.6 + 0.4*p.EyeHeight)
	open1 := s.EyeOpen * (1 - 0.12*s.Frown)
	lid := lerp(-lower*0.75, upper, min(open1, 1)) + 0.10*max(0, open1-1)
	tilt := p.EyeTilt * 2 * a
	out := -0.55 * tilt
	in := 0.45*tilt + 0.012
	q := func(x, y float64) pt { return h.at(side*(p.EyeSpacing+x*a), y, 0.03) }
	fold := p.Fold
	top := open(q(-1, in), q(-0.62, -lid*(0.62-0.1*fold)+in*0.6), q(-0.1, -lid), q(0.5, -lid*(0.80+0.05*fold)+out*0.5), q(1, out))
	bot := open(q(1, out), q(0.55, lower*0.8+out*0.45), q(0, lower), q(-0.55, lower*0.75+in*0.5), q(-1, in))
	shape := append(append(contour{}, top...), bot...)
	dark := p.BrowColour.scale(0.45).mix(rgb{0.07, 0.05, 0.05}, 0.6)
	lashCol := dark.mix(p.Skin.scale(0.3), float32(0.45*(1-p.Lashes)))

	if open1 > 0.12 {
		c.paintEyeball(h, side, shape, top)
	}
	c.paintLids(h, side, q, top, bot, lashCol, lid, out, in)
}

func (c *canvas) paintEyeball(h *head, side float64, shape, top contour) {
	p, s := h.p, h.s
	m := c.mask(1, shape)
	light := h.lit(rgb{0.94, 0.925, 0.91}, side*p.EyeSpacing, 0)
	centre := h.at(side*p.EyeSpacing, -0.008, 0.03)
	ru := 0.27 * p.EyeSize * h.unit
	pinkish := rgb{0.80, 0.62, 0.58}
	c.shade(m, 1, func(x, y int) rgb {
		dx, dy := (float64(x)+0.5-centre.x)/ru, (float64(y)+0.5-centre.y)/ru
		r := dx*dx + dy*dy*1.6
		v := light.scale(float32(1.04 - 0.34*r))
		return v.mix(v.times(pinkish), float32(clamp(r*0.7-0.25, 0, 0.7)))
	})
	// Iris and pupil.
	R := 0.136 * p.EyeSize * h.unit * (1 + 0.08*p.child())
	gaze := h.at(side*p.EyeSpacing+0.085*s.GazeX, -0.014+0.05*s.GazeY, 0.03)
	disc := c.mask(1, ellipse(gaze, R*h.cosY, R, 0)).within(m)
	bright := float32(0.75 + 0.35*float64(light.luma()))
	deep := p.Iris.scale(0.42)
	pupil := 0.40 - 0.05*s.Flash
	c.shade(disc, 1, func(x, y int) rgb {
		dx, dy := (float64(x)+0.5-gaze.x)/(R*h.cosY), (float64(y)+0.5-gaze.y)/R
		r := math.Sqrt(dx*dx + dy*dy)
		if r < pupil {
			return rgb{0.03, 0.025, 0.03}
		}
		// Light passes the cornea and falls on the far side of the iris.
		v := p.Iris.scale(float32(0.86 + 0.62*dy - 0.35*dx*s.LightX))
		v = v.mix(deep, float32(step(0.62, 1.0, r)))
		v = v.mix(rgb{0.03, 0.025, 0.03}, float32(1-step(pupil, pupil+0.22, r)))
		return v.scale(bright)
	})
	// The lid's shade on the eyeball.
	lidShade := c.soften(c.mask(3, ribbon(top, even(0.11*h.unit))), 1).within(m)
	c.multiply(lidShade, rgb{0.50, 0.44, 0.46})
	// Catch-lights: the lamp, and a faint one from the ground.
	lx, ly := gaze.x+R*math.Copysign(clamp(0.6*math.Abs(s.LightX), 0.30, 0.45), s.LightX), gaze.y+R*clamp(0.7*s.LightY, -0.45, -0.34)
	c.fill(c.mask(1, ellipse(pt{lx, ly}, 0.27*R, 0.30*R, 0)).within(m), 0.95, rgb{1, 1, 0.99})
	c.fill(c.mask(1, ellipse(pt{2*gaze.x - lx, gaze.y + 0.45*R}, 0.2*R, 0.13*R, 0)).within(m), 0.28, rgb{0.95, 0.97, 1})
	// Tear duct.
	duct := h.at(side*(p.EyeSpacing-0.235*p.EyeSize), 0.02, 0.03)
	c.fill(c.mask(1, ellipse(duct, 0.035*h.unit, 0.025*h.unit, 0)).within(m), 0.7, h.lit(rgb{0.78, 0.50, 0.47}, side*p.EyeSpacing, 0))
}

func (c *canvas) paintLids(h *head, side float64, q func(x, y float64) pt, top, bot contour, lash rgb, lid, out, in float64) {
	p, s := h.p, h.s
	unit := h.unit
	// Crease above the eye, or the soft edge of a single lid.
	gap := 0.055 + 0.05*p.EyeHeight - 0.03*p.Fold
	crease := open(q(-0.85, in-gap*0.35), q(-0.3, -max(lid, 0.06)-gap), q(0.35, -max(lid, 0.06)*0.9-gap+out*0.3), q(1.12, out-gap*0.25))
	cm := c.soften(c.mask(3, ribbon(crease, tapered(0.055*unit))), 1)
	t := float32(0.75 - 0.5*p.Fold)
	c.multiply(cm, gray(1).mix(rgb{0.50, 0.38, 0.37}, t))
	if s.EyeOpen <= 0.12 {
		// A shut lid catches light.
		c.glow(c.soften(c.mask(4, ellipse(q(0, -0.03), 0.16*unit, 0.05*unit, h.s.Roll)), 2), p.Skin.scale(0.22))
	}
	// Lower lid: a soft shade under it and a lit water line.
	c.multiply(c.soften(c.mask(3, ribbon(bot, tapered(0.045*unit))), 1), rgb{0.66, 0.54, 0.53})
	if p.Bags > 0.25 || s.Smile > 0.4 {
		y := 0.19 + 0.02*p.Bags
		bag := open(q(-0.8, in+y*0.75), q(-0.1, y+0.03), q(0.75, out*0.4+y*0.72))
		deep := float32(0.35*p.Bags + 0.22*max(0, s.Smile))
		c.multiply(c.soften(c.mask(4, ribbon(bag, tapered(0.05*unit))), 1), gray(1).mix(rgb{0.55, 0.42, 0.42}, deep))
	}
	// Upper lash line.
	w := (0.036 + 0.030*p.Lashes + 0.018*s.Makeup) * unit
	c.fill(c.mask(1, ribbon(top, func(t float64) float64 { return w * (0.35 + 1.0*t - 0.55*t*t*t) })), 0.92, lash)
	if s.Makeup > 0.45 {
		c.fill(c.mask(1, ribbon(bot, func(t float64) float64 { return 0.025 * unit * (1 - t) })), 0.6, lash)
	}
	if p.Lashes > 0.55 {
		n := len(top)
		for i := range 5 {
			k := n - 1 - i*3
			a := top[k]
			f := 1 - 0.15*float64(i)
			length := (0.055 + 0.05*s.Makeup*p.Lashes) * f
			b := pt{a.x + side*unit*length*(0.9-0.13*float64(i)), a.y - unit*length*(0.55+0.08*float64(i))}
			if s.EyeOpen <= 0.12 {
				b.y = a.y + unit*length*0.6
			}
			mid := pt{(a.x+b.x)/2 + side*0.3, (a.y+b.y)/2 + 0.5}
			c.fill(c.mask(1, ribbon(open(a, mid, b), brush(1.25))), 0.8, lash)
		}
	}
	if p.Lines > 0.25 { // crow's feet
		for i := range 3 {
			y := (float64(i) - 1) * 0.07
			line := open(q(1.2, out+y*0.7), q(1.45, out+y*1.5), q(1.7, out+y*2.4+0.02))
			d := float32(p.Lines * (0.3 + 0.5*max(0, s.Smile)))
			c.multiply(c.soften(c.mask(3, ribbon(line, tapered(1.5))), 1), gray(1).mix(rgb{0.5, 0.38, 0.37}, min(d, 0.9)))
		}
	}
}

// paintBrows paints the eyebrows: a soft shape and single hairs over it.
func (c *canvas) paintBrows(h *head) {
	p, s := h.p, h.s
	for _, side := range []float64{-1, 1} {
		raise := -0.13*s.BrowRaise + p.BrowHeight*-1
		inner := -0.245 + raise + 0.052*s.Frown + p.BrowTilt
		peak := -0.305 - 0.05*p.BrowArch + raise + 0.03*s.Frown
		outer := -0.235 + raise*0.8 - 0.3*p.EyeTilt + 0.02
		es := p.EyeSpacing
		q := func(u, v float64) pt { return h.at(side*u, v, 0.05) }
		line := open(q(es-0.285+0.02*(1-s.Frown), inner), q(es-0.08, (inner+peak)/2-0.015), q(es+0.14, peak), q(es+0.36, outer))
		w := 0.098 * p.BrowThick * h.unit
		width := func(t float64) float64 { return w * (0.62 + 0.75*t - 1.25*t*t*t) }
		col := h.lit(p.BrowColour, side*es, -0.3)
		c.fill(c.soften(c.mask(3, ribbon(line, width)), 1), 0.8, col)
		n := len(line)
		for i := 1; i < n-2; i += 2 {
			t := float64(i) / float64(n-1)
			a, b := line[i], line[min(i+3, n-1)]
			dx, dy := b.x-a.x, b.y-a.y
			half := width(t) / 2
			from := pt{a.x - dx*0.2, a.y + half*0.75}
			to := pt{a.x + dx*0.8, a.y + dy*0.7 - half*0.8}
			c.fill(c.mask(1, ribbon(contour{from, from.to(to, 0.5), to}, brush(1.1))), 0.42, col.scale(0.72))
		}
	}
}
