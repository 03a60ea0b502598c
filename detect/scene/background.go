package scene

import (
	"math"
	"math/rand/v2"

	"likeness/pix"
)

// background fills the photograph with something in which there is no upright face.
func (c *Composer) background(rng *rand.Rand, m *pix.Image) {
	switch k := rng.IntN(20); {
	case k < 9:
		c.overturned(rng, m, 1+rng.IntN(3))
	case k < 11:
		c.overturned(rng, m, 12+rng.IntN(30))
	case k < 12:
		leaves(rng, m)
	case k < 13 && len(c.empty) > 0:
		cover(rng, m, c.empty[rng.IntN(len(c.empty))], 0, rng.Float64()*0.4-0.2)
	case k < 15:
		c.words(rng, m)
	case k < 17:
		gradient(rng, m)
	case k < 18:
		pattern(rng, m)
	default:
		clouds(rng, m)
	}
	if rng.IntN(3) == 0 {
		shapes(rng, m)
	}
}

// overturned covers the photograph with portraits that stand on their head: the textures, the edges and the colours of real
// photographs, and no upright face, known or unknown. With more than one the photograph is cut into as many rectangles.
func (c *Composer) overturned(rng *rand.Rand, m *pix.Image, parts int) {
	cover := func(part *pix.Image) {
		turn := math.Pi + rng.NormFloat64()*0.3
		cover(rng, part, c.portraits[rng.IntN(len(c.portraits))].mips, 0.15, turn)
	}
	cover(m)
	// The more parts, the smaller they are, so that each photograph takes about as long.
	share := min(1, 2/math.Sqrt(float64(parts)))
	for range parts - 1 {
		w, h := 1+rng.IntN(max(1, int(share*float64(m.W)))), 1+rng.IntN(max(1, int(share*float64(m.H))))
		part := pix.New(w, h)
		cover(part)
		x0, y0 := rng.IntN(m.W-w+1), rng.IntN(m.H-h+1)
		for y := range h {
			copy(m.Pix[((y0+y)*m.W+x0)*3:][:w*3], part.Pix[y*w*3:][:w*3])
		}
	}
}

// cover fills m with a part of a picture, from the whole of it to the given share of its side.
func cover(rng *rand.Rand, m *pix.Image, mips []*pix.Image, smallest, turn float64) {
	src := mips[0]
	share := math.Exp(rng.Float64() * math.Log(max(smallest, 0.3)))
	scale := float64(max(m.W, m.H)) / (float64(min(src.W, src.H)) * share)
	x, y := rng.Float64()*float64(src.W), rng.Float64()*float64(src.H)
	t := placed(x, y, float64(m.W)/2, float64(m.H)/2, scale, turn, rng.IntN(2) == 0)
	s := newSampler(mips, t)
	s.reflect = true
	for y := range m.H {
		for x := range m.W {
			r, g, b := s.colour(float64(x), float64(y))
			p := m.Pix[(y*m.W+x)*3:][:3]
			p[0], p[1], p[2] = level(r), level(g), level(b)
		}
	}
}

// colours draws two colours, often near to each other.
func colours(rng *rand.Rand) (a, b [3]float32) {
	far := float32(0.1 + 0.9*rng.Float64()*rng.Float64())
	for k := range a {
		a[k] = float32(rng.Float64() * 255)
		b[k] = a[k] + far*(float32(rng.Float64()*255)-a[k])
	}
	if rng.IntN(3) == 0 { // shades of skin
		tone := float32(60 + 180*rng.Float64())
		a = [3]float32{tone, tone * 0.76, tone * 0.62}
	}
	return a, b
}

// paint sets each pixel between two colours.
func paint(rng *rand.Rand, m *pix.Image, share func(x, y float64) float64) {
	a, b := colours(rng)
	for y := range m.H {
		for x := range m.W {
			v := float32(min(max(share(float64(x), float64(y)), 0), 1))
			p := m.Pix[(y*m.W+x)*3:][:3]
			for k := range p {
				p[k] = level(a[k] + v*(b[k]-a[k]))
			}
		}
	}
}

func gradient(rng *rand.Rand, m *pix.Image) {
	sin, cos := math.Sincos(rng.Float64() * 2 * math.Pi)
	length := float64(max(m.W, m.H)) * (0.5 + rng.Float64())
	round := rng.IntN(2) == 0
	cx, cy := rng.Float64()*float64(m.W), rng.Float64()*float64(m.H)
	paint(rng, m, func(x, y float64) float64 {
		if round {
			return math.Hypot(x-cx, y-cy) / length
		}
		return 0.5 + ((x-cx)*cos+(y-cy)*sin)/length
	})
}

// pattern paints stripes, tiles or bricks.
func pattern(rng *rand.Rand, m *pix.Image) {
	sin, cos := math.Sincos((rng.Float64() - 0.5) * 0.5 * float64(rng.IntN(4)))
	width := 2 + rng.Float64()*rng.Float64()*60
	tall := width * (0.4 + rng.Float64())
	kind, sharp := rng.IntN(4), 0.5+6*rng.Float64()
	wave := func(v float64) float64 { return min(max(0.5+sharp*math.Sin(v*2*math.Pi), 0), 1) }
	paint(rng, m, func(x, y float64) float64 {
		u, v := (x*cos+y*sin)/width, (y*cos-x*sin)/tall
		switch kind {
		case 0:
			return wave(u)
		case 1:
			return math.Abs(wave(u) - wave(v))
		case 2:
			return max(wave(u+0.5*math.Floor(v)), wave(v))
		}
		return wave(math.Hypot(u, v))
	})
}

