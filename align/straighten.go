package align

import (
	"likeness/pix"
)

// Straighten cuts a face out of a square picture, upright and in its usual
// size: size x size pixels, the window's side being field for a usual face, in
// sides of the picture. Another shape is a programming mistake.
func Straighten(m *pix.Image, at Pose, field float64, size int) *pix.Image {
	if m.W != m.H {
		panic("align: the picture is not a square")
	}
	out := pix.New(size, size)
	plane := Plane{m.W, make([]float32, m.W*m.H)}
	cut := make([]float32, size*size)
	for c := range 3 {
		for i := range plane.V {
			plane.V[i] = float32(m.Pix[3*i+c])
		}
		plane.Sample(cut, size, at, field)
		for i, v := range cut {
			out.Pix[3*i+c] = byte(v + 0.5)
		}
	}
	return out
}
