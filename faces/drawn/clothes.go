package drawn

import "math"

// paintClothes paints shoulders and what covers them. The body does not turn
// with the head.
func (c *canvas) paintClothes(h *head) {
	p, s := h.p, h.s
	cx := Size/2 + s.DX*0.5 - 0.35*h.sinY*h.unit + (h.cx-Size/2)*0.3
	child := p.child()
	b := func(x, y float64) pt { return pt{cx + h.unit*x*(1-0.22*child), h.cy + h.unit*y} }
	wide := 1 + 0.10*boolf(p.Male) + 0.12*p.Chubby
	f := newField(uint64(p.Index)*31 + uint64(s.Number))
	fabric := func(col rgb) func(px, py int) rgb {
		return func(px, py int) rgb {
			x, y := (float64(px)-cx)/h.unit, (float64(py)-h.cy)/h.unit
			nx := clamp(x/2.9, -1, 1)
			n := vec{float32(nx), float32(-0.45 + 0.25*(y-2)), float32(math.Sqrt(1.02 - nx*nx))}.unit()
			fold := f.at(x*2.4+y*0.8, y*1.1)
			return h.lamp.lit(col, n).scale(0.80 + 0.32*fold)
		}
	}
	neck := 0.60 + 0.10*boolf(p.Male)
	top := 1.86
	body := func(open, deep float64) contour {
		return closed(b(-open, top-0.02), b(-1.0*wide, top+0.2), b(-1.75*wide, top+0.42), b(-2.25*wide, top+0.95), b(-2.5*wide, 3.4), b(2.5*wide, 3.4), b(2.25*wide, top+0.95), b(1.75*wide, top+0.42), b(1.0*wide, top+0.2), b(open, top-0.02), b(open*0.55, top+deep*0.75), b(0, top+deep), b(-open*0.55, top+deep*0.75))
	}
	under := func(shape contour) { c.multiply(c.soften(c.mask(6, shape), 2), rgb{0.72, 0.66, 0.65}) }
	switch s.Outfit {
	case Tee:
		shape := body(neck+0.12, 0.42)
		under(shape)
		c.shade(c.mask(1, shape), 1, fabric(s.Cloth))
		rim := open(b(-neck-0.12, top-0.02), b(-(neck+0.12)*0.55, top+0.31), b(0, top+0.42), b((neck+0.12)*0.55, top+0.31), b(neck+0.12, top-0.02))
		c.shade(c.mask(1, ribbon(rim, even(0.10*h.unit))), 1, fabric(s.Cloth.scale(0.82)))
	case VNeck:
		shape := closed(b(-neck-0.12, top), b(-1.0*wide, top+0.2), b(-1.75*wide, top+0.42), b(-2.25*wide, top+0.95), b(-2.5*wide, 3.4), b(2.5*wide, 3.4), b(2.25*wide, top+0.95), b(1.75*wide, top+0.42), b(1.0*wide, top+0.2), b(neck+0.12, top), b(0.12, top+0.8), b(0, top+0.9), b(-0.12, top+0.8))
		under(shape)
		c.shade(c.mask(1, shape), 1, fabric(s.Cloth))
	case Turtleneck:
		shape := body(neck, 0.1)
		c.shade(c.mask(1, shape), 1, fabric(s.Cloth))
		roll := closed(b(-neck-0.02, top-0.42), b(0, top-0.30), b(neck+0.02, top-0.42), b(neck+0.10, top-0.1), b(neck+0.04, top+0.12), b(0, top+0.26), b(-neck-0.04, top+0.12), b(-neck-0.10, top-0.1))
		under(roll)
		c.shade(c.mask(1, roll), 1, fabric(s.Cloth.scale(1.08)))
	default:
		shirt := s.Cloth2.mix(gray(0.93), 0.7)
		if s.Outfit == Suit {
			wide *= 0.8 // well inside the jacket
		}
		inner := body(neck+0.05, 0.5)
		wide = 1 + 0.10*boolf(p.Male) + 0.12*p.Chubby
		under(inner)
		c.shade(c.mask(1, inner), 1, fabric(shirt))
		if s.Necktie {
			c.paintTie(h, b, top, fabric)
		}
		if s.Outfit == Suit {
			for _, k := range []float64{-1, 1} {
				jacket := closed(b(k*(neck+0.22), top+0.02), b(k*1.0*wide, top+0.2), b(k*1.78*wide, top+0.40), b(k*2.3*wide, top+0.95), b(k*2.6*wide, 3.5), b(k*0.05, 3.5), b(k*0.18, top+1.2), b(k*0.48, top+0.62))
				c.shade(c.mask(1, jacket), 1, fabric(s.Cloth))
				lapel := closed(b(k*(neck+0.2), top+0.04), b(k*(neck+0.42), top+0.16), b(k*0.98, top+0.62), b(k*0.78, top+0.70), b(k*0.82, top+0.84), b(k*0.14, top+1.35), b(k*0.46, top+0.62))
				under(lapel)
				c.shade(c.mask(1, lapel), 1, fabric(s.Cloth.scale(1.18)))
			}
		}
		for _, k := range []float64{-1, 1} {
			collar := closed(b(k*(neck-0.06), top-0.26), b(k*(neck+0.12), top-0.05), b(k*(neck+0.02), top+0.28), b(k*0.40, top+0.50), b(k*0.10, top+0.32), b(k*0.42, top+0.02))
			under(collar)
			c.shade(c.mask(1, collar), 1, fabric(shirt.scale(1.06)))
		}
	}
	if s.Necklace {
		drop := 0.55 + 0.3*boolf(s.Outfit == VNeck)
		line := open(b(-neck-0.02, top-0.1), b(-neck*0.6, top+drop*0.45), b(0, top+drop*0.7), b(neck*0.6, top+drop*0.45), b(neck+0.02, top-0.1))
		c.multiply(c.soften(c.mask(3, ribbon(line, even(2))), 1), rgb{0.75, 0.68, 0.66})
		if p.Strands%2 == 0 { // beads
			for i := 0; i < len(line); i += 2 {
				c.fill(c.mask(1, ellipse(line[i], 1.9, 1.9, 0)), 1, p.Jewels.mix(gray(0.95), 0.4).scale(0.85))
				c.fill(c.mask(1, ellipse(pt{line[i].x - 0.5, line[i].y - 0.6}, 0.7, 0.7, 0)), 0.9, gray(1))
			}
			return
		}
		c.fill(c.mask(1, ribbon(line, even(1.1))), 1, p.Jewels.scale(0.85))
		q := b(0, top+drop*0.7+0.05)
		c.fill(c.mask(1, ellipse(q, 2.2, 2.8, 0)), 1, p.Jewels)
	}
}

func (c *canvas) paintTie(h *head, b func(x, y float64) pt, top float64, fabric func(rgb) func(px, py int) rgb) {
	s := h.s
	knot := closed(b(-0.17, top+0.22), b(0.17, top+0.22), b(0.10, top+0.52), b(-0.10, top+0.52))
	blade := contour{b(-0.10, top+0.5), b(0.10, top+0.5), b(0.28, 3.5), b(-0.28, 3.5)}
	col := s.Back[1].mix(s.Cloth2, 0.5)
	if s.BackSeed%2 == 0 {
		col = rgb{0.55, 0.12, 0.15}
	}
	stripe := s.BackSeed%3 == 0
	base, light := fabric(col), fabric(col.mix(gray(0.9), 0.5))
	paint := func(px, py int) rgb {
		if stripe && (px+py)%9 < 3 {
			return light(px, py)
		}
		return base(px, py)
	}
	c.shade(c.mask(1, blade), 1, paint)
	c.multiply(c.soften(c.mask(4, knot), 2), rgb{0.7, 0.68, 0.68})
	c.shade(c.mask(1, knot), 1, base)
}
