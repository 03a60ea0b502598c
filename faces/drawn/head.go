package drawn

import "math"

// head places one person's face in one photograph.
//
// Face coordinates (u, v) have their origin between the eyes; one unit is half
// the width of an average face, u runs to the right of the picture, v down. A
// third coordinate stands out of the face. The head is a rounded block that is
// turned and then projected in parallel.
type head struct {
	p    *Person
	s    *Shot
	lamp lamp
	skin *skinRamp

	cx, cy, unit           float64 // picture position of the origin; pixels in a unit
	sinY, cosY, sinP, cosP float64
	sinR, cosR             float64

	face        contour // outline in the picture
	left, right [Size + 1]float32
	bumps       []bump
	tints       []tint
}

// bump is a hill (or a hollow) of the face that only light reveals.
type bump struct{ u, v, su, sv, height float32 }

// tint multiplies the colour of a soft oval part of the face.
type tint struct {
	u, v, su, sv float32
	by           rgb // minus one
}

func newHead(p *Person, s *Shot) *head {
	h := &head{p: p, s: s, lamp: newLamp(s), skin: newSkinRamp(p.Skin)}
	h.unit = 44.5 * s.Scale
	h.sinY, h.cosY = math.Sincos(s.Yaw)
	h.sinP, h.cosP = math.Sincos(s.Pitch)
	h.sinR, h.cosR = math.Sincos(s.Roll)
	// A face detector centres on the features, not on the skull.
	h.cx = Size/2 + s.DX - 0.62*h.sinY*h.unit + 0.5*h.sinR*h.unit
	h.cy = 0.445*Size + s.DY - 0.5*h.sinP*h.unit
	h.outline()
	h.relief()
	h.complexion()
	return h
}

const headDepth = 0.95

// depth is how far the face's surface lies before the axis of the turn.
func depth(u, v float64) float64 {
	a, b := u/1.12, (v-0.1)/1.62
	return headDepth * math.Sqrt(max(0.04, 1-a*a-b*b))
}

// at projects the point (u, v) of the face, standing out by d.
func (h *head) at(u, v, d float64) pt { return h.solid(u, v, depth(u, v)+d) }

// solid projects a point of space, z before the axis of the turn.
func (h *head) solid(x, y, z float64) pt {
	x, z = x*h.cosY+z*h.sinY, z*h.cosY-x*h.sinY
	y = y*h.cosP + z*h.sinP
	return h.flat(x, y)
}

// flat places a point given in face units but not turned, only tilted.
func (h *head) flat(x, y float64) pt {
	return pt{h.cx + h.unit*(x*h.cosR-y*h.sinR), h.cy + h.unit*(x*h.sinR+y*h.cosR)}
}

// edge places a point of the silhouette: it turns with the jaw, less with the skull.
func (h *head) edge(x, y float64) pt {
	z := 0.52 * step(-0.3, 1.3, y)
	return h.flat(x+z*h.sinY, y*h.cosP+(z+0.1)*h.sinP)
}

// unflat undoes flat.
func (h *head) unflat(px, py float64) (x, y float64) {
	dx, dy := (px-h.cx)/h.unit, (py-h.cy)/h.unit
	return dx*h.cosR + dy*h.sinR, dy*h.cosR - dx*h.sinR
}

// faceAt is the face coordinate seen at the untilted point (x, y).
func (h *head) faceAt(x, y float64) (u, v float64) {
	a, b := x/1.12, (y-0.1)/1.62
	z := headDepth * math.Sqrt(max(0.04, 1-a*a-b*b))
	v = y*h.cosP - z*h.sinP
	z = z*h.cosP + y*h.sinP*0.5
	return x*h.cosY - z*h.sinY, v
}

// skull is the half width of the head and its top, in units.
const skullTop = -1.30

func (h *head) outline() {
	p := h.p
	w, f := p.FaceWidth, p.Forehead
	full := 0.035 * p.Chubby
	open := 0.07 * h.s.Open // an open mouth lowers the chin
	chin := p.ChinLength + open
	right := []pt{
		{0.55 * f, -1.17}, {0.87 * f, -0.78}, {0.985 * w * f, -0.3}, {0.99 * w, 0.1}, {(0.93 + full) * w, 0.48},
		{(p.Jaw + full) * w, 0.84}, {(0.46*p.Jaw + 0.46*p.ChinWidth + full) * w, 1.13}, {p.ChinWidth * 0.72, chin - 0.045},
	}
	ring := []pt{h.edge(0, skullTop)}
	for _, q := range right {
		ring = append(ring, h.edge(q.x, q.y))
	}
	ring = append(ring, h.edge(0, chin))
	for i := len(right) - 1; i >= 0; i-- {
		ring = append(ring, h.edge(-right[i].x, right[i].y))
	}
	h.face = closed(ring...)
	h.spans()
}

