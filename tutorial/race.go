package tutorial

import (
	"fmt"
	"slices"

	"likeness/autoencoder"
	"likeness/report"
)

// race draws the test errors of the autoencoder beyond the tutorial and of the
// tutorial's over the time that each was trained for, if both are in this run.
func (b *book) race() error {
	ours, theirs := b.models[better], b.models["conv"]
	if ours == nil || theirs == nil {
		return nil
	}
	curves := report.Curves{Title: "Test error over time", XLabel: "seconds of training", Log: true,
		Series:    []report.Series{overTime("residual", ours), overTime("tutorial’s", theirs)},
		Baselines: []report.Baseline{{Name: "exact PCA", Value: report.Measured(b.results.Yardsticks.PCA)}},
	}
	caption := "Mean squared error on the test pictures after each epoch, over the seconds of training until then. Each run lowers its learning rate for its own end: one that is to stop earlier has less error by then than this one."
	if ours.Correction != nil {
		i := slices.IndexFunc(b.results.Models, func(p *ModelPart) bool { return p.Stage == better })
		caption += fmt.Sprintf(" The curves are of the networks alone; with its codes corrected the residual one ends at %s.", report.MSE(b.results.Models[i].TestMSE))
	}
	figure, err := b.figure("race", caption, "two falling curves over seconds", report.LossCurves(curves))
	if err != nil {
		return err
	}
	chapter := &b.page.Chapters[len(b.page.Chapters)-1]
	chapter.Body = append(chapter.Body, figure)
	return nil
}

// overTime is a model's test error after each epoch over the seconds of its training.
func overTime(name string, m *autoencoder.Model) report.Series {
	s := report.Series{Name: name}
	now := 0.0
	for _, e := range m.Training.History {
		now += e.Seconds
		s.Epochs, s.Values = append(s.Epochs, now), append(s.Values, e.TestLoss)
	}
	return s
}
