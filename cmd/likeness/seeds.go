package main

import (
	"context"
	"fmt"
	"math"

	"likeness/autoencoder"
	"likeness/report"
)

// seedSpread is what several seeds came to on the test pictures.
type seedSpread struct {
	Seeds   []uint64  `json:"seeds"`
	TestMSE []float64 `json:"test_mse"` // one for each
	Mean    float64   `json:"mean"`
	StdDev  float64   `json:"standard_deviation"` // of the sample, with n-1
	Min     float64   `json:"min"`
	Max     float64   `json:"max"`
	Kept    uint64    `json:"kept"`   // the seed whose model was written
	Reason  string    `json:"reason"` // why that one
}

// spread measures the models of all seeds.
func (a *app) spread(ctx context.Context, t *training, models []*autoencoder.Model, kept int) (*seedSpread, error) {
	s := &seedSpread{Kept: t.seed + uint64(kept), Reason: "the first"}
	if len(t.held) > 0 {
		s.Reason = "the lowest error on what was held back"
		if t.correct > 0 {
			s.Reason += ", before codes were corrected"
		}
	}
	for i, m := range models {
		seed := t.seed + uint64(i)
		mse, err := (&scorer{ctx: ctx, m: m, corruption: t.corruption, seed: seed}).mse(t.set, t.split.Test)
		if err != nil {
			return nil, err
		}
		s.Seeds, s.TestMSE = append(s.Seeds, seed), append(s.TestMSE, *mse)
	}
	s.sum()
	return s, nil
}

// sum works out mean and spread.
func (s *seedSpread) sum() {
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

func (s *seedSpread) String() string {
	return fmt.Sprintf("test error of %d seeds: mean %s, standard deviation %s, from %s to %s; kept is seed %d, %s",
		len(s.Seeds), report.MSE(s.Mean), report.MSE(s.StdDev), report.MSE(s.Min), report.MSE(s.Max), s.Kept, s.Reason)
}

// validationLoss is the model's error on what was held back.
func validationLoss(m *autoencoder.Model) float64 {
	t := m.Training
	if t.BestEpoch > 0 {
		return t.History[t.BestEpoch-1].ValidationLoss
	}
	return t.History[len(t.History)-1].ValidationLoss
}
