package autoencoder_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/internal/kernel"
)

// swayed is a residual autoencoder that began as PCA of x and whose encoder and
// decoder have both moved away from it.
func swayed(t *testing.T, x []float32) *autoencoder.Model {
	t.Helper()
	m := begun(t, x)
	for k, n := range m.Networks() {
		for i, w := range n.Params() {
			if last := len(n.Params()) - 4; i == last { // the kernel that ends the way of the convolutions
				for j := range w.Value {
					w.Value[j] = 0.1 * float32(math.Sin(float64(7*j+k)))
				}
			}
		}
		n.Pack()
	}
	return m
}

func fit(t *testing.T, m *autoencoder.Model, x []float32, steps int) {
	t.Helper()
	if err := m.FitCorrection(t.Context(), x, steps); err != nil {
		t.Fatal(err)
	}
}

// Corrected codes are nearly the best there are, no picture is worse for them, and a
// picture's code has nothing to do with those beside it.
func TestCorrection(t *testing.T) {
	x := waves(40)
	m := swayed(t, x)
	size := m.Values()
	before := must(m.Encode(context.Background(), x))
	best, err := m.Refine(t.Context(), x, before, 6)
	if err != nil {
		t.Fatal(err)
	}
	fit(t, m, x[:20*size], 8)
	if m.Correction == nil || m.Correction.Steps != 8 {
		t.Fatalf("the correction is %+v", m.Correction)
	}
	after := must(m.Encode(context.Background(), x))
	wrong := func(codes []float32, i int) float64 {
		return kernel.SquaredError(must(m.Decode(context.Background(), codes[i*4:i*4+4])), x[i*size:(i+1)*size])
	}
	var sums [3]float64
	for i := range 40 {
		a, b, c := wrong(before, i), wrong(after, i), wrong(best, i)
		if b > a {
			t.Errorf("picture %d: the error is %g, without correction %g", i, b, a)
		}
		sums[0], sums[1], sums[2] = sums[0]+a, sums[1]+b, sums[2]+c
		if alone := must(m.Encode(context.Background(), x[i*size:(i+1)*size])); !slices.Equal(alone, after[i*4:i*4+4]) {
			t.Errorf("picture %d has the code %v alone, %v among others", i, alone, after[i*4:i*4+4])
		}
	}
	if left := (sums[1] - sums[2]) / (sums[0] - sums[2]); !(sums[0] > 1.01*sums[2]) || left > 0.05 {
		t.Errorf("the errors are %g before, %g after, %g at best: %.2g of what there was to gain is left", sums[0], sums[1], sums[2], left)
	}
	if got, want := must(m.MSE(context.Background(), x, x)), sums[1]/float64(len(x)); math.Abs(got-want) > 1e-6*want {
		t.Errorf("the model's error is %g, that of its codes %g", got, want)
	}
}

// A matrix that leads astray does no harm.
func TestCorrectionAstray(t *testing.T) {
	x := waves(10)
	m := swayed(t, x)
	before := must(m.Encode(context.Background(), x))
	fit(t, m, x, 3)
	for i := range m.Correction.Matrix {
		m.Correction.Matrix[i] *= -1
	}
	if !slices.Equal(must(m.Encode(context.Background(), x)), before) {
		t.Error("steps uphill were taken")
	}
}

// There are no corrections of no steps and from no pictures, and none when nobody
// waits for it; with a decoder that does not look at codes they stay.
func TestNoCorrection(t *testing.T) {
	x := waves(10)
	m := swayed(t, x)
	fit(t, m, x, 3)
	if fit(t, m, x, 0); m.Correction != nil {
		t.Errorf("no steps: the correction is %+v", m.Correction)
	}
	if fit(t, m, nil, 3); m.Correction != nil {
		t.Errorf("no pictures: the correction is %+v", m.Correction)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.FitCorrection(ended, x, 3); err == nil || m.Correction != nil {
		t.Errorf("stopped: error %v, the correction is %+v", err, m.Correction)
	}
	before := must(m.Encode(context.Background(), x))
	clear(m.Decoder.Weights())
	m.Decoder.Pack()
	if fit(t, m, x, 3); m.Correction == nil || !slices.Equal(must(m.Encode(context.Background(), x)), before) {
		t.Errorf("deaf: the correction %+v moves codes", m.Correction)
	}
}

func TestMayCorrect(t *testing.T) {
	for want, m := range map[string]*autoencoder.Model{
		"":                      newModel(t, "conv", 32, 32, 32),
		"without a code":        newModel(t, autoencoder.Residual, 32, 32, 0),
		"codes of 1025 numbers": newModel(t, "pca", 32, 32, 1025),
	} {
		if err := m.MayCorrect(); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestCorrectionInFiles(t *testing.T) {
	x := waves(10)
	m := swayed(t, x)
	bare := m.Fingerprint()
	fit(t, m, x, 3)
	corrected := m.Fingerprint()
	f, err := m.File()
	if err != nil {
		t.Fatal(err)
	}
	got, err := autoencoder.FromFile(f)
	if err != nil {
		t.Fatal(err)
	}
	if got.Correction == nil || got.Correction.Steps != 3 || !slices.Equal(got.Correction.Matrix, m.Correction.Matrix) {
		t.Errorf("%+v came back as %+v", m.Correction, got.Correction)
	}
	m.Correction.Steps = 2
	if other := m.Fingerprint(); bare == corrected || corrected == other || got.Fingerprint() != corrected {
		t.Errorf("fingerprints: %s bare, %s corrected, %s in two steps, %s from the file", bare, corrected, other, got.Fingerprint())
	}
}