// clouds paints noise of several sizes.
func clouds(rng *rand.Rand, m *pix.Image) {
	type layer struct {
		size, height float64
		seed         uint64
	}
	var layers []layer
	rough := 0.4 + 0.6*rng.Float64()
	height := 1.0
	for size := float64(max(m.W, m.H)); size > 1.5; size /= 2 {
		layers = append(layers, layer{size, height, rng.Uint64()})
		height *= rough
	}
	total := 0.0
	for _, l := range layers {
		total += l.height * l.height
	}
	total = math.Sqrt(total) * 0.5
	at := func(seed uint64, x, y int) float64 {
		h := seed ^ uint64(x)*0x9e3779b97f4a7c15 ^ uint64(y)*0xc2b2ae3d27d4eb4f
		h ^= h >> 29
		h *= 0xbf58476d1ce4e5b9
		h ^= h >> 32
		return float64(h>>11)/(1<<53) - 0.5
	}
	paint(rng, m, func(x, y float64) float64 {
		sum := 0.0
		for _, l := range layers {
			u, v := x/l.size, y/l.size
			iu, iv := math.Floor(u), math.Floor(v)
			fu, fv := u-iu, v-iv
			i, j := int(iu), int(iv)
			top := at(l.seed, i, j)*(1-fu) + at(l.seed, i+1, j)*fu
			low := at(l.seed, i, j+1)*(1-fu) + at(l.seed, i+1, j+1)*fu
			sum += l.height * (top*(1-fv) + low*fv)
		}
		return 0.5 + sum/total
	})
}

// shapes paints discs, rings, boxes and strokes, some of them arranged like the parts of a face that is none.
func shapes(rng *rand.Rand, m *pix.Image) {
	disc := func(cx, cy, rx, ry, ring float64) {
		colour, _ := colours(rng)
		for y := max(0, int(cy-ry)); y < min(m.H, int(cy+ry)+1); y++ {
			for x := max(0, int(cx-rx)); x < min(m.W, int(cx+rx)+1); x++ {
				r := math.Hypot((float64(x)-cx)/rx, (float64(y)-cy)/ry)
				if r > 1 || r < ring {
					continue
				}
				p := m.Pix[(y*m.W+x)*3:][:3]
				for k := range p {
					p[k] = level(colour[k])
				}
			}
		}
	}
	side := float64(min(m.W, m.H))
	for range 1 + rng.IntN(6) {
		cx, cy, r := rng.Float64()*float64(m.W), rng.Float64()*float64(m.H), side*(0.02+0.3*rng.Float64()*rng.Float64())
		switch rng.IntN(4) {
		case 0:
			disc(cx, cy, r, r*(0.5+rng.Float64()), 0)
		case 1: // a lens, a wheel, a plate
			disc(cx, cy, r, r, 0)
			disc(cx, cy, r*0.9, r*0.9, rng.Float64())
			disc(cx, cy, r*0.5*rng.Float64()+0.5, r*0.4, rng.Float64()*0.8)
		case 2: // a socket, a front of a car: two of a kind and one below
			disc(cx, cy, r, r*(0.7+0.6*rng.Float64()), 0)
			d, e := r*(0.25+0.3*rng.Float64()), r*(0.08+0.15*rng.Float64())
			up := r * (rng.Float64() - 0.4)
			for _, s := range []float64{-1, 1} {
				disc(cx+s*d, cy-up, e, e, 0)
			}
			if rng.IntN(2) == 0 {
				disc(cx, cy+up+r*0.2, r*0.3, e*0.6, 0)
			}
		default:
			disc(cx, cy, r, r, 0.7+0.25*rng.Float64())
		}
	}
}

// leaves covers the photograph with many small strokes of a few colours, as grass, leaves, gravel and fur look.
func leaves(rng *rand.Rand, m *pix.Image) {
	gradient(rng, m)
	var palette [4][3]float32
	palette[0], palette[1] = colours(rng)
	palette[2], palette[3] = colours(rng)
	length := 2 + 30*rng.Float64()*rng.Float64()
	thin := 0.2 + 0.8*rng.Float64()
	main, stray := rng.Float64()*math.Pi, 2*rng.Float64()
	count := min(3000, int(1.5*float64(m.W*m.H)/(length*length*thin)))
	for range count {
		colour := palette[rng.IntN(4)]
		shade := float32(math.Exp(rng.NormFloat64() * 0.3))
		cx, cy := rng.Float64()*float64(m.W), rng.Float64()*float64(m.H)
		a := length * (0.4 + rng.Float64()) / 2
		b := a * thin
		sin, cos := math.Sincos(main + rng.NormFloat64()*stray)
		rx, ry := math.Abs(a*cos)+math.Abs(b*sin), math.Abs(a*sin)+math.Abs(b*cos)
		for y := max(0, int(cy-ry)); y < min(m.H, int(cy+ry)+2); y++ {
			for x := max(0, int(cx-rx)); x < min(m.W, int(cx+rx)+2); x++ {
				dx, dy := float64(x)-cx, float64(y)-cy
				u, v := (dx*cos+dy*sin)/a, (dy*cos-dx*sin)/b
				if u*u+v*v > 1 {
					continue
				}
				p := m.Pix[(y*m.W+x)*3:][:3]
				for k := range p {
					p[k] = level(colour[k] * shade * float32(1-0.4*v))
				}
			}
		}
	}
}
