package drawn

import "math"

// scenery is the background at a quarter of the resolution: it is out of focus.
const (
	coarse     = 4
	sceneSide  = Size/coarse + 3
	sceneScale = 1.0 / sceneSide
)

type scenery struct {
	pix [sceneSide * sceneSide]rgb
}

// paintBackground fills the whole canvas.
func (c *canvas) paintBackground(s *Shot) {
	b := new(scenery)
	d := newDice(s.BackSeed, 1, 1)
	switch s.Scene {
	case Bokeh:
		b.bokeh(d, s)
	case Wall:
		b.wall(d, s)
	case Outdoor:
		b.outdoor(d, s)
	case Street:
		b.street(d, s)
	case Stage:
		b.stage(d, s)
	default:
		b.studio(d, s)
	}
	b.blur()
	// Bilinear interpolation up to the canvas.
	for y := range Size {
		fy := (float32(y)+0.5)/coarse + 0.5
		j := int(fy)
		v := fy - float32(j)
		row := c.pix[y*Size*3 : (y+1)*Size*3]
		for x := range Size {
			fx := (float32(x)+0.5)/coarse + 0.5
			i := int(fx)
			u := fx - float32(i)
			q := b.pix[j*sceneSide+i:]
			p := q[0].mix(q[1], u).mix(q[sceneSide].mix(q[sceneSide+1], u), v)
			row[x*3], row[x*3+1], row[x*3+2] = p.r, p.g, p.b
		}
	}
}

// each sets every cell from its place, x and y in [0, 1].
func (b *scenery) each(f func(x, y float64, old rgb) rgb) {
	for j := range sceneSide {
		for i := range sceneSide {
			p := &b.pix[j*sceneSide+i]
			*p = f(float64(i)*sceneScale, float64(j)*sceneScale, *p)
		}
	}
}

// blob lays a soft disc of radius r over the scene; hard is 0 for a gaussian
// look, 1 for a disc with an edge.
func (b *scenery) blob(x, y, r float64, col rgb, alpha, hard float64) {
	i0, i1 := max(0, int((x-r)*sceneSide)), min(sceneSide-1, int((x+r)*sceneSide)+1)
	j0, j1 := max(0, int((y-r)*sceneSide)), min(sceneSide-1, int((y+r)*sceneSide)+1)
	for j := j0; j <= j1; j++ {
		for i := i0; i <= i1; i++ {
			dx, dy := (float64(i)*sceneScale-x)/r, (float64(j)*sceneScale-y)/r
			q := 1 - dx*dx - dy*dy
			if q <= 0 {
				continue
			}
			t := lerp(q*q, step(0, 0.25, q), hard) * alpha
			p := &b.pix[j*sceneSide+i]
			*p = p.mix(col, float32(t))
		}
	}
}

func (b *scenery) rect(x0, y0, x1, y1 float64, col rgb, alpha float64) {
	for j := max(0, int(y0*sceneSide)); j < min(sceneSide, int(y1*sceneSide)); j++ {
		for i := max(0, int(x0*sceneSide)); i < min(sceneSide, int(x1*sceneSide)); i++ {
			p := &b.pix[j*sceneSide+i]
			*p = p.mix(col, float32(alpha))
		}
	}
}

// blur softens the scene a little so that nothing behind is sharper than the face.
func (b *scenery) blur() {
	var row [sceneSide]rgb
	for range 2 {
		for j := range sceneSide {
			line := b.pix[j*sceneSide : (j+1)*sceneSide]
			copy(row[:], line)
			for i := range line {
				l, r := row[max(i-1, 0)], row[min(i+1, sceneSide-1)]
				line[i] = row[i].scale(0.5).plus(l.plus(r).scale(0.25))
			}
		}
		for i := range sceneSide {
			for j := range sceneSide {
				row[j] = b.pix[j*sceneSide+i]
			}
			for j := range sceneSide {
				l, r := row[max(j-1, 0)], row[min(j+1, sceneSide-1)]
				b.pix[j*sceneSide+i] = row[j].scale(0.5).plus(l.plus(r).scale(0.25))
			}
		}
	}
}

func (b *scenery) studio(d dice, s *Shot) {
	a, z := s.Back[0].scale(1.15), s.Back[0].mix(s.Back[1], 0.25).scale(0.5)
	cx, cy := 0.5-0.3*s.LightX, 0.42
	f := newField(d.Uint64())
	b.each(func(x, y float64, _ rgb) rgb {
		r := math.Sqrt((x-cx)*(x-cx) + (y-cy)*(y-cy))
		cloud := 0.14 * (float64(f.at(x*4, y*4)) + 0.5*float64(f.at(x*9, y*9)) - 0.75)
		return a.mix(z, float32(clamp(r*1.25+cloud, 0, 1)))
	})
}

func (b *scenery) bokeh(d dice, s *Shot) {
	a, z := s.Back[0].scale(0.42), s.Back[1].scale(0.26)
	b.each(func(x, y float64, _ rgb) rgb { return a.mix(z, float32(0.7*y+0.3*x)) })
	warm := []rgb{{1, 0.80, 0.45}, {1, 0.93, 0.75}, {0.95, 0.5, 0.35}, {0.55, 0.75, 1}, {0.6, 0.9, 0.65}}
	base := d.IntN(len(warm))
	for range 26 {
		col := warm[base]
		if d.chance(0.4) {
			col = warm[d.IntN(len(warm))]
		}
		b.blob(d.Float64(), d.Float64()*0.85, d.between(0.03, 0.10), col, d.between(0.15, 0.6), 0.85)
	}
}

