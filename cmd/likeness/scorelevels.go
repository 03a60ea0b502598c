package main

import (
	"fmt"
	"io"
	"strings"

	"likeness/report"
	"likeness/train"
)

// printLevels writes what a denoiser does at several levels of noise.
func (r *score) printLevels(w io.Writer) {
	if len(r.Levels) == 0 {
		return
	}
	rows := [][]string{{"gaussian noise of", "error: noisy", "Wiener", "this model", "PSNR: noisy", "Wiener ", "this model ", "SSIM: noisy", "Wiener  ", "this model  "}}
	for _, l := range r.Levels {
		row := []string{fmt.Sprintf("sigma %g", l.Sigma)}
		for _, form := range []func(train.Quality) string{
			func(q train.Quality) string { return report.MSE(q.MSE) },
			func(q train.Quality) string { return fmt.Sprintf("%.2f", q.PSNR) },
			func(q train.Quality) string { return fmt.Sprintf("%.4f", q.SSIM) },
		} {
			filtered := "-"
			if l.Wiener != nil {
				filtered = form(*l.Wiener)
			}
			row = append(row, form(l.Noisy), filtered, form(l.Model))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w)
	table(w, "", rows)
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
	if r.Levels[0].Wiener == nil {
		rival = "leaving pictures as they are"
	}
	if len(worse) == 0 {
		return fmt.Sprintf("Worth it: at all levels at least %.3g %% less error than %s, which needs no training.", 100*least, rival), true
	}
	return fmt.Sprintf("Not worth it so far: at sigma %s no better than %s, which needs no training.\n%s", strings.Join(worse, ", "), rival, r.advice()), false
}
