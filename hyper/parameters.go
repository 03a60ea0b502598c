// Package hyper has the hyperparameters of a training run in one struct, with their
// defaults, checks and wording; the optimizers; and the schedules of the learning rate.
// Recipes, runs, checkpoints and the files of models all use this struct.
package hyper

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/nn"
)

// Parameters say how weights are trained. The zero value of a number means what its
// comment says; WithDefaults fills in the rest. The JSON keys are those of model files.
type Parameters struct {
	Optimizer Optimizer `json:"optimizer"`     // empty: Adamax
	Rate      float64   `json:"learning_rate"` // before the schedule; 0: DefaultRate
	Schedule  Schedule  `json:"schedule"`      // how the rate changes over the run; empty: Constant
	// Warmup is how many steps the rate takes to rise evenly to Rate before the
	// schedule begins: a share of the run below 1, or a whole number of steps.
	Warmup float64 `json:"warmup,omitempty"`
	// Jitter moves, turns and scales each training picture, anew in every epoch: with 1
	// by up to 1/22 of its side, 0.05 (3 degrees) and 5 percent. 0: none.
	Jitter float64 `json:"jitter,omitempty"`
	// Mirror mirrors each training picture left to right with probability 1/2, drawn
	// anew in every epoch.
	Mirror bool `json:"mirror,omitempty"`
	// Decay is the share of the weights, times the learning rate, that every step takes
	// away (decoupled weight decay). 0: none.
	Decay float64 `json:"decay,omitempty"`
	// Weigh weights the pictures in the loss of a denoiser with a Level: by (standard
	// deviation of the noise)^Weigh. From 0, where all count alike with their errors in
	// units of the noise, to 2, where errors are in units of the picture.
	Weigh float64 `json:"weigh,omitempty"`
	// Correct is how many steps the finished encoder takes behind its network
	// (autoencoder.Correction). 0: none.
	Correct int `json:"correct,omitempty"`
	// Average is the decay per step of an exponential moving average of the weights,
	// such as 0.999, which is measured and kept in their place; in the first steps it is
	// lower, (1+t)/(10+t). 0: none.
	Average float64 `json:"average,omitempty"`
	// Precision is what training steps multiply in; empty: float32. Measuring is always
	// done in float32.
	Precision nn.Precision `json:"precision,omitempty"`
	Batch     int          `json:"batch"` // pictures in a step; 0: DefaultBatch
	Seed      uint64       `json:"seed"`  // of the order of pictures and of their noise
	// EarlyStop ends the run after so many epochs without a lower error on the
	// validation pictures. 0: never.
	EarlyStop int `json:"early_stop,omitempty"`
}

// The defaults, as in the tutorial. RESULTS.md says how recipes' rates were chosen.
const (
	DefaultBatch = 32
	DefaultRate  = 0.002
)

// WithDefaults returns p with the zero values that mean something else replaced.
func (p Parameters) WithDefaults() Parameters {
	p.Optimizer, p.Rate = cmp.Or(p.Optimizer, Adamax), cmp.Or(p.Rate, DefaultRate)
	p.Schedule, p.Batch = cmp.Or(p.Schedule, Constant), cmp.Or(p.Batch, DefaultBatch)
	p.Precision = cmp.Or(p.Precision, nn.Float32)
	return p
}

// MostCorrect is the largest number of correction steps.
const MostCorrect = 20

// Check returns a *ValueError for the first value that p, with its defaults, must not
// have. It does not ask whether this processor is fast in the precision.
func (p Parameters) Check() error {
	switch {
	case p.Batch < 1:
		return &ValueError{"batch", p.Batch, "at least 1"}
	case !(p.Rate > 0) || math.IsInf(p.Rate, 0):
		return &ValueError{"learning_rate", p.Rate, fmt.Sprintf("a number above 0, such as %g", DefaultRate)}
	case !(p.Jitter >= 0 && p.Jitter <= 3):
		return &ValueError{"jitter", p.Jitter, "a number from 0 to 3, such as 1"}
	case !(p.Average >= 0 && p.Average < 1):
		return &ValueError{"average", p.Average, "a number from 0 to below 1, such as 0.999"}
	case !(p.Decay >= 0 && p.Rate*p.Decay < 1):
		return &ValueError{"decay", p.Decay, "a number from 0 on, which times the learning rate is below 1, such as 0.05"}
	case !(p.Weigh >= 0 && p.Weigh <= 2):
		return &ValueError{"weigh", p.Weigh, "a number from 0 to 2, such as 0.9"}
	case p.Correct < 0 || p.Correct > MostCorrect:
		return &ValueError{"correct", p.Correct, fmt.Sprintf("0 to %d steps", MostCorrect)}
	case p.EarlyStop < 0:
		return &ValueError{"early_stop", p.EarlyStop, "a number of epochs, or 0"}
	case !(p.Warmup >= 0) || p.Warmup >= 1 && (p.Warmup != math.Trunc(p.Warmup) || p.Warmup > 1e9):
		return &ValueError{"warmup", p.Warmup, "a number of steps, such as 200, or a share of the run, such as 0.05"}
	case !slices.Contains(Optimizers(), p.Optimizer):
		return &ValueError{"optimizer", p.Optimizer, oneOf(Optimizers())}
	case !slices.Contains(Schedules(), p.Schedule):
		return &ValueError{"schedule", p.Schedule, oneOf(Schedules())}
	}
	return nil
}

// ValueError is an error about one of the values that a caller chose.
type ValueError struct {
	Name     string // its key in JSON, such as "learning_rate"
	Value    any
	Expected string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s %v: expected %s", strings.ReplaceAll(e.Name, "_", " "), e.Value, e.Expected)
}

// oneOf lists kinds of something.
func oneOf[T ~string](kinds []T) string {
	var names []string
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return "one of " + strings.Join(names, ", ")
}
