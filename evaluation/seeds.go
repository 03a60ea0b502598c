package evaluation

import (
	"context"
	"math"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// Seeds is the spread of the test errors of models that differ in their seeds.
type Seeds struct {
	Seeds   []uint64  `json:"seeds"`
	TestMSE []float64 `json:"test_mse"` // one for each
	Mean    float64   `json:"mean"`
	StdDev  float64   `json:"standard_deviation"` // of the sample, with n-1
	Min     float64   `json:"min"`
	Max     float64   `json:"max"`
	Kept    uint64    `json:"kept"`   // the seed of the model that was kept
	Reason  string    `json:"reason"` // why that one
}

// Choose returns the place of the model to keep of those of several seeds: the one with
// the lowest validation error, or the first where no pictures were held out for choosing.
func Choose(models []*autoencoder.Model) int {
	kept := 0
	for i, m := range models {
		if m.Training.NValidation > 0 && m.Training.ValidationLoss() < models[kept].Training.ValidationLoss() {
			kept = i
		}
	}
	return kept
}

// SeedsOptions say how models of several seeds are measured.
type SeedsOptions struct {
	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`
}

// CompareSeeds measures trained models of several seeds on the test part of their data.
// kept is the place of the one that Choose returned.
func CompareSeeds(ctx context.Context, models []*autoencoder.Model, kept int, data *dataset.Pictures, opt SeedsOptions) (*Seeds, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	t := models[kept].Training
	s := &Seeds{Kept: t.Seed, Reason: "the first"}
	if t.NValidation > 0 {
		s.Reason = "the lowest error on the held-out pictures"
		if t.Correct > 0 {
			s.Reason += ", before codes were corrected"
		}
	}
	for _, m := range models {
		var c pix.Corruption
		if m.Training.Task == autoencoder.Denoise {
			var err error
			if c, err = m.Training.Inputs(); err != nil {
				return nil, err
			}
		}
		mse, err := meanError(ctx, m, data.Set, data.Split.Test, c, m.Training.Seed, opt.Progress)
		if err != nil {
			return nil, err
		}
		s.Seeds, s.TestMSE = append(s.Seeds, m.Training.Seed), append(s.TestMSE, mse)
	}
	s.summarise()
	return s, nil
}

// summarise computes mean and spread.
func (s *Seeds) summarise() {
	s.Min, s.Max = math.Inf(1), math.Inf(-1)
	n := float64(len(s.TestMSE))
	for _, v := range s.TestMSE {
		s.Mean += v / n
		s.Min, s.Max = min(s.Min, v), max(s.Max, v)
	}
	squares := 0.0
	for _, v := range s.TestMSE {
		squares += (v - s.Mean) * (v - s.Mean)
	}
	s.StdDev = math.Sqrt(squares / max(n-1, 1))
}
