package autoencoder_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/pca"
)

// waves are pictures of 16x16 with more than four components.
func waves(n int) []float32 {
	x := make([]float32, n*16*16*3)
	for i := range x {
		picture, pixel := float64(i/768), float64(i%768)
		x[i] = float32(0.4 * math.Sin(picture*1.7+pixel*(0.01+0.002*math.Mod(picture, 5))))
	}
	return x
}

// A residual autoencoder begins as exact PCA.
func TestBegin(t *testing.T) {
	x := waves(40)
	moments, err := pca.Measure(t.Context(), x, 768)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []int{4, 3} { // also with fewer components than numbers
		p, err := moments.PCA(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		m := newModel(t, autoencoder.Residual, 16, 16, 4)
		m.Begin(p)
		if got, want := must(m.MSE(context.Background(), x, x)), p.MSE(t.Context(), x); math.Abs(got-want) > 1e-4*want {
			t.Errorf("%d components: the error is %g, that of PCA %g", k, got, want)
		}
		codes := must(m.Encode(context.Background(), x))
		for j := range k {
			sum, squares := 0.0, 0.0
			for i := range 40 {
				v := float64(codes[i*4+j])
				sum, squares = sum+v, squares+v*v
			}
			if math.Abs(sum/40) > 1e-3 || math.Abs(squares/40-1) > 1e-3 {
				t.Errorf("number %d has mean %g and variance %g, want 0 and 1", j, sum/40, squares/40)
			}
		}
	}
}

// begun is a residual autoencoder that is exact PCA of pictures of 16x16.
func begun(t *testing.T, x []float32) *autoencoder.Model {
	t.Helper()
	moments, err := pca.Measure(t.Context(), x, 768)
	if err != nil {
		t.Fatal(err)
	}
	p, err := moments.PCA(t.Context(), 4)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(t, autoencoder.Residual, 16, 16, 4)
	m.Begin(p)
	return m
}

// Codes that were moved away are found again, and no picture gets worse.
func TestRefine(t *testing.T) {
	x := waves(20)
	m := begun(t, x)
	best := must(m.Encode(context.Background(), x))
	off := slices.Clone(best)
	for i := range off {
		off[i] += 0.5 * float32(math.Sin(float64(3*i)))
	}
	keep := slices.Clone(off)
	got, err := m.Refine(t.Context(), x, off, 3)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(off, keep) {
		t.Error("the given codes were changed")
	}
	for i, v := range got {
		if math.Abs(float64(v-best[i])) > 2e-3 {
			t.Fatalf("number %d of the codes is %g, the best is %g", i, v, best[i])
		}
	}
	same, err := m.Refine(t.Context(), x, off, 0)
	if err != nil || !slices.Equal(same, off) {
		t.Error("no steps make other codes")
	}
}
