package train_test

import (
	"context"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/train"
)

// Codes are corrected where a picture is to come back, in so many steps.
func TestCorrectRefused(t *testing.T) {
	for want, change := range map[string]func(*train.Run){
		"a denoiser's codes":           func(r *train.Run) { r.Correct = 1 },
		"correct 21: expected 0 to 20": func(r *train.Run) { r.Corruption, r.Correct = nil, autoencoder.MostCorrection+1 },
		"correct -1":                   func(r *train.Run) { r.Corruption, r.Correct = nil, -1 },
		"without a code has none to": func(r *train.Run) {
			m, err := autoencoder.New(autoencoder.Residual, r.Model.Prep, 0, 1)
			if err != nil {
				panic(err)
			}
			r.Model, r.Corruption, r.Correct = m, nil, 1
		},
	} {
		r := run(t)
		change(r)
		if _, err := r.Do(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

// A correction is of the weights that the run ends with, not of what came before:
// epochs are measured without, and a run that asks for none leaves none.
func TestCorrectionIsNew(t *testing.T) {
	var losses [3]float64
	for steps := range losses {
		r := run(t)
		r.Corruption, r.Epochs, r.Correct = nil, 1, steps
		if steps > 0 {
			r.Model.Correction = &autoencoder.Correction{Steps: 20, Matrix: make([]float32, r.Model.Code*r.Model.Code)}
			for i := range r.Model.Code {
				r.Model.Correction.Matrix[i*r.Model.Code+i] = 0.01
			}
		}
		if steps == 2 {
			r.Correct = 0
		}
		story, err := r.Do(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if c := r.Model.Correction; (c != nil) != (r.Correct > 0) || c != nil && (c.Steps != r.Correct || c.Matrix[0] == 0.01) {
			t.Errorf("%d steps: the correction is %+v", r.Correct, c)
		}
		if story.Correct != r.Correct {
			t.Errorf("the story has %d steps, not %d", story.Correct, r.Correct)
		}
		losses[steps] = story.History[0].TestLoss
	}
	if losses[1] != losses[0] || losses[2] != losses[0] {
		t.Errorf("the losses %v are measured with corrections", losses)
	}
}