// spans notes, for every untilted height, where the face begins and ends; light
// follows the outline that way.
func (h *head) spans() {
	for i := range h.left {
		h.left[i], h.right[i] = 1, -1
	}
	n := len(h.face)
	for i, a := range h.face {
		b := h.face[(i+1)%n]
		for k := range 8 {
			q := a.to(b, float64(k)/8)
			x, y := h.unflat(q.x, q.y)
			if j := spanIndex(y); j >= 0 && j < len(h.left) {
				h.left[j], h.right[j] = min(h.left[j], float32(x)), max(h.right[j], float32(x))
			}
		}
	}
	h.lastSpans()
}

// lastSpans returns heights above and below the face the span of its end.
func (h *head) lastSpans() {
	mid := len(h.left) / 2
	for i := mid; i < len(h.left); i++ {
		if h.right[i]-h.left[i] < 0.5 {
			h.left[i], h.right[i] = h.left[i-1], h.right[i-1]
		}
	}
	for i := mid; i >= 0; i-- {
		if h.right[i]-h.left[i] < 0.5 {
			h.left[i], h.right[i] = h.left[i+1], h.right[i+1]
		}
	}
}

func spanIndex(y float64) int { return int((y + 1.6) * 60) }

// normal is the direction the bare head faces at the untilted point (x, y).
func (h *head) normal(x, y float64) vec {
	j := max(0, min(len(h.left)-1, spanIndex(y)))
	l, r := float64(h.left[j]), float64(h.right[j])
	if r-l < 0.2 {
		l, r = x-0.4, x+0.4
	}
	nx := clamp((2*x-l-r)/(r-l), -1, 1)
	ny := (y + 0.05) / 1.55
	nx, ny = nx*(0.55+0.45*nx*nx), ny*math.Abs(ny)*0.6+ny*0.25
	nz := math.Sqrt(max(0.02, 1-nx*nx-ny*ny))
	return vec{float32(nx), float32(ny), float32(nz)}.unit()
}

// relief lists the hills of the face, moved as far as they stand out.
func (h *head) relief() {
	p, s := h.p, h.s
	nb := noseBase(p)
	add := func(u, v, su, sv, height, out float64) {
		h.bumps = append(h.bumps, bump{float32(u + out*h.sinY), float32(v + out*h.sinP), float32(su), float32(sv), float32(height)})
	}
	es := p.EyeSpacing
	add(0, nb*0.5, 0.19, 0.60, 0.075*p.NoseBridge, 0.10) // bridge
	add(0, nb-0.05, 0.20*p.NoseTip, 0.19, 0.15, 0.22)    // tip
	add(-0.15*p.NoseWidth, nb+0.005, 0.12, 0.11, 0.06, 0.12)
	add(0.15*p.NoseWidth, nb+0.005, 0.12, 0.11, 0.06, 0.12)
	smile := max(0, s.Smile)
	for _, side := range []float64{-1, 1} {
		add(side*es, 0.0, 0.36, 0.24, -0.055, 0)                                                     // socket
		add(side*es, 0.02, 0.25, 0.15, 0.05, 0)                                                      // eyeball
		add(side*(es+0.02), -0.29, 0.42, 0.15, 0.014+0.03*boolf(p.Male)*(1-p.child()), 0)            // brow ridge
		add(side*0.56, 0.44-0.05*smile, 0.38, 0.36, 0.045+0.035*p.Cheek+0.06*smile+0.03*p.Chubby, 0) // cheek
		add(side*0.50, 0.86, 0.22, 0.34, -0.015*(1-p.Chubby)*p.Cheek, 0)                             // hollow below
		add(side*0.16, -0.62, 0.42, 0.34, 0.02, 0)                                                   // forehead
	}
	m := mouthHeight(p)
	add(0, m, 0.48, 0.30, 0.055, 0)
	add(0, m+0.23+0.06*s.Open, 0.22, 0.10, -0.04, 0) // below the lower lip
	add(0, p.ChinLength-0.14, 0.28*p.ChinWidth/0.4, 0.19, 0.06, 0)
	add(0, m-0.2, 0.05, 0.12, -0.012, 0.05) // philtrum
}

