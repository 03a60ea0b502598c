package drawn

import "math"

// vec is a direction: x to the right of the picture, y downwards, z to the camera.
type vec struct{ x, y, z float32 }

func (v vec) unit() vec {
	l := float32(math.Sqrt(float64(v.x*v.x + v.y*v.y + v.z*v.z)))
	if l == 0 {
		return vec{0, 0, 1}
	}
	l = 1 / l
	return vec{v.x * l, v.y * l, v.z * l}
}

func (v vec) dot(o vec) float32 { return v.x*o.x + v.y*o.y + v.z*o.z }

// lamp is the light of one photograph.
type lamp struct {
	dir, half        vec // to the light; halfway between light and camera
	key, amb         float32
	wrap             float32 // how far the light creeps round the corner
	reach            float32 // key/(1+wrap)
	keyTint, ambTint rgb
}

func newLamp(s *Shot) lamp {
	l := lamp{dir: vec{float32(s.LightX), float32(s.LightY), float32(s.LightZ)}.unit()}
	l.half = vec{l.dir.x, l.dir.y, l.dir.z + 1}.unit()
	l.wrap = float32(0.48 - 0.30*step(0.6, 0.95, s.Key))
	// A camera meters the face: most of the difference in strength is taken out again.
	front := l.dir.z*0.9 + 0.1
	total := float32(s.Ambient) + float32(s.Key)*front
	meter := 1 / (0.24 + 0.76*total)
	l.key, l.amb = float32(s.Key)*meter, float32(s.Ambient)*meter
	l.reach = l.key / (1 + l.wrap)
	w := float32(s.Warmth)
	l.keyTint = rgb{1 + 0.07*w, 1, 1 - 0.13*w}
	l.ambTint = rgb{1 - 0.05*w, 0.99, 1 + 0.07*w}
	return l
}

// on is the light that a surface facing n receives, about 1 for a face in the
// light, and its tint.
func (l *lamp) on(n vec) (float32, rgb) {
	d := (n.dot(l.dir) + l.wrap) * l.reach
	if d < 0 {
		d = 0
	}
	a := l.amb * (0.86 - 0.2*n.y)
	return a + d, l.ambTint.mix(l.keyTint, d/(a+d))
}

// lit is a matt colour in that light.
func (l *lamp) lit(c rgb, n vec) rgb {
	i, t := l.on(n)
	return c.times(t).scale(min(1.25, 0.12+0.88*i))
}

// gloss is the mirror of the light on a surface facing n.
func (l *lamp) gloss(n vec, sharp int) float32 {
	g := n.dot(l.half)
	if g < 0 {
		return 0
	}
	for range sharp {
		g *= g
	}
	return g * l.key
}

// skinRamp returns the painter's scale of one skin, from deep shade to highlight:
// shade is not black but warmer and fuller, as blood shines through.
type skinRamp [96]rgb

const rampTop = 1.45 // intensity of the last entry

func newSkinRamp(skin rgb) *skinRamp {
	pale := float64(skin.luma())
	steps := []rgb{
		skin.times(rgb{0.24, 0.18, 0.18}),
		skin.times(rgb{0.57, 0.46, 0.45}),
		skin.times(rgb{0.85, 0.76, 0.73}),
		skin.times(rgb{1.02, 0.98, 0.96}),
		skin.times(rgb{1.06, 1.05, 1.04}).mix(rgb{1, 0.97, 0.92}, float32(0.12+0.2*pale)),
	}
	r := new(skinRamp)
	for i := range r {
		// The third step, even light, stands at intensity 1.
		x := float64(i) / float64(len(r)-1) * rampTop
		r[i] = ramp(x/1.333, steps...)
	}
	return r
}

func (r *skinRamp) at(intensity float32) rgb {
	x := clamp32(intensity/rampTop, 0, 0.9999) * float32(len(r)-1)
	i := int(x)
	return r[i].mix(r[i+1], x-float32(i))
}
