package drawn

import "math"

// lips are the four curves a mouth is made of, each from the left corner to the
// right one.
type lips struct {
	top, upper, lower, bottom contour
	outer, gap                contour // closed
	m, v                      float64 // half width and height on the face
}

func newLips(h *head) lips {
	p, s := h.p, h.s
	l := lips{v: mouthHeight(p)}
	l.m = 0.36 * p.MouthWidth * (1 + 0.2*max(0, s.Smile) - 0.14*s.Open*(1-max(0, s.Smile)) - 0.05*max(0, -s.Smile))
	m := l.m
	yc := -0.125 * s.Smile // the corners
	if s.Smile < 0 {
		yc = -0.045 * s.Smile
	}
	g := 0.27 * s.Open
	full := p.LipFull * (1 - 0.16*max(0, s.Smile))
	up, lo := 0.088*full*p.LipUpper/0.8, 0.118*full
	q := func(x, y float64) pt { return h.at(x*m, l.v+y, 0.06-0.03*math.Abs(x)) }
	curve := func(corner, y3, y2, y1, y0 float64) contour {
		return open(q(-1, corner), q(-0.72, y3), q(-0.42, y2), q(-0.15, y1), q(0, y0), q(0.15, y1), q(0.42, y2), q(0.72, y3), q(1, corner))
	}
	sag := 0.04 * s.Smile
	l.top = curve(yc-0.006, yc*0.62-up*0.42, yc*0.22-up*0.82-g*0.15, -up*1.06-g*0.2, -up*0.86-g*0.2)
	l.upper = curve(yc, yc*0.55+sag*0.4-g*0.06, yc*0.15+sag*0.7-g*0.14, sag+0.004-g*0.18, sag+0.014-g*0.17)
	l.lower = curve(yc, yc*0.5+sag*0.6+g*0.42, yc*0.12+sag+g*0.72, sag+0.006+g*0.84, sag+0.016+g*0.86)
	l.bottom = curve(yc+0.006, yc*0.45+lo*0.45+g*0.5, yc*0.1+lo*0.85+g*0.82, sag+lo+g*0.97, sag+lo*1.02+g)
	l.outer = loop(l.top, l.bottom)
	l.gap = loop(l.upper, l.lower)
	return l
}

// loop closes two curves with common ends.
func loop(a, b contour) contour {
	out := append(contour{}, a...)
	for i := len(b) - 1; i >= 0; i-- {
		out = append(out, b[i])
	}
	return out
}

// paintMouth paints lips, teeth and the folds of a smile.
func (c *canvas) paintMouth(h *head) {
	p, s := h.p, h.s
	l := newLips(h)
	lip := p.Lip.mix(p.LipColour, float32(clamp(s.Makeup*1.25-0.25, 0, 0.9))*float32(boolf(!p.Male)))
	c.paintFolds(h, l)

	all := c.mask(2, l.outer)
	soft := c.soften(c.mask(4, l.outer), 1)
	top, bottom := h.at(0, l.v-0.1, 0.06), h.at(0, l.v+0.12+0.27*s.Open, 0.06)
	light := h.lit(gray(1), 0, l.v)
	c.shade(soft, 0.94, func(x, y int) rgb {
		t := clamp((float64(y)-top.y)/(bottom.y-top.y), 0, 1)
		// The upper lip faces down and lies in shade, the lower one faces up.
		k := 0.80 + 0.34*step(0.42, 0.75, t) - 0.22*step(0.8, 1, t)
		return lip.times(light).scale(float32(k))
	})
	// Gloss on the lower lip.
	shine := ellipse(h.at(-0.05+0.1*s.LightX, l.v+0.075*p.LipFull+0.25*s.Open, 0.08), 0.15*h.unit*p.MouthWidth, 0.024*h.unit, s.Roll)
	c.glow(c.soften(c.mask(5, shine), 1).within(all), gray(float32(0.20+0.18*s.Makeup+0.1*p.Shine)))

	if s.Open > 0.03 {
		c.paintInside(h, l)
	}
	// The line between the lips, darkest in the corners.
	dark := lip.times(light).times(rgb{0.36, 0.25, 0.26})
	w := 0.032 * h.unit
	c.fill(c.mask(1, ribbon(l.upper, func(t float64) float64 { return w * (0.85 + 0.5*math.Abs(2*t-1)) })), 0.85, dark)
	for _, side := range []float64{-1, 1} {
		k := 0
		if side > 0 {
			k = len(l.upper) - 1
		}
		corner := l.upper[k]
		c.multiply(c.soften(c.mask(4, ellipse(corner, 0.045*h.unit, 0.035*h.unit, 0)), 1), rgb{0.55, 0.42, 0.42})
	}
}

