package train_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/train"
)

// Who looks at the model after every epoch sees the weights that were measured, and changes
// nothing.
func TestLook(t *testing.T) {
	for name, mode := range map[string]func(*train.Run){
		"plain": func(*train.Run) {}, "averaged": func(r *train.Run) { r.Average = 0.9 },
		"best": func(r *train.Run) { r.Best, r.Validation, r.Split.Train = true, r.Split.Train[:2], r.Split.Train[2:] },
	} {
		alone := run(t)
		mode(alone)
		want, err := alone.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r := run(t)
		mode(r)
		rows := r.Split.Test
		if len(r.Validation) > 0 {
			rows = r.Validation
		}
		clean := r.Data.AllFloats(rows)
		x := baseline.Corrupted(clean, r.Corruption, r.Model.Prep, r.Seed)
		var epochs []int
		var errors []float64
		r.Look = func(ctx context.Context, epoch int) {
			epochs, errors = append(epochs, epoch), append(errors, must(r.Model.MSE(ctx, x, clean)))
		}
		got, err := r.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(weights(r.Model), weights(alone.Model)) {
			t.Errorf("%s: looking changed the weights", name)
		}
		sameHistory(t, got, want)
		if len(epochs) != r.Epochs+1 || epochs[0] != 0 || epochs[len(epochs)-1] != r.Epochs {
			t.Fatalf("%s: looked after the epochs %v of %d", name, epochs, r.Epochs)
		}
		for i, e := range got.History {
			if measured := e.TestLoss + e.ValidationLoss; measured != errors[i+1] {
				t.Errorf("%s: after epoch %d the model has an error of %g, measured were %g", name, i+1, errors[i+1], measured)
			}
		}
	}
}

// A run that is stopped ends with what it has; its checkpoint, too, says that it is complete.
func TestStop(t *testing.T) {
	for _, after := range []int{0, 1, 5} { // steps
		checkpoint := filepath.Join(t.TempDir(), "run.checkpoint")
		r, stop, steps := run(t), make(chan struct{}), 0
		r.Checkpoint, r.Stop = checkpoint, stop
		if after == 0 {
			close(stop)
		}
		r.Events = func(e train.Event) {
			if !e.EpochDone {
				if steps++; steps == after {
					close(stop)
				}
			}
		}
		story, err := r.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		inEpoch := (len(r.Split.Train) + r.Batch - 1) / r.Batch
		last := story.History[len(story.History)-1]
		if steps != max(after, 1) || story.Ended != autoencoder.EndedByStop || story.Planned != r.Epochs || len(story.History) != 1+(steps-1)/inEpoch || last.TestLoss == 0 {
			t.Errorf("after %d steps: took %d, %+v", after, steps, story)
		}
		if part := steps % inEpoch * r.Batch; last.Images != part {
			t.Errorf("after %d steps the last epoch has %d pictures, want %d", after, last.Images, part)
		}
		again := run(t)
		again.Checkpoint = checkpoint
		kept, err := again.Do(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if kept.Ended != story.Ended || !slices.Equal(weights(again.Model), weights(r.Model)) {
			t.Errorf("after %d steps the checkpoint goes on", after)
		}
		sameHistory(t, kept, story)
	}
}

// A checkpoint is a model that says how it came about, and what its run is to become.
func TestReadCheckpoint(t *testing.T) {
	r := run(t)
	r.Checkpoint = filepath.Join(t.TempDir(), "run.checkpoint")
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	r.Events = func(e train.Event) {
		if !e.EpochDone {
			if steps++; steps == 5 {
				cancel()
			}
		}
	}
	if _, err := r.Do(ctx); err == nil {
		t.Fatal("not interrupted")
	}
	c, err := train.OpenCheckpoint(r.Checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	inEpoch := (len(r.Split.Train) + r.Batch - 1) / r.Batch
	if c.Epochs != r.Epochs || c.Epoch != 5/inEpoch || c.Done != 5%inEpoch || c.Steps != inEpoch || c.Best || len(c.Model.Training.History) != c.Epoch {
		t.Errorf("%+v, of %d steps an epoch", c, inEpoch)
	}
	if got := c.Model.Training; got.DataHash != r.Data.Fingerprint || got.Split != r.SplitName || got.Rate != r.Rate || got.Batch != r.Batch || got.Data != r.Data.Source || got.Ended != "" {
		t.Errorf("%+v", got)
	}
	m := r.Model
	if err := m.Save(r.Checkpoint); err != nil {
		t.Fatal(err)
	}
	if _, err := train.OpenCheckpoint(r.Checkpoint); err == nil {
		t.Error("a model was taken for a checkpoint")
	}
}
