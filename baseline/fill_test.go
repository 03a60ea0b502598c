package baseline_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"likeness/baseline"
	"likeness/internal/kernel"
	"likeness/pca"
	"likeness/pix"
)

// Hidden marks what the corruption blackens, whatever noise came before.
func TestHidden(t *testing.T) {
	r := run(t)
	clean := r.Data.AllFloats(r.Split.Test)
	for _, c := range []pix.Corruption{
		pix.Occlusion{Count: 2, Size: 7},
		pix.Sequence{pix.Gaussian{Sigma: 0.2}, pix.Occlusion{Count: 1}},
		pix.Sequence{pix.Noise{Min: 0.1, Max: 0.2}, pix.Occlusion{Count: 1, Size: 5}},
	} {
		o, ok := baseline.Rectangles(c)
		if !ok {
			t.Fatalf("%s: no rectangles", c)
		}
		const place = 3
		corrupted := baseline.CorruptedFrom(place, clean, c, r.prep, 42)
		most, each := baseline.MostHidden(o, 16, 16), 0
		for i, hides := range baseline.Hidden(place, len(clean), c, r.prep, 42) {
			if i%768 == 0 {
				each = 0
			}
			if hides {
				each++
			}
			if hides != (corrupted[i] == -0.5) || each > most {
				t.Fatalf("%s: value %d is %g, hidden: %v; %d of at most %d", c, i, corrupted[i], hides, each, most)
			}
		}
	}
	if n := baseline.MostHidden(pix.Occlusion{Count: 1}, 16, 20); n != 8*8*3 {
		t.Errorf("half the shorter side hides %d values", n)
	}
	for _, c := range []pix.Corruption{nil, pix.Gaussian{Sigma: 1}, pix.Sequence{}, pix.Sequence{pix.Occlusion{Count: 1}, pix.Gaussian{Sigma: 1}}} {
		if _, ok := baseline.Rectangles(c); ok {
			t.Errorf("%v ends in rectangles", c)
		}
	}
}

// The baselines of black rectangles are what they say, picture by picture.
func TestFills(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	forms := baseline.New(r.Data, r.Split.Train)
	y := forms.On(r.Data, r.Split.Test)
	learn, clean := r.Data.AllFloats(r.Split.Train), r.Data.AllFloats(r.Split.Test)
	m, err := pca.Measure(ctx, learn, 768)
	if err != nil {
		t.Fatal(err)
	}
	c := pix.Occlusion{Count: 1, Size: 6}
	corrupted := baseline.Corrupted(clean, c, r.prep, 42)
	mean := append([]float32(nil), corrupted...)
	for i := range mean {
		if corrupted[i] == -0.5 { // no wave is that black
			mean[i] = m.Mean[i%768]
		}
	}
	want := kernel.SquaredError(mean, clean) / float64(len(clean))
	if got := must(t)(y.MeanFill(ctx, c, 42)); !(math.Abs(got-want) <= 1e-6*want) {
		t.Errorf("the mean picture in rectangles: %g, want %g", got, want)
	}
	large := baseline.New(r.Data, r.Split.Train).AsOfLarge().On(r.Data, r.Split.Test)
	if got := must(t)(large.MeanFill(ctx, c, 42)); !(math.Abs(got-want) <= 1e-6*want) {
		t.Errorf("the mean picture in rectangles of large pictures: %g, want %g", got, want)
	}
	if _, err := large.GaussianFill(ctx, c, 42); !errors.Is(err, baseline.ErrLarge) {
		t.Errorf("the gaussian fill of large pictures: error %v", err)
	}
	back, err := r.Model.Reconstruct(ctx, corrupted)
	if err != nil {
		t.Fatal(err)
	}
	told := append([]float32(nil), corrupted...)
	for i := range told {
		if corrupted[i] == -0.5 {
			told[i] = back[i]
		}
	}
	want = kernel.SquaredError(told, clean) / float64(len(clean))
	if got := must(t)(y.Masked(ctx, r.Model, c, 42)); !(math.Abs(got-want) <= 1e-6*want) {
		t.Errorf("the model told where: %g, want %g", got, want)
	}
	filled, err := y.Fill(ctx, 0, corrupted, c, 42)
	if err != nil {
		t.Fatal(err)
	}
	got, err := y.GaussianFill(ctx, c, 42)
	if err != nil {
		t.Fatal(err)
	}
	if want := kernel.SquaredError(filled, clean) / float64(len(clean)); !(math.Abs(got-want) <= 1e-9*want) || !(got < 0.5*must(t)(y.MeanFill(ctx, c, 42))) {
		t.Errorf("the gaussian fill: %g, want %g, less than half of the mean picture's %g", got, want, must(t)(y.MeanFill(ctx, c, 42)))
	}
	for _, c := range []pix.Corruption{pix.Gaussian{Sigma: 0.1}, pix.Sequence{pix.Noise{Min: 0.1, Max: 0.2}, c}, pix.Sequence{pix.Gaussian{Sigma: 0.1}, pix.Gaussian{Sigma: 0.1}}} {
		if _, err := y.GaussianFill(ctx, c, 42); !errors.Is(err, baseline.ErrNoFill) {
			t.Errorf("%s: %v", c, err)
		}
	}
}

// With noise before the rectangles the answer is the best linear one for what is seen,
// m + C_:v (C_vv + sigma^2 I)^-1 (y_v - m_v), by a dense solve.
func TestFillOfNoisyPictures(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	forms := baseline.New(r.Data, r.Split.Train)
	y := forms.On(r.Data, r.Split.Test)
	m, err := pca.Measure(ctx, r.Data.AllFloats(r.Split.Train), 768)
	if err != nil {
		t.Fatal(err)
	}
	const sigma = float32(0.2)
	c := pix.Sequence{pix.Gaussian{Sigma: sigma}, pix.Occlusion{Count: 2, Size: 6}}
	corrupted := baseline.CorruptedFrom(0, r.Data.AllFloats(r.Split.Test[:1]), c, r.prep, 42)
	got, err := y.Fill(ctx, 0, corrupted, c, 42)
	if err != nil {
		t.Fatal(err)
	}
	var seen []int
	for i, hides := range baseline.Hidden(0, 768, c, r.prep, 42) {
		if !hides {
			seen = append(seen, i)
		}
	}
	cvv, d := mat.NewDense(len(seen), len(seen), nil), mat.NewVecDense(len(seen), nil)
	for a, i := range seen {
		d.SetVec(a, float64(corrupted[i])-float64(m.Mean[i]))
		for b, j := range seen {
			cvv.Set(a, b, m.Covariance[i*768+j])
		}
		cvv.Set(a, a, cvv.At(a, a)+float64(sigma)*float64(sigma))
	}
	var step mat.VecDense
	if err := step.SolveVec(cvv, d); err != nil {
		t.Fatal(err)
	}
	for i := range got {
		want := float64(m.Mean[i])
		for b, j := range seen {
			want += m.Covariance[i*768+j] * step.AtVec(b)
		}
		if !(math.Abs(float64(got[i])-want) <= 1e-5) {
			t.Fatalf("value %d: %g, by a dense solve %g", i, got[i], want)
		}
	}
}
