package train_test

import (
	"context"
	"testing"

	"likeness/autoencoder"
	"likeness/train"
)

// Codes are corrected where a picture is to come back, in so many steps.
func TestCorrectRefused(t *testing.T) {
	for name, change := range map[string]func(*train.Run){
		"a denoiser":     func(r *train.Run) { r.Correct = 1 },
		"too many steps": func(r *train.Run) { r.Corruption, r.Correct = nil, autoencoder.MostCorrection+1 },
		"a negative one": func(r *train.Run) { r.Corruption, r.Correct = nil, -1 },
	} {
		r := run(t)
		change(r)
		if _, err := r.Do(context.Background()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A correction is of the weights that the run ends with, not of what came before.
func TestCorrectionIsNew(t *testing.T) {
	r := run(t)
	r.Corruption, r.Epochs, r.Correct = nil, 1, 2
	r.Model.Correction = &autoencoder.Correction{Steps: 20, Matrix: make([]float32, r.Model.Code*r.Model.Code)}
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if c := r.Model.Correction; c == nil || c.Steps != 2 || c.Matrix[0] == 0 {
		t.Errorf("the correction is %+v", c)
	}
	if story.Correct != 2 {
		t.Errorf("the story has %d steps", story.Correct)
	}
}
