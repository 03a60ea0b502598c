package drawn

import "math"

// flow is the way a head of hair lies.
type flow int

const (
	flowDown flow = iota // falls from the parting
	flowUp               // brushed away from the forehead
	flowCurl             // has no direction
)

// hairdo is the hair of one photograph: where it grows and how it lies.
type hairdo struct {
	h        *head
	style    HairStyle
	flow     flow
	vol      float64 // how far it stands off
	line     []pt    // hairline on the face, left to right
	sideEnd  float64 // height where it ends beside the face
	long     float64 // height where long hair ends; 0 for short
	tucked   bool    // long hair behind the ears
	partX    float64
	field    field
	colour   rgb
	curlSize float64
}

func newHairdo(h *head) *hairdo {
	p := h.p
	d := &hairdo{h: h, style: p.Hair, vol: 0.05 + 0.14*p.Volume, field: newField(p.Strands), colour: p.HairColour, partX: p.Part, sideEnd: 0.14, curlSize: 1}
	d.tucked = p.Strands>>8%3 == 0
	switch p.Hair {
	case Buzz:
		d.vol, d.flow = 0.015, flowUp
	case ShortSide:
		d.flow = flowDown
		if math.Abs(d.partX) < 0.3 {
			d.partX = math.Copysign(0.42, p.Part+1e-9)
		}
	case Quiff:
		d.flow, d.vol = flowUp, d.vol+0.08
	case Crop, Pixie:
		d.flow = flowDown
	case ShortCurls:
		d.flow, d.vol = flowCurl, d.vol+0.05
	case Afro:
		d.flow, d.vol, d.curlSize = flowCurl, 0.28+0.35*p.Volume, 0.7
	case Bob, BobFringe:
		d.long = 0.75 + 0.35*p.Volume
	case Long, LongWavy:
		d.long = p.HairLength
	case LongCurls:
		d.long, d.flow, d.vol, d.curlSize = min(p.HairLength, 1.7), flowCurl, d.vol+0.14, 1.25
	case Bun:
		d.flow, d.vol = flowUp, 0.05+0.04*p.Volume
	}
	if h.s.Hat != NoHat && h.s.Hat != Scarf {
		d.vol = min(d.vol, 0.09)
	}
	if d.long > 0 && !d.tucked {
		d.sideEnd = d.long
	}
	d.hairline()
	return d
}

// hairline fills d.line with the limit of the hair on the face.
func (d *hairdo) hairline() {
	r := d.h.p.Recede
	us := []float64{-0.90, -0.845, -0.80, -0.66, -0.42, -0.2, 0, 0.2, 0.42, 0.66, 0.80, 0.845, 0.90}
	vs := []float64{0.16, -0.12, -0.42, -0.70 - 0.30*r, -0.85 - 0.36*r, -0.89 - 0.30*r, -0.90 - 0.22*r}
	get := func(i int) float64 {
		if i > 6 {
			i = 12 - i
		}
		return vs[i]
	}
	for i, u := range us {
		v := get(i)
		side := u * sign(d.partX) // positive on the side of the parting
		switch d.style {
		case BobFringe:
			if i > 1 && i < 11 {
				v = -0.40 + 0.06*math.Abs(u) + 0.03*float64(d.field.at(float64(i)*1.7, 0))
			}
		case Crop:
			if i > 2 && i < 10 {
				v = max(v, -0.60-0.25*r) + 0.07*float64(d.field.at(float64(i)*1.7, 0)) - 0.04
			}
		case Pixie:
			if i > 2 && i < 10 {
				v = lerp(-0.42, -0.86, step(-0.55, 0.55, side))
			}
		case ShortSide:
			if i > 2 && i < 10 {
				v += 0.17 * (1 - r) * step(0.5, -0.4, side)
			}
		case Long, LongWavy, Bob:
			if i > 2 && i < 10 && !d.tucked {
				// Hair swings out of the face from the parting.
				away := math.Abs(u - d.partX)
				v = -0.98 + 0.52*math.Pow(min(away/1.1, 1), 1.6)
			}
		}
		d.line = append(d.line, pt{u, v})
	}
}

func sign(x float64) float64 { return math.Copysign(1, x) }

func (d *hairdo) onFace(q pt) pt { return d.h.inside(q.x, q.y) }

// inside places a point of the face as at does, but never outside the outline.
func (h *head) inside(u, v float64) pt { return h.clip(h.at(u, v, 0.02)) }