func boolf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func (h *head) complexion() {
	p, s := h.p, h.s
	add := func(u, v, su, sv float64, by rgb, amount float64) {
		a := float32(amount)
		h.tints = append(h.tints, tint{float32(u), float32(v), float32(su), float32(sv), rgb{(by.r - 1) * a, (by.g - 1) * a, (by.b - 1) * a}})
	}
	red := rgb{1.03, 0.80, 0.79}
	dark := rgb{0.72, 0.62, 0.62}
	flush := clamp(0.2+0.6*p.Redness+0.8*s.Flush+0.35*s.Makeup, 0, 1.5) * lerp(0.5, 1, p.Tone)
	nb, es := noseBase(p), p.EyeSpacing
	for _, side := range []float64{-1, 1} {
		add(side*0.60, 0.47, 0.42, 0.36, red, 0.62*flush)
		add(side*es, -0.02, 0.40, 0.24, dark, 0.18)    // sockets lie deeper
		add(side*es*0.52, 0.0, 0.15, 0.22, dark, 0.14) // beside the bridge
		add(side*es*1.0, 0.19, 0.26, 0.11, rgb{0.74, 0.64, 0.72}, 0.02+0.42*p.Bags)
		add(side*0.21, nb, 0.10, 0.14, dark, 0.22)
	}
	add(0.2*h.sinY, nb-0.03, 0.2, 0.2, red, 0.4*flush+0.15)
	add(0, p.ChinLength-0.12, 0.3, 0.2, red, 0.2*flush)
	add(0, -0.7, 0.9, 0.5, rgb{1.0, 0.99, 0.93}, 0.6)
	m := mouthHeight(p)
	add(0, m+0.22+0.08*s.Open, 0.24, 0.1, dark, 0.30)
	add(0, nb+0.12, 0.22, 0.1, dark, 0.28)
	if s.Makeup > 0.2 {
		for _, side := range []float64{-1, 1} {
			add(side*(es+0.03), -0.13, 0.34, 0.16, rgb{0.72, 0.58, 0.66}, 0.75*s.Makeup)
		}
	}
}

func noseBase(p *Person) float64    { return 0.53 * p.NoseLength }
func mouthHeight(p *Person) float64 { return 0.945 + p.MouthHeight - 0.07*p.child() }

// light is the intensity and tint of the light at the picture's point (px, py),
// on the face with its relief.
func (h *head) light(px, py float64) (n vec, u, v float32) {
	x, y := h.unflat(px, py)
	n = h.normal(x, y)
	fu, fv := h.faceAt(x, y)
	u, v = float32(fu), float32(fv)
	gu, gv := float32(0), float32(0)
	for i := range h.bumps {
		b := &h.bumps[i]
		du, dv := (u-b.u)/b.su, (v-b.v)/b.sv
		r := 1 - du*du - dv*dv
		if r <= 0 {
			continue
		}
		// height*(1-r²)² falls off smoothly and ends.
		k := 4 * b.height * r
		gu += k * du / b.su
		gv += k * dv / b.sv
	}
	n = vec{n.x + gu*0.8, n.y + gv*0.8, n.z}.unit()
	return n, u, v
}

// skinAt is the painted skin at a pixel.
func (h *head) skinAt(px, py int) rgb {
	n, u, v := h.light(float64(px)+0.5, float64(py)+0.5)
	i, t := h.lamp.on(n)
	col := h.skin.at(i).times(t)
	for k := range h.tints {
		b := &h.tints[k]
		du, dv := (u-b.u)/b.su, (v-b.v)/b.sv
		r := 1 - du*du - dv*dv
		if r <= 0 {
			continue
		}
		r *= r
		col.r *= 1 + b.by.r*r
		col.g *= 1 + b.by.g*r
		col.b *= 1 + b.by.b*r
	}
	g := h.lamp.gloss(n, 4) * float32(0.10+0.20*h.p.Shine+0.15*h.s.Flash)
	return col.plus(h.lamp.keyTint.scale(g * (0.4 + 0.6*float32(h.p.Tone))))
}

// lit is a matt colour in the light that falls on the face near (u, v).
func (h *head) lit(c rgb, u, v float64) rgb {
	q := h.at(u, v, 0)
	x, y := h.unflat(q.x, q.y)
	return h.lamp.lit(c, h.normal(x, y))
}

