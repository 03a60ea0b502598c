package drawn

// paintBeard paints stubble, mustache or beard, before the mouth is painted.
func (c *canvas) paintBeard(h *head) {
	p, s := h.p, h.s
	if s.Beard == Shaved {
		return
	}
	m, nb := mouthHeight(p), noseBase(p)
	f := newField(p.Strands + 1)
	base := p.HairColour.scale(0.82).mix(p.BrowColour, 0.35)
	hair := func(x, y int) rgb {
		fx, fy := h.unflat(float64(x), float64(y))
		n := h.normal(fx, fy)
		strand := 0.6*f.at(fx*26, fy*7) + 0.4*f.at(fx*50, fy*15+9)
		i, t := h.lamp.on(vec{n.x + (strand-0.5)*0.5, n.y, n.z}.unit())
		return base.times(t).scale(i * (0.55 + 0.75*strand))
	}
	switch s.Beard {
	case Stubble:
		area := c.soften(c.mask(8, h.beardShape(m, nb, 0.0)), 3).within(c.face)
		c.shade(area, float32(0.30*s.Growth), func(x, y int) rgb {
			v := hair(x, y)
			return v.mix(p.Skin.scale(0.6), 0.25)
		})
	case FullBeard:
		grow := 0.10 * s.Growth * (0.6 + 0.8*p.Volume)
		shape := h.beardShape(m, nb, grow)
		c.multiply(c.soften(c.mask(10, shape), 3), rgb{0.80, 0.74, 0.73})
		c.shade(c.soften(c.mask(4, shape), 1), 0.95, hair)
		c.strands(h, shape, hair, f)
	case GoateeBeard:
		chin := p.ChinLength + 0.07*s.Open
		l := newLips(h)
		w := l.m + 0.10
		shape := closed(h.at(-w, m-0.08, 0.05), h.at(-0.2, nb+0.16, 0.08), h.at(0, nb+0.18, 0.08), h.at(0.2, nb+0.16, 0.08), h.at(w, m-0.08, 0.05),
			h.at(w*0.98, m+0.2, 0.03), h.edge(0.30, chin-0.03), h.edge(0, chin+0.05*s.Growth), h.edge(-0.30, chin-0.03), h.at(-w*0.98, m+0.2, 0.03))
		inner := closed(h.at(-l.m-0.02, m, 0.05), h.at(0, m-0.1, 0.05), h.at(l.m+0.02, m, 0.05), h.at(0.2, m+0.2+0.25*s.Open, 0.05), h.at(-0.2, m+0.2+0.25*s.Open, 0.05))
		area := c.soften(c.mask(4, shape), 1).without(c.soften(c.mask(3, inner), 1))
		c.shade(area, 0.9, hair)
	case MustacheOnly:
		l := newLips(h)
		w := l.m * 1.1
		up := m - 0.115*p.LipFull
		big := 0.7 + 0.6*p.Volume
		shape := closed(h.at(-w, m+0.01*big, 0.05), h.at(-w*0.55, up-0.11*big, 0.09), h.at(-0.06, nb+0.15, 0.12), h.at(0.06, nb+0.15, 0.12), h.at(w*0.55, up-0.11*big, 0.09),
			h.at(w, m+0.01*big, 0.05), h.at(w*0.5, up+0.035, 0.08), h.at(0, up+0.01, 0.1), h.at(-w*0.5, up+0.035, 0.08))
		c.multiply(c.soften(c.mask(6, shape), 2), rgb{0.8, 0.74, 0.73})
		c.shade(c.soften(c.mask(4, shape), 1), 0.95, hair)
		c.strands(h, shape, hair, f)
	}
}

// beardShape is the area where a full beard grows, beyond the chin by grow.
func (h *head) beardShape(m, nb, grow float64) contour {
	p := h.p
	w := p.FaceWidth
	chin := p.ChinLength + 0.07*h.s.Open
	right := []pt{{(0.94 + grow*0.3) * w, 0.5}, {(p.Jaw + 0.02 + grow*0.7) * w, 0.86}, {0.5*p.Jaw + 0.5*p.ChinWidth + grow*0.8, 1.16 + grow*0.5}, {p.ChinWidth * 0.72, chin - 0.02 + grow}}
	ring := []pt{h.inside(0.93, 0.2)}
	for _, q := range right {
		ring = append(ring, h.edge(q.x, q.y))
	}
	ring = append(ring, h.edge(0, chin+0.02+grow*1.25))
	for i := len(right) - 1; i >= 0; i-- {
		ring = append(ring, h.edge(-right[i].x, right[i].y))
	}
	ring = append(ring, h.inside(-0.93, 0.2))
	top := []pt{{-0.86, 0.15}, {-0.80, 0.42}, {-0.60, 0.68}, {-0.36, 0.72}, {-0.15, nb + 0.16}, {0, nb + 0.18}, {0.15, nb + 0.16}, {0.36, 0.72}, {0.60, 0.68}, {0.80, 0.42}, {0.86, 0.15}}
	for _, q := range top {
		ring = append(ring, h.inside(q.x, q.y))
	}
	return closed(ring...)
}

// strands lets single hairs stand out of a beard's outline.
func (c *canvas) strands(h *head, shape contour, hair func(x, y int) rgb, f field) {
	centre := h.at(0, mouthHeight(h.p)-0.3, 0)
	for i := 0; i < len(shape); i += 2 {
		a := shape[i]
		if a.y < centre.y+0.45*h.unit {
			continue // the cheeks' edge is shaved
		}
		r := float64(f.at(float64(i), 3))
		k := 0.02 + 0.05*r
		b := pt{a.x + (a.x-centre.x)*k, a.y + (a.y-centre.y)*k*0.6 + 0.03*h.unit}
		from := pt{a.x - (a.x-centre.x)*0.06, a.y - 0.05*h.unit}
		x, y := int(clamp(a.x, 0, Size-1)), int(clamp(a.y, 0, Size-1))
		c.fill(c.mask(1, ribbon(contour{from, from.to(b, 0.5), b}, brush(1.5))), 0.45, hair(x, y))
	}
}
