package main

import (
	"fmt"
	"io"
	"strings"

	"likeness/baseline"
	"likeness/report"
)

// printLevels writes what a denoiser does at several levels of noise.
func (r *score) printLevels(w io.Writer) {
	if len(r.Levels) == 0 {
		return
	}
	forms := []struct {
		head string
		of   func(baseline.Quality) string
	}{
		{"error", func(q baseline.Quality) string { return report.MSE(q.MSE) }},
		{"PSNR", func(q baseline.Quality) string { return fmt.Sprintf("%.2f", q.PSNR) }},
		{"SSIM", func(q baseline.Quality) string { return fmt.Sprintf("%.4f", q.SSIM) }},
	}
	rows := [][]string{{"gaussian noise of"}}
	for i, f := range forms { // heads that are alike differ in spaces, for columns tells them apart by their text
		pad := strings.Repeat(" ", i)
		rows[0] = append(rows[0], f.head+": noisy")
		if r.filtered() {
			rows[0] = append(rows[0], "Wiener"+pad)
		}
		rows[0] = append(rows[0], "this model"+pad)
	}
	for _, l := range r.Levels {
		row := []string{fmt.Sprintf("sigma %g", l.Sigma)}
		for _, f := range forms {
			row = append(row, f.of(l.Noisy))
			switch {
			case l.Wiener != nil:
				row = append(row, f.of(*l.Wiener))
			case r.filtered():
				row = append(row, "-")
			}
			row = append(row, f.of(l.Model))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w)
	table(w, "", rows)
	if r.FittedTo != "" {
		fmt.Fprintf(w, "\nThe Wiener filters are fitted to what the model learned from, %s.\n", r.FittedTo)
	}
	if r.CleanMSE != nil {
		fmt.Fprintf(w, "\nOf pictures without noise it changes %s.\n", report.MSE(*r.CleanMSE))
	}
}

// levelsVerdict says whether a denoiser of many levels was worth its training.
func (r *score) levelsVerdict() (text string, good bool) {
	var worse []string
	least := 1.0
	for _, l := range r.Levels {
		best := l.Noisy.MSE
		if l.Wiener != nil {
			best = min(best, l.Wiener.MSE)
		}
		least = min(least, 1-l.Model.MSE/best)
		if !l.Better() {
			worse = append(worse, fmt.Sprintf("%g", l.Sigma))
		}
	}
	rival := "the Wiener filter for each level"
	if !r.filtered() {
		rival = "leaving pictures as they are"
	}
	switch {
	case len(worse) == 0 && !r.filtered():
		return fmt.Sprintf("It learned something: at all levels at least %.3g %% less error than %s.\nWhether it was worth it is open: the Wiener filter, harder to beat, was not measured.", 100*least, rival), true
	case len(worse) == 0:
		return fmt.Sprintf("Worth it: at all levels at least %.3g %% less error than %s, which needs no training.", 100*least, rival), true
	}
	return fmt.Sprintf("Not worth it so far: at sigma %s no better than %s, which needs no training.\n%s", strings.Join(worse, ", "), rival, r.advice()), false
}
