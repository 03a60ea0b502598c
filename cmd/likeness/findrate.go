package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"likeness/cmd/likeness/internal/console"
	"likeness/recipe"
	"likeness/report"
)

// findRate looks for a learning rate.
func (a *app) findRate(ctx context.Context, f *trainFlags) error {
	job, err := a.prepare(ctx, f, nil, recipe.PrepareRate)
	if err != nil {
		return err
	}
	p := a.Progress()
	job.Options.Progress = p.Report()
	r, err := job.FindRate(ctx)
	p.Clear()
	if err != nil {
		return err
	}
	if f.curve != "" {
		if err := saveRateCurve(f.curve, r); err != nil {
			return err
		}
	}
	return a.Emit(r, func(w io.Writer) { printRate(w, r) })
}

func saveRateCurve(file string, r *recipe.Rate) error {
	s := report.Series{Name: "smoothed"}
	for _, p := range r.Points {
		s.Epochs, s.Values = append(s.Epochs, p.Rate), append(s.Values, p.Smooth)
	}
	title := "Loss at rising learning rates"
	var marks []report.Mark
	if r.Suggested != nil {
		marks = append(marks, report.Mark{X: *r.Suggested, Name: "suggested: " + formatRate(*r.Suggested)})
	}
	return console.WritePNG(file, report.RateCurve(title, s, marks))
}

// printRate writes some of the points, and the suggestion.
func printRate(w io.Writer, r *recipe.Rate) {
	const every = 20
	rows := [][]string{{"learning rate", "loss", "smoothed"}}
	for i, p := range r.Points {
		if i%every == 0 || i == len(r.Points)-1 {
			rows = append(rows, []string{formatRate(p.Rate), report.MSE(p.Loss), report.MSE(p.Smooth)})
		}
	}
	console.Columns(w, "", rows, rows[0]...)
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
