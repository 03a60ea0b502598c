package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"likeness/autoencoder"
	"likeness/report"
	"likeness/train"
)

// rateResult is what --find-lr tells.
type rateResult struct {
	Suggested *float64          `json:"suggested"` // null: the loss hardly fell
	Rule      string            `json:"rule"`
	Lowest    float64           `json:"lowest"` // rate at the lowest smoothed loss
	Diverged  bool              `json:"diverged"`
	Default   float64           `json:"default"` // what --lr says, or would be
	Points    []train.RatePoint `json:"points"`
}

const rateRule = "a third of the rate at which the smoothed loss is lowest"

// findRate looks for a learning rate.
func (a *app) findRate(ctx context.Context, t *training, m *autoencoder.Model) error {
	p := a.progress()
	run := t.run(0, m)
	run.Events = func(e train.Event) { p.count("Trying learning rates", e.Trial, e.Trials) }
	c, err := run.FindRate(ctx)
	p.clear()
	if err != nil {
		return err
	}
	r := &rateResult{Rule: rateRule, Lowest: c.Lowest, Diverged: c.Diverged, Default: t.rate, Points: c.Points}
	if c.Suggested > 0 {
		rounded, err := strconv.ParseFloat(strconv.FormatFloat(c.Suggested, 'g', 2, 64), 64)
		if err != nil {
			return err
		}
		r.Suggested = &rounded
	}
	if file := t.comfort.curve; file != "" {
		if err := a.saveRateCurve(file, r); err != nil {
			return err
		}
	}
	return a.emit(r, func(w io.Writer) { r.print(w) })
}

func (a *app) saveRateCurve(file string, r *rateResult) error {
	s := report.Series{Name: "smoothed"}
	for _, p := range r.Points {
		s.Epochs, s.Values = append(s.Epochs, p.Rate), append(s.Values, p.Smooth)
	}
	title := "Loss at rising learning rates"
	var marks []report.Mark
	if r.Suggested != nil {
		marks = append(marks, report.Mark{X: *r.Suggested, Name: "suggested: " + formatRate(*r.Suggested)})
	}
	return writePNG(file, report.RateCurve(title, s, marks))
}

// print writes every so many points, and the suggestion.
func (r *rateResult) print(w io.Writer) {
	const every = 20
	rows := [][]string{{"learning rate", "loss", "smoothed"}}
	for i, p := range r.Points {
		if i%every == 0 || i == len(r.Points)-1 {
			rows = append(rows, []string{formatRate(p.Rate), report.MSE(p.Loss), report.MSE(p.Smooth)})
		}
	}
	columns(w, "", rows, rows[0]...)
	if r.Diverged {
		fmt.Fprintln(w, "Then the loss grew to more than four times the lowest.")
	}
	if r.Suggested == nil {
		fmt.Fprintln(w, "\nNo suggestion: the loss fell by less than 2 %, too little to tell a rate by.\nA net that begins with exact PCA, as 'residual' does, needs more than these few steps to go on from there.")
		return
	}
	fmt.Fprintf(w, "\nSuggested: --lr %s, %s (%s).\n", formatRate(*r.Suggested), r.Rule, formatRate(r.Lowest))
}

func formatRate(v float64) string { return strconv.FormatFloat(v, 'g', 2, 64) }
