package autoencoder

import "cmp"

// Training is the story of a model's weights, kept in the model file.
type Training struct {
	Task       string `json:"task"`                 // "reconstruct" or "denoise"
	Corruption string `json:"corruption,omitempty"` // what the denoiser's inputs suffered
	Data       string `json:"data"`                 // the data set, as it was named
	DataHash   string `json:"data_hash"`            // its fingerprint
	Split      string `json:"split"`                // how it was split, in words
	NTrain     int    `json:"n_train"`
	NTest      int    `json:"n_test"`
	// NValidation are pictures held back for choosing, in neither of the two.
	NValidation int     `json:"n_validation,omitempty"`
	Optimizer   string  `json:"optimizer"`
	Rate        float64 `json:"learning_rate"`
	Schedule    string  `json:"schedule"`
	Warmup      float64 `json:"warmup,omitempty"`    // steps in which the rate rose, or their share of the run below 1
	Jitter      float64 `json:"jitter,omitempty"`    // how much the training pictures were moved, turned and scaled
	Mirror      bool    `json:"mirror,omitempty"`    // half of the training pictures were mirrored
	Decay       float64 `json:"decay,omitempty"`     // of the weights, times the learning rate, in every step
	Weigh       float64 `json:"weigh,omitempty"`     // the power of its level of noise that a picture counted by in the loss
	Correct     int     `json:"correct,omitempty"`   // steps in which its codes are corrected
	Average     float64 `json:"average,omitempty"`   // decay of the moving average that the weights are; 0: they are no average
	Precision   string  `json:"precision,omitempty"` // of the products, nn.Precision; empty for float32
	Batch       int     `json:"batch"`
	Seed        uint64  `json:"seed"`
	EarlyStop   int     `json:"early_stop,omitempty"`     // epochs without a lower validation loss that ended the run
	BestEpoch   int     `json:"best_epoch,omitempty"`     // whose weights these are; 0: the last one's
	TimeBudget  float64 `json:"time_budget,omitempty"`    // seconds that the number of epochs was chosen for
	Planned     int     `json:"epochs_planned,omitempty"` // of a run that ended before
	Ended       string  `json:"ended,omitempty"`          // why before the last epoch; empty when it did not
	Seconds     float64 `json:"seconds"`                  // spent in training steps and measuring, over all sittings
	History     []Epoch `json:"history"`
}

// Epoch is what one pass over the training pictures came to.
type Epoch struct {
	Epoch int     `json:"epoch"`         // from 1
	Rate  float64 `json:"learning_rate"` // of its last step
	// Loss is the mean over its batches, each before its step; of a model with a Level
	// it is in units of the noise, and weighed where pictures were.
	Loss float64 `json:"loss"`
	// One of the two is measured after it.
	TestLoss       float64 `json:"test_loss,omitempty"`
	ValidationLoss float64 `json:"validation_loss,omitempty"`
	Seconds        float64 `json:"seconds"`          // of training steps
	Images         int     `json:"images,omitempty"` // of an epoch that time cut short: how many it had
}

// What can end a training before its last epoch.
const (
	EndedEarly  = "early stop"  // the validation loss no longer fell
	EndedByTime = "time budget" // it was used up
)

// The tasks that a model can be trained for.
const (
	Reconstruct = "reconstruct"
	Denoise     = "denoise"
)

// ImagesPerSecond is the speed of the training steps; 0 when there were none.
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
