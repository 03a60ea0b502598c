package baseline_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/pca"
	"likeness/pix"
)

// pictures are waves of 16x16 pixels, split, and a model of them.
type pictures struct {
	Data  *faces.Set
	Split faces.Split
	Model *autoencoder.Model
	prep  pix.Prep
}

func run(t testing.TB) *pictures {
	t.Helper()
	s := &faces.Set{W: 16, H: 16, Source: "waves", Fingerprint: "waves"}
	for i := range 70 {
		for p := range 16 * 16 * 3 {
			v := math.Sin(float64(i)/3+float64(p%48)/(5+float64(i%7))) * math.Cos(float64(p/48)/3+float64(i))
			s.Pix = append(s.Pix, byte(128+100*v))
		}
		s.IDs = append(s.IDs, string(rune('a'+i)))
	}
	prep := pix.Prep{W: 16, H: 16, Auto: true}
	m, err := autoencoder.New("conv", prep, 8, 42)
	if err != nil {
		t.Fatal(err)
	}
	split, err := faces.RandomSplit(s.Len(), 0.1, 42)
	if err != nil {
		t.Fatal(err)
	}
	return &pictures{Data: s, Split: split, Model: m, prep: prep}
}

// must returns a function that fails the test with an error.
func must(t *testing.T) func(v float64, err error) float64 {
	return func(v float64, err error) float64 {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestForms(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	forms := baseline.New(r.Data, r.Split.Train)
	y := forms.On(r.Data, r.Split.Test)
	learn, test := r.Data.AllFloats(r.Split.Train), r.Data.AllFloats(r.Split.Test)
	dim := 16 * 16 * 3
	check := func(what string, got, want float64) {
		t.Helper()
		if !(math.Abs(got-want) <= 1e-5*want) {
			t.Errorf("%s: %g, want %g", what, got, want)
		}
	}

	sum := 0.0
	for i, v := range test {
		mean := 0.0
		for j := i % dim; j < len(learn); j += dim {
			mean += float64(learn[j])
		}
		d := float64(v) - mean/float64(len(learn)/dim)
		sum += d * d
	}
	mean := must(t)(y.MeanImage(ctx))
	check("mean image", mean, sum/float64(len(test)))

	large := baseline.New(r.Data, r.Split.Train).AsOfLarge().On(r.Data, r.Split.Test)
	check("mean image of large pictures", must(t)(large.MeanImage(ctx)), mean)

	m, err := pca.Measure(ctx, learn, dim)
	if err != nil {
		t.Fatal(err)
	}
	for code, rank := range map[int]int{5: 5, 600: len(r.Split.Train) - 1} {
		p, err := m.PCA(ctx, rank)
		if err != nil {
			t.Fatal(err)
		}
		got, err := y.PCA(ctx, code)
		if err != nil {
			t.Fatal(err)
		}
		check(fmt.Sprintf("PCA of code %d", code), got, p.MSE(t.Context(), test))
		if got, err = large.PCA(ctx, code); err != nil {
			t.Fatal(err)
		}
		if want := p.MSE(t.Context(), test); !(math.Abs(got-want) <= 1e-7*mean+1e-5*want) { // its sums are float32
			t.Errorf("PCA of code %d for large pictures: %g, want %g", code, got, want)
		}
	}

	noise := pix.Gaussian{Sigma: 0.1}
	noisy := baseline.Corrupted(test, noise, r.prep, 42)
	unchanged := must(t)(y.Unchanged(ctx, noise, 42))
	check("unchanged", unchanged, kernel.SquaredError(noisy, test)/float64(len(test)))
	filtered, err := y.Filter(ctx, noisy, noise)
	if err != nil {
		t.Fatal(err)
	}
	got, err := y.Wiener(ctx, noise, 42)
	if err != nil {
		t.Fatal(err)
	}
	check("Wiener", got, kernel.SquaredError(filtered, test)/float64(len(test)))
	if !(got < 0.5*unchanged) {
		t.Errorf("the filter leaves %g of %g", got, unchanged)
	}
}

// Closed forms can be measured on other pictures, piece by piece, and what needs none
// can be measured without.
func TestOtherPictures(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	forms := baseline.New(r.Data, r.Split.Train)
	y := forms.On(r.Data, r.Split.Test)
	var rows []int // every test picture equally often, in more than one piece
	for len(rows) < 700 {
		rows = append(rows, r.Split.Test...)
	}
	many := y.On(r.Data, rows)
	if got, want := must(t)(many.MeanImage(ctx)), must(t)(y.MeanImage(ctx)); math.Abs(got-want) > 1e-12*want {
		t.Errorf("mean picture: %g, %g on as many of the same pictures", want, got)
	}
	noise := pix.Gaussian{Sigma: 0.2}
	noisy := baseline.Corrupted(r.Data.AllFloats(rows), noise, r.prep, 42)
	if got, want := must(t)(many.Unchanged(ctx, noise, 42)), kernel.SquaredError(noisy, r.Data.AllFloats(rows))/float64(len(noisy)); math.Abs(got-want) > 1e-9 {
		t.Errorf("unchanged: %g, want %g", got, want)
	}
	levels, err := many.Levels(ctx, r.Model, []float64{0.2}, true, 42)
	if err != nil {
		t.Fatal(err)
	}
	wiener, err := many.Wiener(ctx, noise, 42)
	if err != nil {
		t.Fatal(err)
	}
	l := levels[0]
	if math.Abs(l.Wiener.MSE-wiener) > 1e-9 || math.Abs(l.Noisy.MSE-must(t)(many.Unchanged(ctx, noise, 42))) > 1e-9 || !(l.Noisy.SSIM > 0 && l.Noisy.SSIM < 1) || *l.Model.PSNR != pix.PSNR(l.Model.MSE) {
		t.Errorf("levels %+v %+v", l, *l.Wiener)
	}
	without, err := (*baseline.Forms)(nil).On(r.Data, rows).Levels(ctx, r.Model, []float64{0.2}, false, 42)
	if err != nil {
		t.Fatal(err)
	}
	if without[0].Wiener != nil || !reflect.DeepEqual(without[0].Noisy, l.Noisy) || !reflect.DeepEqual(without[0].Model, l.Model) {
		t.Errorf("without closed forms %+v", without[0])
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := many.Levels(ended, r.Model, []float64{0.2}, false, 42); err == nil {
		t.Error("a context that ended was not noticed")
	}
}

// The noise of test pictures follows from the seed and the picture's place.
func TestCorrupted(t *testing.T) {
	x := make([]float32, 3*16*16*3)
	prep := pix.Prep{W: 16, H: 16}
	a := baseline.Corrupted(x, pix.Gaussian{Sigma: 0.1}, prep, 1)
	if !slices.Equal(a, baseline.Corrupted(x, pix.Gaussian{Sigma: 0.1}, prep, 1)) {
		t.Error("the same seed gives other noise")
	}
	if slices.Equal(a, baseline.Corrupted(x, pix.Gaussian{Sigma: 0.1}, prep, 2)) {
		t.Error("another seed gives the same noise")
	}
	if slices.Equal(a[:768], a[768:1536]) {
		t.Error("two pictures have the same noise")
	}
	if !slices.Equal(a[768:], baseline.CorruptedFrom(1, x[768:], pix.Gaussian{Sigma: 0.1}, prep, 1)) {
		t.Error("the noise of a picture does not follow from its place")
	}
	if slices.Max(x) != 0 {
		t.Error("the input was changed")
	}
}

// Mean and covariance are fitted once and components computed once, whoever asks, on
// whatever pictures they are measured, and after a request that was cancelled.
func TestFittedOnce(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	forms := baseline.New(r.Data, r.Split.Train)
	if n := forms.Fits(); n != 0 {
		t.Fatalf("%d fits before anything was asked", n)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := forms.Components(ended, 4); !errors.Is(err, context.Canceled) {
		t.Fatalf("cancelled: error %v", err)
	}
	tried := forms.Fits()
	first, err := forms.Components(ctx, 4)
	if err != nil {
		t.Fatal(err)
	}
	for _, rows := range [][]int{r.Split.Test, r.Split.Train} {
		test := forms.On(r.Data, rows)
		must(t)(test.MeanImage(ctx))
		must(t)(test.PCA(ctx, 4))
		must(t)(test.PCA(ctx, 5))
		must(t)(test.Wiener(ctx, pix.Gaussian{Sigma: 0.1}, 1))
		must(t)(test.GaussianFill(ctx, pix.Occlusion{Count: 1, Size: 4}, 1))
	}
	if n := forms.Fits() - tried; n != 1 {
		t.Errorf("mean and covariance were fitted %d times", n)
	}
	if second, err := forms.Components(ctx, 4); err != nil || second != first {
		t.Errorf("components were computed twice (error %v)", err)
	}
}

// Closed forms need two pictures; what needs a form fails where there is none.
func TestNothingToFit(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	for want, forms := range map[string]*baseline.Forms{
		"waves: 1 training pictures": baseline.New(r.Data, r.Split.Train[:1]),
		"no pictures":                nil,
	} {
		test := forms.On(r.Data, r.Split.Test)
		for what, measure := range map[string]func() (float64, error){
			"mean":   func() (float64, error) { return test.MeanImage(ctx) },
			"PCA":    func() (float64, error) { return test.PCA(ctx, 3) },
			"Wiener": func() (float64, error) { return test.Wiener(ctx, pix.Gaussian{Sigma: 0.1}, 1) },
			"fill":   func() (float64, error) { return test.GaussianFill(ctx, pix.Occlusion{Count: 1, Size: 4}, 1) },
		} {
			if _, err := measure(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want one that says %q", what, err, want)
			}
		}
		if mse := must(t)(test.Unchanged(ctx, pix.Gaussian{Sigma: 0.1}, 1)); !(mse > 0) {
			t.Errorf("unchanged: %g", mse)
		}
	}
}
