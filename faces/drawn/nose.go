package drawn

// paintNose adds to the lit relief what light alone does not show: nostrils,
// the creases of the wings, and the shadow the nose throws.
func (c *canvas) paintNose(h *head) {
	p, s := h.p, h.s
	nb := noseBase(p)
	w := 0.205 * p.NoseWidth
	// Shadow on the lip and to the side away from the light.
	sx, sy := -s.LightX*0.13, clamp(-s.LightY*0.16, -0.03, 0.13)
	shadow := closed(h.at(-w*0.8, nb+0.04, 0.08), h.at(0, nb+0.02, 0.2), h.at(w*0.8, nb+0.04, 0.08), h.at(w*0.6+sx, nb+0.07+sy, 0.03), h.at(sx, nb+0.11+sy, 0.03), h.at(-w*0.6+sx, nb+0.07+sy, 0.03))
	hard := float32(clamp(0.15+0.40*s.Key, 0, 0.6))
	c.multiply(c.soften(c.mask(6, shadow), 2), gray(1).mix(rgb{0.50, 0.37, 0.36}, hard))
	if side := -s.LightX; side > 0.3 || side < -0.3 {
		k := 1.0
		if side < 0 {
			k = -1
		}
		cast := closed(h.at(k*0.05, 0.08, 0.1), h.at(k*0.1, nb*0.6, 0.12), h.at(k*(w+0.02), nb-0.06, 0.05), h.at(k*(w+0.12), nb+0.06, 0), h.at(k*(w+0.02), nb*0.65, 0), h.at(k*0.16, 0.12, 0))
		c.multiply(c.soften(c.mask(8, cast), 3), gray(1).mix(rgb{0.58, 0.44, 0.43}, float32(clamp((k*side-0.3)*1.1, 0, 0.55))))
	}
	lipDark := p.Skin.times(rgb{0.34, 0.20, 0.19})
	for _, side := range []float64{-1, 1} {
		q := func(u, v, d float64) pt { return h.at(side*u, v, d) }
		// Nostril.
		n := closed(q(w*0.24, nb+0.075, 0.17), q(w*0.45, nb+0.045, 0.16), q(w*0.72, nb+0.055, 0.12), q(w*0.66, nb+0.085, 0.12), q(w*0.42, nb+0.095, 0.15))
		c.fill(c.soften(c.mask(3, n), 1), 0.85, h.lit(lipDark, 0, nb))
		// Wing.
		wing := open(q(w*0.86, nb-0.09, 0.08), q(w*1.08, nb-0.01, 0.07), q(w*1.0, nb+0.07, 0.08), q(w*0.72, nb+0.09, 0.11))
		c.multiply(c.soften(c.mask(4, ribbon(wing, tapered(0.055*h.unit))), 1), rgb{0.60, 0.47, 0.46})
	}
	// The tip catches the light.
	tip := h.at(0.02+0.07*s.LightX, nb-0.09+0.05*s.LightY, 0.27)
	c.glow(c.soften(c.mask(7, ellipse(tip, 0.055*h.unit*p.NoseTip, 0.05*h.unit, 0)), 2), h.lamp.keyTint.scale(float32(0.16+0.2*p.Shine)*float32(0.35+0.65*p.Tone)))
	ridge := open(h.at(0.03*s.LightX, 0.03, 0.1), h.at(0.035*s.LightX, nb*0.4, 0.14), h.at(0.04*s.LightX, nb*0.75, 0.2))
	c.glow(c.soften(c.mask(6, ribbon(ridge, tapered(0.06*h.unit))), 2), h.lamp.keyTint.scale(float32(0.07+0.09*p.Shine)))
}
