package export_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"likeness/autoencoder"
	"likeness/nn/nntest"
	"likeness/pix"
)

// side is that of the pictures of test models.
const side = 32

// made returns a model with weights that are none of them zero.
func made(t testing.TB, arch string, code int) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.New(arch, pix.Prep{W: side, H: side, Auto: true}, code, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range m.Networks() {
		nntest.Fill(n, uint64(i+2))
	}
	return m
}

// corrected gives a model a correction of three steps.
func corrected(t testing.TB, m *autoencoder.Model) *autoencoder.Model {
	t.Helper()
	if err := m.FitCorrection(t.Context(), pictures(20, 3), 3); err != nil {
		t.Fatal(err)
	}
	return m
}

// pictures returns smooth random pictures.
func pictures(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 2))
	x := make([]float32, n*side*side*3)
	for i := range n {
		for c := range 3 {
			a, b, d := rng.Float64()*0.4, rng.Float64()*0.4, rng.Float64()*6
			for y := range side {
				for k := range side {
					v := 0.4*math.Sin(a*float64(y)+b*float64(k)+d) + 0.02*rng.NormFloat64()
					x[((i*side+y)*side+k)*3+c] = float32(min(max(v, -0.5), 0.5))
				}
			}
		}
	}
	return x
}

// normal returns random numbers.
func normal(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 3))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}
