package train_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/faces"
	"likeness/train"
)

// untrained is a run of a residual autoencoder whose steps move nothing.
func untrained(t *testing.T) *train.Run {
	t.Helper()
	r := run(t)
	m, err := autoencoder.New(autoencoder.Residual, r.Model.Prep, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	r.Model, r.Corruption, r.Epochs, r.Rate = m, nil, 1, 1e-30
	return r
}

// A residual autoencoder begins as exact PCA of the training pictures, without anybody
// having to ask for it.
func TestRunBeginsWithPCA(t *testing.T) {
	ctx := context.Background()
	r := untrained(t)
	r.Baselines = baseline.New(r.Data, r.Split.Train)
	training, err := r.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Baselines.On(r.Data, r.Split.Test).PCA(ctx, 8)
	if err != nil {
		t.Fatal(err)
	}
	if got := training.History[0].TestLoss; !(math.Abs(got-want) < 1e-5*want) {
		t.Errorf("the untrained model's error is %g, that of exact PCA %g", got, want)
	}
	own := untrained(t)
	if _, err := own.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if own.Model.Fingerprint() != r.Model.Fingerprint() {
		t.Error("with closed forms of its own the run gives another model")
	}
}

// A run takes the closed forms that it is given instead of fitting them again.
func TestRunTakesBaselines(t *testing.T) {
	ctx := context.Background()
	r := untrained(t)
	r.Baselines = baseline.New(r.Data, r.Split.Test) // of other pictures, to tell them apart
	if _, err := r.Do(ctx); err != nil {
		t.Fatal(err)
	}
	own := untrained(t)
	if _, err := own.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if r.Model.Fingerprint() == own.Model.Fingerprint() {
		t.Error("the given closed forms were not used")
	}
}

// A model that was trained before goes on from its weights.
func TestTrainedModelDoesNotBeginAgain(t *testing.T) {
	ctx := context.Background()
	first := untrained(t)
	first.Rate, first.Epochs = 0.01, 4
	before, err := first.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	again := untrained(t)
	again.Model = first.Model
	after, err := again.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := after.History[0].TestLoss, before.History[3].TestLoss; got != want {
		t.Errorf("the error is %g, after the training before it was %g", got, want)
	}
}

func TestBeginFails(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := untrained(t).Do(ended); !errors.Is(err, train.ErrInterrupted) {
		t.Errorf("cancelled: error %v", err)
	}
	r := untrained(t)
	r.Split, r.Batch = faces.Split{Train: r.Split.Train[:1], Test: r.Split.Test}, 1
	if _, err := r.Do(context.Background()); err == nil {
		t.Error("PCA of one picture")
	}
}
