package train_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/hyper"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/train"
)

// Whatever progress a checkpoint tells of, a run refuses it or goes on from there.
func FuzzProgress(f *testing.F) {
	few := set(8)
	begin := func(t testing.TB, checkpoint string) *train.Run {
		m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16, Auto: true}, 1, 42)
		if err != nil {
			t.Fatal(err)
		}
		return &train.Run{
			Model: m, Data: few, Split: faces.Split{Train: []int{0, 1, 2, 3, 4, 5}, Test: []int{6}}, Validation: []int{7},
			Epochs: 2, Parameters: hyper.Parameters{Batch: 3, Rate: 0.003, EarlyStop: 2}, Threads: 1, Checkpoint: checkpoint,
		}
	}
	path := filepath.Join(f.TempDir(), "begun")
	r := begin(f, path)
	ctx, stop := context.WithCancel(context.Background())
	r.Events = func(e train.Event) {
		if e.EpochDone {
			stop()
		}
	}
	if _, err := r.Do(ctx); !errors.Is(err, train.ErrInterrupted) {
		f.Fatal(err)
	}
	begun, err := safetensors.Open(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(begun.Metadata["progress"])
	f.Fuzz(func(t *testing.T, progress string) {
		begun.Metadata["progress"] = progress
		var file bytes.Buffer
		if err := begun.Write(&file); err != nil {
			return // no UTF-8
		}
		path := filepath.Join(t.TempDir(), "changed")
		if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		if c, err := train.OpenCheckpoint(path); err == nil && (c.Epoch != len(c.Model.Training.History) || c.Done < 0 || c.Done >= c.Steps || c.Epochs < 0) {
			t.Errorf("%s was read as %+v", progress, c)
		}
		r := begin(t, path)
		story, err := r.Do(context.Background())
		if err != nil {
			return
		}
		if n := len(story.History); n < 1 || n > r.Epochs {
			t.Errorf("%s: a run of %d epochs went on to a history of %d", progress, r.Epochs, n)
		}
	})
}