func (c *canvas) paintInside(h *head, l lips) {
	p, s := h.p, h.s
	gap := c.mask(1, l.gap)
	light := h.lit(gray(1), 0, l.v)
	c.fill(gap, 1, rgb{0.20, 0.055, 0.065}.times(light))
	// Tongue.
	if s.Open > 0.25 {
		tongue := ellipse(h.at(0, l.v+0.25*s.Open, 0.02), 0.62*l.m*h.unit, 0.11*h.unit*(0.4+s.Open), s.Roll)
		c.fill(c.soften(c.mask(4, tongue), 1).within(gap), 0.85, rgb{0.66, 0.29, 0.30}.times(light))
	}
	if !s.Teeth {
		return
	}
	// Upper teeth: a band below the upper lip, fading into the corners.
	tall := 0.05 + 0.12*min(s.Open, 0.75)
	band := make(contour, 0, 2*len(l.upper))
	n := len(l.upper)
	for i := range n {
		band = append(band, l.upper[i])
	}
	for i := n - 1; i >= 0; i-- {
		t := 2*float64(i)/float64(n-1) - 1
		d := tall * (1 - t*t*t*t) * h.unit
		band = append(band, pt{l.upper[i].x - d*h.sinR, l.upper[i].y + d*h.cosR})
	}
	age := step(40, 85, p.Age)
	white := rgb{0.97, 0.955, 0.92}.mix(rgb{0.88, 0.83, 0.70}, float32(age*0.7)).times(light)
	centre := h.at(0, l.v, 0.06)
	half := l.m * h.unit
	tooth := 0.105 * h.unit
	m := c.soften(c.mask(2, band), 0).within(gap)
	c.shade(m, 0.97, func(x, y int) rgb {
		d := (float64(x) + 0.5 - centre.x) / half
		v := white.scale(float32(1.0 - 0.5*d*d))
		// Faint seams.
		f := (float64(x) + 0.5 - centre.x) / tooth
		f -= math.Floor(f)
		if e := min(f, 1-f); e < 0.12 {
			v = v.scale(0.90)
		}
		return v
	})
	// The lip's shade on the teeth.
	c.multiply(c.soften(c.mask(3, ribbon(l.upper, even(0.06*h.unit))), 1).within(gap), rgb{0.66, 0.58, 0.58})
	// Lower teeth in a wide laugh.
	if s.Open > 0.6 {
		low := ribbon(l.lower, tapered(0.10*h.unit))
		c.fill(c.soften(c.mask(2, low), 1).within(gap), 0.55, white.scale(0.72))
	}
}

// paintFolds paints the lines from the nose to the corners of the mouth.
func (c *canvas) paintFolds(h *head, l lips) {
	p, s := h.p, h.s
	smile := max(0, s.Smile)
	deep := 0.05 + 0.45*p.Lines + 0.36*smile + 0.10*p.Chubby - 0.12*p.child()
	nb := noseBase(p)
	for _, side := range []float64{-1, 1} {
		q := func(u, v float64) pt { return h.at(side*u, v, 0.03) }
		m := l.m
		line := open(q(0.23*p.NoseWidth, nb-0.03), q(0.31+0.05*smile, nb+0.14), q(m+0.07+0.04*smile, l.v-0.10-0.06*smile), q(m+0.075+0.02*smile, l.v+0.03+0.08*p.Lines))
		fold := c.soften(c.mask(5, ribbon(line, tapered((0.06+0.03*smile)*h.unit))), 1)
		c.multiply(fold, gray(1).mix(rgb{0.50, 0.36, 0.35}, float32(clamp(deep, 0, 0.8))))
		if p.Lines > 0.45 {
			jowl := open(q(m+0.06, l.v+0.12), q(m+0.09, l.v+0.24), q(m+0.04, l.v+0.36))
			c.multiply(c.soften(c.mask(4, ribbon(jowl, tapered(0.05*h.unit))), 1), gray(1).mix(rgb{0.5, 0.38, 0.37}, float32(0.6*p.Lines)))
		}
	}
}