// clip moves a point of the picture into the face's outline, at its height.
func (h *head) clip(s pt) pt {
	x, y := h.unflat(s.x, s.y)
	j := max(0, min(len(h.left)-1, spanIndex(y)))
	if h.right[j] > h.left[j] {
		x = clamp(x, float64(h.left[j])+0.05, float64(h.right[j])-0.05)
	}
	return h.flat(x, y)
}

// ring is the hair's outer limit from the left side over the top to the right one.
func (d *hairdo) ring(sideEnd float64) []pt {
	w := d.h.p.FaceWidth
	v, side := d.vol, 1.0
	if d.style == ShortSide || d.style == Quiff || d.style == Crop || d.style == Pixie {
		side = 0.25 // close-cut sides
	}
	flare := 0.0
	if d.long > 0 {
		flare = 0.05 + 0.16*d.h.p.Volume
	}
	right := []pt{{0, skullTop - 0.02 - v}, {0.36, skullTop + 0.04 - v*0.97}, {0.68 * w, -1.10 - v*0.85}, {0.93*w + v*(0.25+0.3*side), -0.75 - v*0.4}, {1.015*w + v*0.75*side, -0.3}}
	if sideEnd > 0.5 {
		right = append(right, pt{1.04*w + v*0.8 + flare*0.5, 0.2}, pt{1.03*w + v*0.7 + flare, sideEnd * 0.65}, pt{0.98*w + v*0.4 + flare*0.8, sideEnd})
	} else {
		right = append(right, pt{1.0*w + v*0.5*side, sideEnd*0.3 - 0.16}, pt{0.95 * w, sideEnd - 0.13})
	}
	h := d.h
	out := make([]pt, 0, 2*len(right))
	place := func(x, y float64) pt {
		z := -0.10 * h.sinY // the crown leans back as the face turns
		if y > 0 {
			z *= max(0, 1-y)
		}
		return h.flat(x+z, y*h.cosP+0.05*h.sinP)
	}
	for i := len(right) - 1; i > 0; i-- {
		out = append(out, place(-right[i].x, right[i].y))
	}
	for _, q := range right {
		out = append(out, place(q.x, q.y))
	}
	return out
}

// front is the hair over and beside the face.
func (d *hairdo) front() []contour {
	if d.style == Bald {
		return nil
	}
	end := d.sideEnd
	outer := open(d.ring(end)...)
	inner := make([]pt, 0, 20)
	w := d.h.p.FaceWidth
	lockEnd := func(side float64) []pt {
		h := d.h
		// The inner edge of long hair, beside the cheeks.
		return []pt{h.flat(side*(0.80*w), end), h.flat(side*0.88*w, end*0.7), h.edge(side*0.90*w, 0.35)}
	}
	if end > 0.5 {
		inner = append(inner, lockEnd(1)...)
	}
	// Before the ears short hair narrows to a sideburn.
	burn := func(side float64) (upper, lower pt) {
		w := d.h.p.FaceWidth
		return d.h.clip(d.h.solid(side*0.93*w, -0.07, 0.30)), d.h.clip(d.h.solid(side*0.92*w, 0.10, 0.43))
	}
	if end < 0.5 {
		upper, lower := burn(1)
		inner = append(inner, upper, lower)
	}
	for i := len(d.line) - 1; i >= 0; i-- {
		inner = append(inner, d.onFace(d.line[i]))
	}
	if end < 0.5 {
		upper, lower := burn(-1)
		inner = append(inner, lower, upper)
	}
	if end > 0.5 {
		l := lockEnd(-1)
		inner = append(inner, l[2], l[1], l[0])
	}
	if d.style == Fringe {
		return d.wreath()
	}
	shape := append(append(contour{}, outer...), open(inner...)...)
	out := []contour{shape}
	if d.flow == flowCurl {
		out = append(out, d.curls(outer)...)
	}
	return out
}

// wreath is what is left around the ears of a bald man.
func (d *hairdo) wreath() []contour {
	w := d.h.p.FaceWidth
	var out []contour
	for _, side := range []float64{-1, 1} {
		f := func(x, y float64) pt { return d.h.flat(side*x*w-0.06*d.h.sinY, y) }
		in := d.onFace(pt{side * 0.86, 0.12})
		up := d.onFace(pt{side * 0.83, -0.35})
		c := closed(f(0.98, 0.22), f(1.07, 0.0), f(1.08, -0.35), f(1.0, -0.62), f(0.9, -0.72), up, d.onFace(pt{side * 0.84, -0.1}), in)
		if side > 0 { // keep the winding of the others
			for i, j := 0, len(c)-1; i < j; i, j = i+1, j-1 {
				c[i], c[j] = c[j], c[i]
			}
		}
		out = append(out, c)
	}
	return out
}

