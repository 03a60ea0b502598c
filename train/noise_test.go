package train_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
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
