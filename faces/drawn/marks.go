package drawn

// paintMarks paints freckles, a mole and the lines of age.
func (c *canvas) paintMarks(h *head) {
	p, s := h.p, h.s
	if p.Freckles > 0 {
		d := newDice(p.Strands, 5, 5)
		spot := p.Skin.times(rgb{0.78, 0.58, 0.46})
		for range int(46 * p.Freckles) {
			u, v := d.bell(0, 0.36), d.bell(0.36, 0.16)
			r := d.between(0.35, 0.95)
			if u*u > 0.6 || v < 0.14 || v > 0.8 {
				continue
			}
			c.fill(c.mask(1, ellipse(h.at(u, v, 0.04), r, r*0.9, 0)), float32(d.between(0.3, 0.6)), spot)
		}
	}
	if p.Mole.x < 2 {
		c.fill(c.mask(1, ellipse(h.at(p.Mole.x, p.Mole.y, 0.02), 1.25, 1.15, 0)), 0.85, p.Skin.times(rgb{0.42, 0.30, 0.27}))
	}
	dark := rgb{0.56, 0.43, 0.42}
	if lines := p.Lines + 0.5*max(0, s.BrowRaise-0.3); lines > 0.25 && s.Hat != Scarf {
		for i := range 3 {
			v := -0.46 - 0.13*float64(i)
			w := 0.42 - 0.05*float64(i)
			line := open(h.at(-w, v+0.025, 0.02), h.at(-w*0.4, v-0.015, 0.03), h.at(w*0.3, v-0.01, 0.03), h.at(w, v+0.03, 0.02))
			k := float32(clamp((lines-0.2)*0.75, 0, 0.55))
			c.multiply(c.soften(c.mask(4, ribbon(line, tapered(2))), 1), gray(1).mix(dark, k))
		}
	}
	if frown := s.Frown + 0.4*p.Lines - 0.2; frown > 0.05 {
		for _, side := range []float64{-1, 1} {
			line := open(h.at(side*0.085, -0.33, 0.06), h.at(side*0.07, -0.22, 0.07), h.at(side*0.085, -0.12, 0.07))
			c.multiply(c.soften(c.mask(4, ribbon(line, tapered(2.2))), 1), gray(1).mix(dark, float32(clamp(frown*0.8, 0, 0.7))))
		}
	}
	if p.Chubby > 0.55 || p.Lines > 0.7 { // a second chin
		q := p.ChinLength
		line := open(h.edge(-0.42, q+0.02), h.edge(-0.2, q+0.12), h.edge(0.2, q+0.12), h.edge(0.42, q+0.02))
		c.multiply(c.soften(c.mask(5, ribbon(line, tapered(4))), 2), rgb{0.72, 0.62, 0.61})
	}
}
