package recipe

import (
	"context"
	"errors"
	"testing"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/train"
)

// What a checkpoint says is enough to go on from it and to end in the same model.
func TestUnfinished(t *testing.T) {
	for _, name := range []string{"conv", "residual", "denoiser", "best"} {
		recipe := name
		if name == "best" {
			recipe = "pca"
		}
		whole := few(t, recipe)
		whole.Best = name == "best"
		result, err := prepared(t, whole).Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		cut := whole
		cut.Out += "-again.safetensors"
		stopping, stop := context.WithCancel(t.Context())
		steps := 0
		if _, err = prepared(t, cut).Run(stopping, func(uint64, train.Event) {
			if steps++; steps == 6 {
				stop()
			}
		}); !errors.Is(err, train.ErrInterrupted) {
			t.Fatal(err)
		}
		c, err := train.OpenCheckpoint(cut.Checkpoint(0))
		if err != nil {
			t.Fatal(err)
		}
		o, err := Unfinished(cut.Checkpoint(0), c, faces.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if o.Out != cut.Out || !o.Resume {
			t.Errorf("%s: %+v", name, o)
		}
		resumed, err := prepared(t, o).Run(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resumed.Model.Fingerprint() != result.Model.Fingerprint() {
			t.Errorf("%s: resumed from its checkpoint alone it ends in another model", name)
		}
	}
	if _, err := Unfinished("m.safetensors.seed-3.checkpoint", &train.Checkpoint{}, faces.Options{}); err == nil {
		t.Error("one of several seeds was taken for a whole job")
	}
}

// A job that is stopped saves what it has learned, with one seed as with several.
func TestStopJob(t *testing.T) {
	for _, seeds := range []int{1, 3} {
		o := few(t, "pca")
		o.Seeds = seeds
		j, stop := prepared(t, o), make(chan struct{})
		j.Begin = func(r *train.Run) { r.Stop = stop }
		steps := 0
		result, err := j.Run(t.Context(), func(uint64, train.Event) {
			if steps++; steps == 2 {
				close(stop)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		m, err := autoencoder.Open(o.Out)
		if err != nil {
			t.Fatal(err)
		}
		if m.Training.Ended != autoencoder.EndedByStop || len(result.Models) != 1 || m.Training.Planned != o.Epochs {
			t.Errorf("%d seeds: %d models, %+v", seeds, len(result.Models), m.Training)
		}
		if _, err := train.OpenCheckpoint(o.Checkpoint(0)); err == nil {
			t.Errorf("%d seeds: the checkpoint is still there", seeds)
		}
	}
}
