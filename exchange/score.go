package exchange

import (
	"fmt"

	"likeness/baseline"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/exchange/card"
)

// scoreOf returns what a card tells of a score.
func scoreOf(s *evaluation.Score) *card.Score {
	if s == nil {
		return nil
	}
	c := &card.Score{Data: dataset.Parse(s.Data).Public().String(), MSE: s.TestMSE}
	if s.Split != nil {
		c.Split = *s.Split
	}
	add := func(name string, mse *float64) {
		if mse != nil {
			c.Errors = append(c.Errors, [2]string{name, number(*mse)})
		}
	}
	add("this model", s.TestMSE)
	add("this model, without the correction of its codes", s.PlainTestMSE)
	for _, b := range s.Baselines.List() {
		add(b.Name, &b.MSE)
	}
	if len(s.Levels) > 0 {
		c.Levels = levels(s.Levels)
	}
	if s.Verdict != nil {
		c.Verdict = s.Verdict.String()
	}
	return c
}

// levels returns a denoiser's table.
func levels(list []baseline.LevelScore) [][]string {
	rows := [][]string{{"standard deviation of the noise", "noisy pictures", "the Wiener filter", "this model"}}
	for _, l := range list {
		wiener := ""
		if l.Wiener != nil {
			wiener = number(l.Wiener.MSE)
		}
		rows = append(rows, []string{fmt.Sprintf("%g", l.Sigma), number(l.Noisy.MSE), wiener, number(l.Model.MSE)})
	}
	return rows
}

func number(v float64) string { return fmt.Sprintf("%.6g", v) }