// curls are round tufts along the outline.
func (d *hairdo) curls(outer contour) []contour {
	var out []contour
	for i := 0; i < len(outer); i += 2 {
		r := d.h.unit * d.curlSize * (0.075 + 0.06*float64(d.field.at(float64(i)*1.3, 7)))
		out = append(out, ellipse(outer[i], r, r, 0))
	}
	return out
}

// back is the hair behind head and neck.
func (d *hairdo) back() []contour {
	h := d.h
	switch {
	case d.style == Bun:
		r := (0.32 + 0.14*h.p.Volume) * h.unit
		return []contour{ellipse(h.flat(-0.25*h.sinY, skullTop-0.10), r*1.1, r, 0)}
	case d.style == Afro || d.long > 0:
		end := d.long
		if d.style == Afro {
			end = 0.35
		}
		ring := d.ring(max(end, 0.51))
		if d.style == Afro {
			for i := range ring {
				x, y := h.unflat(ring[i].x, ring[i].y)
				ring[i] = h.flat(x*1.04, y)
			}
		} else if !d.tucked {
			for i := range ring {
				x, y := h.unflat(ring[i].x, ring[i].y)
				ring[i] = h.flat(x*0.94, y-0.05)
			}
		}
		outer := closed(ring...)
		out := []contour{outer}
		if d.flow == flowCurl {
			out = append(out, d.curls(outer)...)
		}
		return out
	}
	return nil
}

// at is the hair's colour at a pixel; deep is 1 for hair in front, less behind.
func (d *hairdo) at(px, py int, deep float32) rgb {
	h := d.h
	x, y := h.unflat(float64(px)+0.5, float64(py)+0.5)
	x += 0.10 * h.sinY
	var strand, clump float32
	switch d.flow {
	case flowCurl:
		f := 5.5 / d.curlSize
		// Turned and warped, so that the noise's grid does not show.
		wx := x + 0.22*float64(d.field.at(x*3+40, y*3))
		wy := y + 0.22*float64(d.field.at(x*3, y*3+40))
		wx, wy = 0.8*wx+0.6*wy, 0.8*wy-0.6*wx
		a := d.field.at(wx*f, wy*f)
		b := d.field.at(wx*f*2.1+9, wy*f*2.1)
		// The contours of smooth noise run like curled locks.
		lock := a*4 - float32(int(a*4))
		lock = 2 * min(lock, 1-lock)
		strand = 0.42*lock*lock*(3-2*lock) + 0.58*b
		clump = d.field.at(x*2+30, y*2)
	case flowUp:
		s := math.Atan2(x, 0.55-y)
		strand = 0.6*d.field.at(s*30, y*1.6) + 0.4*d.field.at(s*74+5, y*2.4)
		clump = d.field.at(s*9+30, y)
	default:
		// Strands fan out below the parting and come to hang straight.
		fall := max(y+1.55, 0.25)
		fall = 1.9 * fall / (fall + 0.9)
		wave := 0.0
		if d.style == LongWavy && y > -0.6 {
			wave = 0.10 * math.Sin(y*6.5+float64(d.field.at(x*3, 3))*2) * step(-0.6, 0.3, y)
		}
		s := math.Atan((x + wave - d.partX*step(0.3, -0.7, y)) / fall)
		strand = 0.6*d.field.at(s*24, y*0.9) + 0.4*d.field.at(s*63+5, y*1.5)
		clump = d.field.at(s*7+30, y*0.7)
	}
	nx := clamp(x/(1.16+d.vol), -1, 1)
	ny := clamp((y+0.1)/(1.42+d.vol), -1, 0.4)
	nz := math.Sqrt(max(0.05, 1-nx*nx-ny*ny))
	n := vec{float32(nx) + (strand-0.5)*0.55, float32(ny), float32(nz)}.unit()
	i, t := h.lamp.on(n)
	i *= (0.58 + 0.50*strand + 0.22*clump) * deep
	col := d.colour.times(t).scale(min(i, 1.4))
	// The band of gloss across the strands.
	band := 0.0
	if e := (ny - (-0.62 + 0.25*h.s.LightY)) / 0.30; e*e < 1 {
		band = (1 - e*e) * (1 - e*e)
	}
	if y > 0.2 && d.long > 0 {
		if e := (y - 0.62) / 0.3; e*e < 1 {
			band += 0.5 * (1 - e*e)
		}
	}
	g := float32(band) * strand * strand * deep * h.lamp.key * max(0, 0.3+float32(nx)*h.lamp.dir.x+h.lamp.dir.z*0.6)
	if d.flow == flowCurl {
		g *= 0.4
	}
	if h.s.Scene == Stage || h.s.Scene == Bokeh {
		// Lights behind trace the outline.
		rim := float32(step(0.75, 0.1, nz) * 0.30)
		col = col.plus(h.s.Back[1].plus(d.colour).scale(rim * (0.4 + 0.6*strand)))
	}
	return col.plus(d.colour.scale(0.75).plus(gray(0.10)).times(h.lamp.keyTint).scale(g * 1.1))
}

