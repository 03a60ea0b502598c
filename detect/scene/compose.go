package scene

import (
	"image"
	"math"
	"math/rand/v2"

	"likeness/detect"
	"likeness/pix"
)

// Composer makes photographs out of portraits. It is only read, by any number of goroutines.
type Composer struct {
	portraits []*Portrait
	text      []*pix.Image // a page of words, and its halves
	empty     [][]*pix.Image
}

// New returns a composer of the given portraits, of which there must be one at least. empty are further pictures in which
// nobody is.
func New(portraits []*Portrait, empty []*pix.Image) *Composer {
	c := &Composer{portraits: portraits, text: mipmaps(page())}
	for _, m := range empty {
		c.empty = append(c.empty, mipmaps(m))
	}
	return c
}

// Plan says what a photograph shows.
type Plan struct {
	W, H              int     // of the photograph, in pixels
	Smallest, Largest float64 // sides of the faces' boxes, in pixels
	People            int     // at most; fewer where they find no place
}

// Photograph is a composed picture.
type Photograph struct {
	Image *pix.Image
	Faces []detect.Face
	// Doubtful are the parts in which there may be faces that nobody has marked.
	Doubtful []image.Rectangle
}

// Compose returns a photograph; the same number always gives the same one.
func (c *Composer) Compose(number uint64, p Plan) Photograph {
	rng := rand.New(rand.NewPCG(number, 0x5ce9e))
	photo := Photograph{Image: pix.New(p.W, p.H)}
	c.background(rng, photo.Image)
	for range p.People {
		c.paste(rng, &photo, p)
	}
	photo.Image = develop(rng, photo.Image)
	return photo
}

// faceSide draws a box's side, each ratio equally likely.
func (p Plan) faceSide(rng *rand.Rand) float64 {
	return p.Smallest * math.Pow(p.Largest/p.Smallest, rng.Float64())
}

// paste puts one portrait into the photograph, where it finds a place.
func (c *Composer) paste(rng *rand.Rand, photo *Photograph, p Plan) {
	portrait := c.portraits[rng.IntN(len(c.portraits))]
	for range 8 {
		side := p.faceSide(rng)
		turn := rng.NormFloat64() * 0.16
		if rng.IntN(6) == 0 {
			turn = (rng.Float64() - 0.5) * 1.3
		}
		// One face in four may be cut by the photograph's edge, by a quarter of its box at most.
		inner := side * 0.5
		if rng.IntN(4) == 0 {
			inner = side * 0.25
		}
		x := inner + rng.Float64()*(float64(p.W)-2*inner)
		y := inner + rng.Float64()*(float64(p.H)-2*inner)
		mirrored := rng.IntN(2) == 0
		t := placed(portrait.Face.X, portrait.Face.Y, x, y, side/portrait.Face.Side, turn, mirrored)
		if c.fits(photo, moved(portrait.Face, t, mirrored)) {
			c.put(rng, photo, portrait, t, mirrored)
			return
		}
	}
}

// fits reports whether a face keeps clear of those that are there.
func (c *Composer) fits(photo *Photograph, f detect.Face) bool {
	for _, g := range photo.Faces {
		reach := (f.Side + g.Side) * 0.55
		if math.Abs(f.X-g.X) < reach && math.Abs(f.Y-g.Y) < reach {
			return false
		}
	}
	return true
}

// put pastes a portrait in one of several ways: the whole picture, a part of it, or the head with a soft edge.
func (c *Composer) put(rng *rand.Rand, photo *Photograph, portrait *Portrait, t transform, mirrored bool) {
	m, f := portrait.Image, portrait.Face
	x0, y0, x1, y1 := -0.5, -0.5, float64(m.W)-0.5, float64(m.H)-0.5
	way := rng.IntN(10)
	switch {
	case way < 2: // beyond its edge the picture goes on as in a mirror, not as far as the face
		grow := 0.2 * float64(m.W)
		x0, y0, x1, y1 = x0-grow, y0-grow, x1+grow, y1+grow
	case way < 6: // a part, cut anywhere around the face
		reach := func() float64 { return f.Side * (0.5 + rng.Float64()*rng.Float64()*0.9) }
		x0, y0, x1, y1 = max(x0, f.X-reach()), max(y0, f.Y-reach()), min(x1, f.X+reach()), min(y1, f.Y+reach())
	}
	soft := 0.0
	if rng.IntN(2) == 0 {
		soft = f.Side * (0.02 + 0.25*rng.Float64()*rng.Float64())
	}
	round := way >= 8
	light := lamp(rng)
	s := newSampler(portrait.mips, t)
	s.reflect = way < 2
	area := t.bounds(x0, y0, x1, y1, photo.Image.W, photo.Image.H)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			px, py := t.at(float64(x), float64(y))
			inside := min(px-x0, x1-px, py-y0, y1-py)
			if round {
				dx, dy := (px-f.X)/(f.Side*0.62), (py-f.Y+f.Side*0.05)/(f.Side*0.8)
				inside = min(inside, (1-math.Hypot(dx, dy))*f.Side*0.6)
			}
			if inside < 0 || behind(photo.Faces, float64(x), float64(y)) {
				continue
			}
			share := float32(1)
			if soft > 0 {
				share = float32(min(1, inside/soft))
			}
			var colour [3]float32
			colour[0], colour[1], colour[2] = s.colour(float64(x), float64(y))
			p := photo.Image.Pix[(y*photo.Image.W+x)*3:][:3]
			for k := range p {
				v := colour[k]*light.gain[k] + light.slope*float32((px-f.X)/f.Side)*colour[k]
				p[k] = level(float32(p[k]) + share*(v-float32(p[k])))
			}
		}
	}
	photo.Faces = append(photo.Faces, moved(f, t, mirrored))
	if !portrait.Alone {
		photo.Doubtful = append(photo.Doubtful, area)
	}
}

// behind reports whether a place is covered by the head of somebody who is there already.
func behind(faces []detect.Face, x, y float64) bool {
	for _, f := range faces {
		if math.Hypot((x-f.X)/0.6, (y-f.Y)/0.68) < f.Side {
			return true
		}
	}
	return false
}

// level rounds to a byte.
func level(v float32) byte { return byte(min(max(v, 0), 255) + 0.5) }

// light is a change of one portrait: a factor for each colour, and a fall from one side to the other.
type light struct {
	gain  [3]float32
	slope float32
}

func lamp(rng *rand.Rand) light {
	bright := float32(math.Exp(rng.NormFloat64() * 0.22))
	l := light{slope: float32(rng.NormFloat64() * 0.12)}
	for k := range l.gain {
		l.gain[k] = bright * float32(math.Exp(rng.NormFloat64()*0.07))
	}
	return l
}
