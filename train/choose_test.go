package train_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/train"
)

// overfit is a run on twenty pictures that has nothing to learn from them about
// those that it is measured on, so that it soon gets worse.
func overfit(t *testing.T) *train.Run {
	r := run(t)
	r.Corruption, r.Schedule, r.Rate, r.Epochs, r.Batch = nil, hyper.Constant, 0.02, 60, 10
	r.Split.Train = r.Split.Train[:20]
	r.Validation = []int{60, 61, 62, 63}
	r.Split.Test = []int{64, 65}
	r.Split.Train = slices.DeleteFunc(r.Split.Train, func(row int) bool { return row >= 60 })
	rng := rand.New(rand.NewPCG(1, 1))
	for i := 60 * 768; i < len(r.Data.Pix); i++ {
		r.Data.Pix[i] = byte(128 + rng.IntN(20))
	}
	return r
}

// A run ends so many epochs after the best one, and with the weights of that
// one if they are asked for.
func TestEarlyStopAndBest(t *testing.T) {
	ctx := context.Background()
	for _, average := range []float64{0, 0.5} {
		r := overfit(t)
		r.EarlyStop, r.Best, r.Average = 4, true, average
		story, err := r.Do(ctx)
		if err != nil {
			t.Fatal(err)
		}
		n := len(story.History)
		if n >= 60 || story.Ended != autoencoder.EndedEarly || story.BestEpoch != n-4 || story.NValidation != 4 {
			t.Fatalf("it ended after %d epochs, because of %q, the best is %d", n, story.Ended, story.BestEpoch)
		}
		best := story.History[story.BestEpoch-1].ValidationLoss
		for _, e := range story.History {
			if e.ValidationLoss < best || e.TestLoss != 0 {
				t.Errorf("epoch %d has the loss %g, the best %g; on the test pictures %g", e.Epoch, e.ValidationLoss, best, e.TestLoss)
			}
		}
		x := r.Data.AllFloats(r.Validation)
		if got := must(r.Model.MSE(context.Background(), x, x)); got != best {
			t.Errorf("the model's error is %g, in the best epoch it was %g", got, best)
		}

		// Without Best the last weights stay, and the course is the same.
		last := overfit(t)
		last.EarlyStop, last.Average = 4, average
		if story, err = last.Do(ctx); err != nil {
			t.Fatal(err)
		}
		if got := must(last.Model.MSE(context.Background(), x, x)); len(story.History) != n || got != story.History[n-1].ValidationLoss || story.BestEpoch != 0 {
			t.Errorf("after %d epochs the model's error is %g, in the last epoch it was %g", len(story.History), got, story.History[n-1].ValidationLoss)
		}
	}
}

// A loss that stays the same is no better one: the first epoch stays the best.
func TestEarlyStopOnAConstantLoss(t *testing.T) {
	r := run(t)
	holdBack(r)
	r.Epochs, r.EarlyStop, r.Best, r.Rate, r.Schedule = 20, 3, true, 1e-30, hyper.Constant
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(story.History) != 4 || story.BestEpoch != 1 {
		t.Errorf("it ended after %d epochs, the best is %d", len(story.History), story.BestEpoch)
	}
}

// What is chosen does not depend on the test pictures.
func TestTestPicturesAreNotLookedAt(t *testing.T) {
	a, b := overfit(t), overfit(t)
	for _, r := range []*train.Run{a, b} {
		r.EarlyStop, r.Best = 3, true
	}
	for _, row := range b.Split.Test {
		clear(b.Data.Pix[row*768 : (row+1)*768])
	}
	storyA, err := a.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	storyB, err := b.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	sameHistory(t, storyA, storyB)
	if !slices.Equal(weights(a.Model), weights(b.Model)) {
		t.Error("other test pictures give other weights")
	}
}
