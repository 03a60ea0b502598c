package autoencoder

import (
	"cmp"

	"likeness/dataset"
	"likeness/hyper"
)

// Training says how a model's weights came about. It is kept in the model file.
type Training struct {
	Task       string `json:"task"`                 // Reconstruct or Denoise
	Corruption string `json:"corruption,omitempty"` // how a denoiser's inputs were corrupted, in words
	dataset.Origin
	// NValidation are pictures held out for choosing, in neither of the two.
	NValidation int `json:"n_validation,omitempty"`

	hyper.Parameters

	BestEpoch  int     `json:"best_epoch,omitempty"`     // whose weights these are; 0: the last one's
	TimeBudget float64 `json:"time_budget,omitempty"`    // seconds that the number of epochs was chosen for
	Planned    int     `json:"epochs_planned,omitempty"` // of a run that ended before
	Ended      string  `json:"ended,omitempty"`          // why before the last epoch; empty when it did not
	Seconds    float64 `json:"seconds"`                  // spent in training steps and measuring, over all sittings
	History    []Epoch `json:"history"`
}

// Epoch has the losses of one pass over the training pictures.
type Epoch struct {
	Epoch int     `json:"epoch"`         // from 1
	Rate  float64 `json:"learning_rate"` // of its last step
	// Loss is the mean over its batches, each before its step; of a model with a Level
	// it is in units of the noise, and weighted where pictures were.
	Loss float64 `json:"loss"`
	// One of the two is measured after it.
	TestLoss       float64 `json:"test_loss,omitempty"`
	ValidationLoss float64 `json:"validation_loss,omitempty"`
	Seconds        float64 `json:"seconds"`          // of training steps
	Images         int     `json:"images,omitempty"` // of an epoch that was cut short: how many it had
}

// What can end a training before its last epoch.
const (
	EndedEarly  = "early stop"  // the validation loss no longer fell
	EndedByTime = "time budget" // it was used up
	EndedByStop = "stopped"     // somebody asked for what had been learned so far
)

// The tasks that a model can be trained for.
const (
	Reconstruct = "reconstruct"
	Denoise     = "denoise"
)

// ImagesPerSecond returns the speed of the training steps; 0 when there were none.
func (t *Training) ImagesPerSecond() float64 {
	seconds, images := 0.0, 0
	for _, e := range t.History {
		seconds += e.Seconds
		images += cmp.Or(e.Images, t.NTrain)
	}
	if seconds == 0 {
		return 0
	}
	return float64(images) / seconds
}

// ValidationLoss returns the error of the kept weights on the validation pictures; 0 where
// there were none.
func (t *Training) ValidationLoss() float64 {
	switch n := len(t.History); {
	case t.BestEpoch > 0:
		return t.History[t.BestEpoch-1].ValidationLoss
	case n > 0:
		return t.History[n-1].ValidationLoss
	}
	return 0
}