func (b *scenery) wall(d dice, s *Shot) {
	col := s.Back[0]
	lx := s.LightX
	b.each(func(x, y float64, _ rgb) rgb { return col.scale(float32(0.95 + 0.35*lx*(x-0.5) - 0.2*y)) })
	switch d.IntN(3) {
	case 0: // panels
		w := d.between(0.12, 0.3)
		for x := d.between(-w, 0); x < 1; x += w {
			b.rect(x, 0, x+0.025, 1, col.scale(0.62), 0.8)
			b.rect(x+0.025, 0, x+0.045, 1, col.scale(1.25), 0.5)
		}
	case 1: // pictures, a shelf
		for range 3 {
			x, y := d.between(-0.1, 0.85), d.between(-0.05, 0.45)
			w, t := d.between(0.15, 0.35), d.between(0.15, 0.4)
			frame := s.Back[2].scale(float32(d.between(0.4, 0.9)))
			b.rect(x, y, x+w, y+t, frame, 1)
			b.rect(x+0.03, y+0.03, x+w-0.03, y+t-0.03, s.Back[1].scale(float32(d.between(0.7, 1.3))), 0.9)
		}
	default: // books
		for y := d.between(0, 0.1); y < 1; y += 0.27 {
			for x := -0.02; x < 1; {
				w := d.between(0.025, 0.065)
				book := s.Back[d.IntN(3)].mix(cloths[d.IntN(len(cloths))], 0.6).scale(float32(d.between(0.5, 1)))
				b.rect(x, y+d.between(0, 0.06), x+w, y+0.24, book, 1)
				x += w + 0.006
			}
			b.rect(0, y+0.24, 1, y+0.275, rgb{0.30, 0.20, 0.13}, 1)
		}
	}
}

func (b *scenery) outdoor(d dice, s *Shot) {
	skies := []rgb{{0.55, 0.74, 0.95}, {0.80, 0.88, 0.96}, {0.98, 0.82, 0.64}, {0.66, 0.78, 0.88}}
	sky := skies[d.IntN(len(skies))]
	low := sky.mix(rgb{1, 0.95, 0.88}, 0.6)
	horizon := d.between(0.25, 0.85)
	greens := []rgb{{0.25, 0.42, 0.18}, {0.38, 0.52, 0.22}, {0.18, 0.32, 0.17}, {0.55, 0.58, 0.28}, {0.62, 0.42, 0.18}}
	g := greens[d.IntN(len(greens))]
	f := newField(d.Uint64())
	b.each(func(x, y float64, _ rgb) rgb {
		edge := horizon + 0.16*(float64(f.at(x*3, 0))-0.5) + 0.08*(float64(f.at(x*9, 4))-0.5)
		top := sky.mix(low, float32(clamp(y/horizon, 0, 1)))
		cloud := f.at(x*3+20, y*6)
		top = top.mix(gray(1), max(0, cloud-0.55)*1.2)
		land := g.scale(0.65 + 0.7*f.at(x*11, y*11+30))
		return top.mix(land, float32(step(edge-0.04, edge+0.04, y)))
	})
	for range 20 {
		x, y := d.Float64(), lerp(horizon-0.1, 1, d.Float64())
		col := greens[d.IntN(len(greens))].scale(float32(d.between(0.6, 1.5)))
		b.blob(x, y, d.between(0.03, 0.11), col, d.between(0.3, 0.7), 0.3)
	}
	if d.chance(0.5) { // sun through leaves
		for range 9 {
			b.blob(d.Float64(), horizon+d.between(-0.2, 0.3), d.between(0.02, 0.06), rgb{1, 0.97, 0.8}, d.between(0.2, 0.5), 0.8)
		}
	}
}

func (b *scenery) street(d dice, s *Shot) {
	sky := rgb{0.78, 0.84, 0.90}.mix(s.Back[0], 0.25)
	b.each(func(x, y float64, _ rgb) rgb { return sky.scale(float32(1.05 - 0.2*y)) })
	for x := d.between(-0.15, 0); x < 1; {
		w := d.between(0.14, 0.34)
		top := d.between(-0.1, 0.55)
		col := s.Back[d.IntN(3)].scale(float32(d.between(0.45, 0.95)))
		b.rect(x, top, x+w, 1, col, 1)
		for wy := top + 0.05; wy < 1; wy += 0.13 {
			for wx := x + 0.03; wx < x+w-0.04; wx += 0.085 {
				lit := col.scale(0.6)
				if d.chance(0.3) {
					lit = rgb{0.98, 0.85, 0.55}
				}
				b.rect(wx, wy, wx+0.045, wy+0.07, lit, 0.75)
			}
		}
		x += w
	}
}

func (b *scenery) stage(d dice, s *Shot) {
	dark := s.Back[0].scale(0.16)
	b.each(func(x, y float64, _ rgb) rgb { return dark.scale(float32(1.2 - 0.6*y)) })
	for range 2 + d.IntN(3) {
		col := s.Back[d.IntN(3)].mix(rgb{0.5, 0.3, 0.9}, float32(0.3*d.Float64()))
		b.blob(d.Float64(), d.between(0, 0.6), d.between(0.2, 0.5), col, d.between(0.3, 0.7), 0)
	}
	if d.chance(0.5) {
		for range 4 {
			b.blob(d.Float64(), d.between(0, 0.4), d.between(0.02, 0.05), rgb{1, 0.95, 0.85}, 0.9, 0.6)
		}
	}
}
