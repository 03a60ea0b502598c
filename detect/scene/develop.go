package scene

import (
	"bytes"
	"image/jpeg"
	"math"
	"math/rand/v2"

	"likeness/pix"
)

// develop is the camera and what happens to a photograph later: exposure, contrast, colour or none, softness, grain,
// shrinking and enlarging, JPEG.
func develop(rng *rand.Rand, m *pix.Image) *pix.Image {
	if rng.IntN(4) == 0 {
		m = m.Resize(max(1, m.W*(5+rng.IntN(5))/10), max(1, m.H*(5+rng.IntN(5))/10)).Resize(m.W, m.H)
	}
	if rng.IntN(5) == 0 {
		m = soften(m, rng.IntN(2) == 0)
	}
	tone(rng, m)
	if rng.IntN(3) == 0 {
		grain(rng, m)
	}
	if rng.IntN(3) == 0 {
		return compressed(m, 25+rng.IntN(65))
	}
	return m
}

// tone changes exposure, contrast and colour.
func tone(rng *rand.Rand, m *pix.Image) {
	gain, gamma := math.Exp(rng.NormFloat64()*0.2), math.Exp(rng.NormFloat64()*0.25)
	shift := rng.NormFloat64() * 0.04
	var table [3][256]float32
	for k := range table {
		cast := math.Exp(rng.NormFloat64() * 0.05)
		for v := range table[k] {
			x := math.Pow(float64(v)/255, gamma)
			table[k][v] = float32(255 * (gain*cast*(x-0.5) + 0.5 + shift))
		}
	}
	colour := float32(max(0, 1+rng.NormFloat64()*0.25))
	if rng.IntN(5) == 0 {
		colour = 0
	}
	for i := 0; i < len(m.Pix); i += 3 {
		r, g, b := table[0][m.Pix[i]], table[1][m.Pix[i+1]], table[2][m.Pix[i+2]]
		grey := 0.299*r + 0.587*g + 0.114*b
		m.Pix[i], m.Pix[i+1], m.Pix[i+2] = level(grey+colour*(r-grey)), level(grey+colour*(g-grey)), level(grey+colour*(b-grey))
	}
}

// soften is a blur over three pixels, twice where wide is set.
func soften(m *pix.Image, wide bool) *pix.Image {
	rounds := 1
	if wide {
		rounds = 2
	}
	for range rounds {
		m = across(across(m, 3, m.W), m.W*3, m.H)
	}
	return m
}

// across blurs along one side: neighbours are step bytes apart, n pixels lie in a line.
func across(m *pix.Image, step, n int) *pix.Image {
	out := pix.New(m.W, m.H)
	for i := range m.Pix {
		at := i / step % n
		before, behind := i, i
		if at > 0 {
			before -= step
		}
		if at < n-1 {
			behind += step
		}
		out.Pix[i] = byte((int(m.Pix[before]) + 2*int(m.Pix[i]) + int(m.Pix[behind]) + 2) / 4)
	}
	return out
}

// grain adds noise of a camera in poor light.
func grain(rng *rand.Rand, m *pix.Image) {
	sigma := float32(14 * rng.Float64() * rng.Float64())
	for i := range m.Pix {
		m.Pix[i] = level(float32(m.Pix[i]) + sigma*float32(rng.NormFloat64()))
	}
}

// compressed is the picture after a JPEG of the given quality.
func compressed(m *pix.Image, quality int) *pix.Image {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		panic(err) // memory takes every byte
	}
	out, err := pix.Decode(&b)
	if err != nil {
		panic(err)
	}
	return out
}
