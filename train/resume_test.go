package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/train"
)

// modes are ways to train that keep something of their own from step to step.
var modes = map[string]func(*train.Run){
	"plain":    func(*train.Run) {},
	"averaged": func(r *train.Run) { r.Average = 0.9 },
	"by Muon":  func(r *train.Run) { r.Optimizer, r.Decay = train.Muon, 0.3 },
	"decaying": func(r *train.Run) { r.Decay = 0.3 },
	"mirrored": func(r *train.Run) { r.Mirror = true },
	"warm":     func(r *train.Run) { r.Warmup, r.Schedule = 0.4, train.Linear },
	"denoiser without a code": func(r *train.Run) {
		m, err := autoencoder.New(autoencoder.Residual, r.Model.Prep, 0, 3)
		if err != nil {
			panic(err)
		}
		m.Level, m.Mirror = autoencoder.UnitNoise, true
		r.Model, r.Corruption, r.Mirror = m, pix.Noise{Min: 0.05, Max: 0.5}, true
		r.Weigh = 0.9
	},
	"jittered residual": func(r *train.Run) {
		m, err := autoencoder.New(autoencoder.Residual, r.Model.Prep, 8, 3)
		if err != nil {
			panic(err)
		}
		r.Data.Prep = r.Model.Prep
		wide := *r.Data
		wide.Prep = r.Model.Prep.Surroundings()
		wide.W, wide.H, wide.Pix = wide.Prep.W, wide.Prep.H, nil
		for i := range r.Data.IDs {
			wide.Pix = append(wide.Pix, r.Data.Image(i).Resize(wide.W, wide.H).Pix...)
		}
		if err := train.Begin(context.Background(), m, r.Data, r.Split); err != nil {
			panic(err)
		}
		r.Model, r.Corruption, r.Jitter, r.Average = m, nil, &train.Jitter{Data: &wide, Amount: 1}, 0.9
		r.Correct = 2
	},
	"best": func(r *train.Run) {
		holdBack(r)
		r.Best, r.Rate, r.Schedule, r.Average = true, 0.1, train.Constant, 0.5
	},
	"early": func(r *train.Run) {
		holdBack(r)
		r.Epochs, r.EarlyStop, r.Rate, r.Schedule = 9, 3, 1e-30, train.Constant
	},
}

// holdBack takes ten training pictures for validation.
func holdBack(r *train.Run) {
	r.Validation, r.Split.Train = r.Split.Train[:10], r.Split.Train[10:]
}

// However often a run is stopped, and wherever, and with whatever threads, it
// ends in the same bits.
func TestResumeIsExact(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			whole := run(t)
			mode(whole)
			story, err := whole.Do(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			checkpoint := filepath.Join(t.TempDir(), "run.checkpoint")
			r, got, sittings := inSittings(t, mode, checkpoint)
			if !slices.Equal(weights(r.Model), weights(whole.Model)) {
				t.Error("the resumed run has other weights than the one in one piece")
			}
			if r.Model.Fingerprint() != whole.Model.Fingerprint() || (whole.Model.Correction != nil) != (whole.Correct > 0) {
				t.Error("the resumed run has another correction than the one in one piece")
			}
			sameHistory(t, got, story)
			fresh := run(t)
			mode(fresh)
			if err := fresh.CheckFinished(r.Model); err != nil {
				t.Errorf("the model is not what its run makes: %v", err)
			}
			if sittings < 5 {
				t.Errorf("only %d sittings: nothing was interrupted", sittings)
			}

			// A checkpoint of a complete run gives the model again.
			again := run(t)
			mode(again)
			again.Checkpoint = checkpoint
			if got, err = again.Do(context.Background()); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(weights(again.Model), weights(whole.Model)) {
				t.Error("the complete checkpoint gives other weights")
			}
			sameHistory(t, got, story)
			if err := train.Discard(checkpoint); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(checkpoint); !os.IsNotExist(err) {
				t.Error("the checkpoint is still there")
			}
		})
	}
}

// inSittings trains in sittings of two steps each, and tells how many it took.
func inSittings(t *testing.T, mode func(*train.Run), checkpoint string) (*train.Run, *autoencoder.Training, int) {
	for sittings := 1; ; sittings++ {
		r := run(t)
		mode(r)
		r.Threads = 1 + sittings%3
		r.Checkpoint = checkpoint
		ctx, cancel := context.WithCancel(context.Background())
		steps, resumed := 0, false
		r.Events = func(e train.Event) {
			resumed = resumed || e.Resumed
			if !e.EpochDone && !e.Resumed {
				if steps++; steps == 2 {
					cancel()
				}
			}
		}
		story, err := r.Do(ctx)
		cancel()
		if resumed != (sittings > 1) {
			t.Errorf("sitting %d: resumed is %v", sittings, resumed)
		}
		if errors.Is(err, train.ErrInterrupted) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		return r, story, sittings
	}
}

// sameHistory compares all of two stories but their times.
func sameHistory(t *testing.T, got, want *autoencoder.Training) {
	t.Helper()
	if len(got.History) != len(want.History) {
		t.Fatalf("%d epochs, want %d", len(got.History), len(want.History))
	}
	for i, e := range got.History {
		w := want.History[i]
		e.Seconds, w.Seconds = 0, 0
		if e != w {
			t.Errorf("epoch %d: %+v, in one piece %+v", i+1, e, w)
		}
	}
}
