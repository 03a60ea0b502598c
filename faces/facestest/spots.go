package facestest

import (
	"image"
	"math/rand/v2"
)

// Spots paints a picture of its own for each seed: spots of coloured light.
func Spots(seed uint64, side int) *image.RGBA {
	rng := rand.New(rand.NewPCG(seed, 0))
	var at [6][5]float64
	for i := range at {
		for j := range at[i] {
			at[i][j] = rng.Float64()
		}
	}
	m := image.NewRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		for c := range 3 {
			v := 128.0
			for _, p := range at {
				dx, dy := float64(i%side)/float64(side)-p[0], float64(i/side)/float64(side)-p[1]
				v += 160 * (p[2+c] - 0.5) / (1 + 20*(dx*dx+dy*dy))
			}
			m.Pix[4*i+c] = byte(min(max(v, 0), 255))
		}
		m.Pix[4*i+3] = 255
	}
	return m
}
