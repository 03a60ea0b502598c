package drawn

// rgb is a colour as a painter mixes it: display values (sRGB), 0 to 1, though
// intermediate results may leave that range.
type rgb struct{ r, g, b float32 }

func gray(v float32) rgb { return rgb{v, v, v} }

func (c rgb) scale(s float32) rgb { return rgb{c.r * s, c.g * s, c.b * s} }
func (c rgb) times(o rgb) rgb     { return rgb{c.r * o.r, c.g * o.g, c.b * o.b} }
func (c rgb) plus(o rgb) rgb      { return rgb{c.r + o.r, c.g + o.g, c.b + o.b} }
func (c rgb) luma() float32       { return 0.3*c.r + 0.59*c.g + 0.11*c.b }

// mix goes from c (t = 0) to o (t = 1).
func (c rgb) mix(o rgb, t float32) rgb {
	return rgb{c.r + (o.r-c.r)*t, c.g + (o.g-c.g)*t, c.b + (o.b-c.b)*t}
}

// ramp interpolates along a list of colours, t in [0, 1].
func ramp(t float64, cs ...rgb) rgb {
	x := clamp(t, 0, 1) * float64(len(cs)-1)
	i := min(int(x), len(cs)-2)
	return cs[i].mix(cs[i+1], float32(x-float64(i)))
}

func clamp(x, lo, hi float64) float64 { return max(lo, min(hi, x)) }

// clamp32 is for inner loops: branches cost less there than min and max, which
// have NaN to think of.
func clamp32(x, lo, hi float32) float32 {
	if x < lo {
		return lo
	}
	if x > hi {
		return hi
	}
	return x
}

// step is the smooth step from 0 at a to 1 at b.
func step(a, b, x float64) float64 {
	t := clamp((x-a)/(b-a), 0, 1)
	return t * t * (3 - 2*t)
}

func lerp(a, b, t float64) float64 { return a + float64((b-a)*t) }