// paintHead paints the bare face. Its light is smooth, so every second pixel
// of every second row is worked out and the rest interpolated.
func (c *canvas) paintHead(h *head) {
	drop := make(contour, len(h.face))
	for i, q := range h.face {
		drop[i] = pt{q.x - h.s.LightX*0.2*h.unit, q.y + (0.14-0.12*h.s.LightY)*h.unit}
	}
	c.multiply(c.soften(c.mask(9, drop), 3).within(c.neck), rgb{0.60, 0.51, 0.50})
	m := c.mask(2, h.face)
	c.face = m
	w, n := m.w/2+2, m.h/2+2
	if len(c.skin) < w*n {
		c.skin = make([]rgb, w*n)
	}
	for j := range n {
		for i := range w {
			c.skin[j*w+i] = h.skinAt(m.x0+2*i, m.y0+2*j)
		}
	}
	c.shade(m, 1, func(x, y int) rgb {
		x, y = x-m.x0, y-m.y0
		q := c.skin[y/2*w+x/2:]
		v := q[0]
		if x&1 != 0 {
			v = v.plus(q[1]).scale(0.5)
		}
		if y&1 != 0 {
			o := q[w]
			if x&1 != 0 {
				o = o.plus(q[w+1]).scale(0.5)
			}
			v = v.plus(o).scale(0.5)
		}
		return v
	})
}

// paintNeck paints the neck behind the chin, in its shade.
func (c *canvas) paintNeck(h *head) {
	p := h.p
	w := 0.53*p.FaceWidth + 0.12*boolf(p.Male)*(1-p.child()) + 0.1*p.Chubby - 0.15*p.child()
	q := func(x, y float64) pt { return h.flat(x, y) }
	neck := closed(q(-w*0.95, 0.6), q(w*0.95, 0.6), q(w, 1.3), q(w*1.05, 1.7), q(w*1.5, 2.1), q(w*2.2, 2.6), q(0, 3), q(-w*2.2, 2.6), q(-w*1.5, 2.1), q(-w*1.05, 1.7), q(-w, 1.3))
	m := c.mask(1, neck)
	c.neck = m
	c.shade(m, 1, func(px, py int) rgb {
		x, y := h.unflat(float64(px), float64(py))
		nx := clamp(x/w/1.1, -1, 1)
		n := vec{float32(nx * 0.8), 0.15, float32(math.Sqrt(1.05 - nx*nx*0.8))}.unit()
		i, t := h.lamp.on(n)
		occl := 0.66 + 0.28*step(1.3, 2.1, y)
		return h.skin.at(i * float32(occl)).times(t)
	})
	// The two muscles and the hollow between the collar bones.
	for _, side := range []float64{-1, 1} {
		line := open(q(side*w*0.7, 1.35), q(side*w*0.45, 1.7), q(side*0.09, 2.05))
		c.multiply(c.soften(c.mask(4, ribbon(line, tapered(0.09*h.unit))), 2), rgb{0.86, 0.8, 0.79})
	}
}

// paintEars paints those ears that can be seen.
func (c *canvas) paintEars(h *head) {
	for _, side := range []float64{-1, 1} {
		away := side * h.sinY // positive: the far ear
		if away > 0.3 {
			continue
		}
		w := h.p.FaceWidth
		e := func(x, y float64) pt { return h.solid(side*(w*0.96+x), y, -0.12) }
		ear := closed(e(-0.04, -0.12), e(0.06, -0.2), e(0.15, -0.13), e(0.16, 0.08), e(0.1, 0.3), e(0.03, 0.43), e(-0.06, 0.4), e(-0.08, 0.1))
		m := c.mask(1, ear)
		n := vec{float32(side * 0.45), 0, 0.8}.unit()
		i, t := h.lamp.on(n)
		base := h.skin.at(i * 0.9).times(t).times(rgb{1.02, 0.92, 0.91})
		c.fill(m, 1, base)
		inner := open(e(0.10, -0.08), e(0.115, 0.06), e(0.06, 0.2), e(0.02, 0.30))
		c.multiply(c.soften(c.mask(3, ribbon(inner, tapered(0.10*h.unit))), 1).within(m), rgb{0.66, 0.55, 0.54})
		c.multiply(c.soften(c.mask(3, ellipse(e(0.02, 0.1), 0.06*h.unit, 0.1*h.unit, 0)), 2).within(m), rgb{0.6, 0.48, 0.47})
		if h.p.Earrings {
			c.paintEarring(h, e(0.03, 0.46))
		}
	}
}

func (c *canvas) paintEarring(h *head, at pt) {
	r := 0.055 * h.unit
	if h.p.Strands%3 == 0 {
		ring := ribbon(ellipse(pt{at.x, at.y + 2*r}, 1.9*r, 2.3*r, 0), even(1.3))
		c.fill(c.mask(1, ring), 1, h.p.Jewels.scale(0.8))
		return
	}
	c.fill(c.mask(1, ellipse(at, r, r, 0)), 1, h.p.Jewels.scale(0.75))
	c.fill(c.mask(1, ellipse(pt{at.x - r*0.3, at.y - r*0.3}, r*0.4, r*0.4, 0)), 1, rgb{1, 1, 0.97})
}