func (c *canvas) paintBackHair(d *hairdo) {
	if d.h.s.Hat == Scarf {
		return
	}
	b := d.back()
	if b == nil {
		return
	}
	m := c.soften(c.mask(2, b...), 0)
	deep := float32(0.52)
	if d.style == Bun || d.style == Afro {
		deep = 0.85
	}
	c.shade(m, 1, func(x, y int) rgb { return d.at(x, y, deep) })
}

func (c *canvas) paintHair(d *hairdo) {
	if d.style == Bald || d.h.s.Hat == Scarf {
		return
	}
	h := d.h
	shapes := d.front()
	// The hair's shadow on the skin.
	off := 0.055 * h.unit * (0.6 + d.vol*3)
	var moved []contour
	for _, s := range shapes {
		t := make(contour, len(s))
		for i, q := range s {
			t[i] = pt{q.x - h.s.LightX*off, q.y + off}
		}
		moved = append(moved, t)
	}
	amount := float32(0.55)
	if d.style == Buzz || d.style == Fringe {
		amount = 0.2
	}
	c.multiply(c.soften(c.mask(7, moved...), 2).within(c.face), gray(1).mix(rgb{0.52, 0.40, 0.38}, amount))

	alpha := float32(1)
	soft := 0
	if d.style == Buzz || d.style == Fringe {
		alpha, soft = 0.8, 1
	}
	m := c.soften(c.mask(2+3*soft, shapes...), soft)
	c.shade(m, alpha, func(x, y int) rgb { return d.at(x, y, 1) })
	if d.style == Buzz || d.style == Fringe {
		return
	}
	c.paintWisps(d)
}

// paintWisps breaks the hard edge of the hairline with single strands.
func (c *canvas) paintWisps(d *hairdo) {
	h := d.h
	var pts []pt
	for _, q := range d.line {
		pts = append(pts, d.onFace(q))
	}
	line := open(pts...)
	from, to := 8, len(line)-8
	for i := from; i < to; i += 2 {
		q := line[i]
		x, y := h.unflat(q.x, q.y)
		r1, r2 := float64(d.field.at(float64(i)*0.9, 50)), float64(d.field.at(float64(i)*0.9, 60))
		var a, b pt
		switch {
		case d.flow == flowCurl:
			r := h.unit * d.curlSize * (0.05 + 0.04*r1)
			c.shade(c.mask(1, ellipse(pt{q.x, q.y - r*0.4}, r, r*0.8, 0)), 0.85, func(px, py int) rgb { return d.at(px, py, 1) })
			continue
		case d.flow == flowUp:
			a = h.flat(x, y+0.025+0.03*r1)
			b = h.flat(x*1.03+0.05*(r2-0.5), y-0.20-0.08*r2)
		default:
			dir := sign(x - d.partX)
			l := 0.02 + 0.05*r1
			a = h.flat(x-dir*0.10, y-0.17)
			b = h.flat(x+dir*(0.04+0.05*r2), y+l)
		}
		mid := a.to(b, 0.5)
		col := d.at(int(clamp(mid.x, 0, Size-1)), int(clamp(mid.y, 0, Size-1)), 0.8+0.35*float32(r2))
		c.fill(c.mask(1, ribbon(contour{a, mid, b}, tapered(1.2+0.8*r1))), 0.6, col)
	}
}
