package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/internal/kernel"
	"likeness/pca"
	"likeness/pix"
	"likeness/train"
)

// witness is a corruption that spoils nothing and remembers what it was asked
// to spoil, and with which random numbers.
type witness struct {
	pictures []string
	numbers  []uint64
}

func (w *witness) Corrupt(x []float32, _, _ int, rng *rand.Rand) {
	w.pictures = append(w.pictures, fmt.Sprint(x[:64]))
	w.numbers = append(w.numbers, rng.Uint64())
}

func (*witness) String() string { return "witness" }

// Every epoch takes every picture once, in an order and with noise of its own.
func TestEpochsDiffer(t *testing.T) {
	r, w := run(t), &witness{}
	r.Corruption = w
	if _, err := r.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	n := len(r.Split.Train)
	pictures, numbers := w.pictures[len(r.Split.Test):], w.numbers[len(r.Split.Test):]
	if len(pictures) != 3*n {
		t.Fatalf("%d pictures were spoilt in 3 epochs of %d", len(pictures), n)
	}
	first, second := pictures[:n], pictures[n:2*n]
	if slices.Equal(first, second) {
		t.Error("two epochs have one order")
	}
	if !slices.Equal(slices.Sorted(slices.Values(first)), slices.Sorted(slices.Values(second))) {
		t.Error("two epochs have other pictures")
	}
	if slices.Sort(numbers); len(slices.Compact(numbers)) != 3*n {
		t.Error("some noise was drawn twice")
	}
}

// An epoch's loss is the mean over its pictures, though the last batch is
// short: with a rate that moves nothing it is the error of the model.
func TestLossIsTheMeanOverPictures(t *testing.T) {
	r := run(t)
	r.Corruption, r.Epochs, r.Rate = nil, 1, 1e-30
	x := r.Data.AllFloats(r.Split.Train)
	want := must(r.Model.MSE(context.Background(), x, x))
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if got := story.History[0].Loss; !(math.Abs(got-want) < 1e-6*want) {
		t.Errorf("the loss is %g, the error over all pictures %g", got, want)
	}
}

func TestYardsticks(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	y, err := train.NewYardsticks(ctx, r.Data, r.Split)
	if err != nil {
		t.Fatal(err)
	}
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
	check("mean image", y.MeanImage(), sum/float64(len(test)))

	large, err := y.AsOfLarge(ctx)
	if err != nil {
		t.Fatal(err)
	}
	check("mean image of large pictures", large.MeanImage(), y.MeanImage())

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
		check(fmt.Sprintf("PCA of code %d", code), got, p.MSE(test))
		if got, err = large.PCA(ctx, code); err != nil {
			t.Fatal(err)
		}
		if want := p.MSE(test); !(math.Abs(got-want) <= 1e-7*y.MeanImage()+1e-5*want) { // its sums are float32
			t.Errorf("PCA of code %d for large pictures: %g, want %g", code, got, want)
		}
	}

	noise := pix.Gaussian{Sigma: 0.1}
	noisy := train.Corrupted(test, noise, r.Model.Prep, 42)
	check("untouched", y.Untouched(noise, 42), kernel.SquaredError(noisy, test)/float64(len(test)))
	filtered, err := y.Filter(ctx, noisy, noise)
	if err != nil {
		t.Fatal(err)
	}
	got, err := y.Wiener(ctx, noise, 42)
	if err != nil {
		t.Fatal(err)
	}
	check("Wiener", got, kernel.SquaredError(filtered, test)/float64(len(test)))
	if !(got < 0.5*y.Untouched(noise, 42)) {
		t.Errorf("the filter leaves %g of %g", got, y.Untouched(noise, 42))
	}
}

// Closed forms can be measured on other pictures, piece by piece, and what needs none
// can be measured without.
func TestYardsticksElsewhere(t *testing.T) {
	ctx := context.Background()
	r := run(t)
	y, err := train.NewYardsticks(ctx, r.Data, r.Split)
	if err != nil {
		t.Fatal(err)
	}
	var rows []int // every test picture equally often, in more than one piece
	for len(rows) < 700 {
		rows = append(rows, r.Split.Test...)
	}
	many := y.On(r.Data, rows)
	if got, want := many.MeanImage(), y.MeanImage(); math.Abs(got-want) > 1e-12*want {
		t.Errorf("mean picture: %g, %g on as many of the same pictures", want, got)
	}
	noise := pix.Gaussian{Sigma: 0.2}
	noisy := train.Corrupted(r.Data.AllFloats(rows), noise, r.Model.Prep, 42)
	if got, want := many.Untouched(noise, 42), kernel.SquaredError(noisy, r.Data.AllFloats(rows))/float64(len(noisy)); math.Abs(got-want) > 1e-9 {
		t.Errorf("untouched: %g, want %g", got, want)
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
	if math.Abs(l.Wiener.MSE-wiener) > 1e-9 || math.Abs(l.Noisy.MSE-many.Untouched(noise, 42)) > 1e-9 || !(l.Noisy.SSIM > 0 && l.Noisy.SSIM < 1) || l.Model.PSNR != pix.PSNR(l.Model.MSE) {
		t.Errorf("levels %+v %+v", l, *l.Wiener)
	}
	without, err := (&train.Yardsticks{}).On(r.Data, rows).Levels(ctx, r.Model, []float64{0.2}, false, 42)
	if err != nil {
		t.Fatal(err)
	}
	if without[0].Wiener != nil || without[0].Noisy != l.Noisy || without[0].Model != l.Model {
		t.Errorf("without closed forms %+v", without[0])
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := many.Levels(ended, r.Model, []float64{0.2}, false, 42); err == nil {
		t.Error("a context that ended was not noticed")
	}
}
