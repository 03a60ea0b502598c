package train_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/hyper"
	"likeness/nn"
	"likeness/pix"
	"likeness/recipe"
	"likeness/train"
)

var residual, _ = recipe.Named("residual")

// modes are ways to train that keep something of their own from step to step.
var modes = map[string]func(*train.Run){
	"plain":    func(*train.Run) {},
	"averaged": func(r *train.Run) { r.Average = 0.9 },
	"by Muon":  func(r *train.Run) { r.Optimizer, r.Decay = hyper.Muon, 0.3 },
	"decaying": func(r *train.Run) { r.Decay = 0.3 },
	"mirrored": func(r *train.Run) { r.Mirror = true },
	"warm":     func(r *train.Run) { r.Warmup, r.Schedule = 0.4, hyper.Linear },
	"denoiser": asDenoiser,
	"denoiser in bf16": func(r *train.Run) {
		asDenoiser(r)
		inBF16(r)
	},
	"residual": func(r *train.Run) {
		asResidual(r)
		r.Average, r.Correct = 0.9, 2
	},
	"residual in bf16": func(r *train.Run) {
		asResidual(r)
		r.Decay, r.Mirror = residual.Decay, residual.Mirror
		inBF16(r)
	},
	"best": func(r *train.Run) {
		holdBack(r)
		r.Best, r.Rate, r.Schedule, r.Average = true, 0.1, hyper.Constant, 0.5
	},
	"early": func(r *train.Run) {
		holdBack(r)
		r.Epochs, r.EarlyStop, r.Rate, r.Schedule = 9, 3, 1e-30, hyper.Constant
	},
}

// asDenoiser is the shipped denoiser's recipe, on fewer pictures.
func asDenoiser(r *train.Run) {
	d, _ := recipe.Named("denoiser")
	d.Seed = 3
	m, err := d.Model(r.Model.Prep)
	if err != nil {
		panic(err)
	}
	r.Model, r.Corruption = m, d.Corruption
	seed := r.Seed
	r.Parameters = d.Parameters
	r.Seed = seed
	jittered(r, d.Jitter)
	r.Split.Train = r.Split.Train[:40] // the last batch is half
}

// asResidual is a residual autoencoder, jittered as its recipe says.
func asResidual(r *train.Run) {
	m, err := autoencoder.New(autoencoder.Residual, r.Model.Prep, 8, 3)
	if err != nil {
		panic(err)
	}
	r.Model, r.Corruption = m, nil
	r.Split.Train = r.Split.Train[:28]
	r.Batch = 10
	jittered(r, residual.Jitter)
}

// jittered moves the pictures of run in their surroundings.
func jittered(r *train.Run, amount float64) {
	around := surroundings()
	r.Data.Prep = r.Model.Prep
	r.Around, r.Jitter = &around, amount
}

// surroundings are the pictures of run, larger, as if more were around them.
var surroundings = sync.OnceValue(func() faces.Set {
	s := *set(70)
	prep := pix.Prep{W: s.W, H: s.H, Auto: true}.Surroundings()
	large := s
	large.Prep, large.W, large.H, large.Pix = prep, prep.W, prep.H, nil
	for i := range s.IDs {
		large.Pix = append(large.Pix, s.Image(i).Resize(prep.W, prep.H).Pix...)
	}
	return large
})

// inBF16 multiplies in bf16 on any processor; as most are slow in it, few pictures
// in more epochs must do.
func inBF16(r *train.Run) {
	r.Precision = nn.BF16
	r.AnyProcessor()
	r.Batch, r.Epochs, r.Split.Train = 9, 5, r.Split.Train[:14]
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
			if testing.Short() && strings.HasSuffix(name, "bf16") {
				t.Skip("bf16 takes its time on most processors")
			}
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
