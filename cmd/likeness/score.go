package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/evaluation"
	steps "likeness/progress"
	"likeness/report"
)

// measure evaluates a model and prints the remarks.
func (a *app) measure(ctx context.Context, m *autoencoder.Model, d *dataset.Pictures, opt evaluation.Options) (*evaluation.Score, error) {
	n := d.Set.Len()
	if d.Split != nil {
		n = len(d.Split.Test)
	}
	a.Note("Measuring on %s, against what needs no training", count(n, "test picture"))
	p := a.Progress()
	defer p.Clear()
	show := p.Report()
	opt.Progress = func(s steps.Step) {
		if s.Done == 0 && s.Total == 0 { // the beginning of a fit that takes its time
			a.Note("%s", s.What)
		}
		show.Send(s)
	}
	opt.Learned.Framer = a.framer()
	r, err := evaluation.Evaluate(ctx, m, d, opt)
	p.Clear()
	if err != nil {
		return nil, err
	}
	a.Notes(r.Notes)
	return r, nil
}

// printScore writes a score for a person.
func printScore(a *app, w io.Writer, r *evaluation.Score) {
	about := [][2]string{
		{"model", fmt.Sprintf("%s (%s)", r.Model, r.Fingerprint)},
		{"kind", fmt.Sprintf("%s, %s, pictures of %dx%d", kindInWords(r), codeInWords(r.Code), r.Width, r.Height)},
	}
	if r.Epochs > 0 {
		about = append(about, [2]string{"training", fmt.Sprintf("%s in %s, %s images/s, seed %d",
			count(r.Epochs, "epoch"), report.Duration(time.Duration(r.Seconds*float64(time.Second))), report.Count(int(r.ImagesPerSecond)), r.Seed)})
	}
	if t := r.Training; t != nil {
		about = append(about, [2]string{"with", t.Extras()}, [2]string{"ended", ending(t)}, [2]string{"kept", keeping(t)})
	}
	about = append(about, [2]string{"data", r.Data})
	if r.Split != nil {
		about = append(about, [2]string{"split", parts(r.NTrain, r.NValidation, r.NTest, *r.Split)})
	} else {
		about = append(about, [2]string{"split", fmt.Sprintf("none: all %s are for testing", count(r.NTest, "picture"))})
	}
	console.Facts(w, about)
	fmt.Fprintln(w)
	console.Table(w, "", errorRows(r))
	if r.FittedTo != "" && r.Task == autoencoder.Reconstruct {
		fmt.Fprintf(w, "\nPCA and the mean picture are those of what the model learned from, %s.\n", r.FittedTo)
	}
	printFill(w, r)
	printLevels(w, r)
	if s := r.Seeds; s != nil {
		fmt.Fprintf(w, "\ntest error of %d seeds: mean %s, standard deviation %s, from %s to %s; kept is seed %d, %s\n",
			len(s.Seeds), report.MSE(s.Mean), report.MSE(s.StdDev), report.MSE(s.Min), report.MSE(s.Max), s.Kept, s.Reason)
	}
	printVerdict(a, w, r.Verdict)
}

// printVerdict writes a verdict; its first line is coloured.
func printVerdict(a *app, w io.Writer, v *evaluation.Verdict) {
	if v == nil {
		return
	}
	colour := console.Yellow
	if v.Good() {
		colour = console.Green
	}
	first, rest, more := strings.Cut(v.String(), "\n")
	fmt.Fprintf(w, "\n%s\n", a.Paint(a.Stdout, colour, first))
	if more {
		fmt.Fprintln(w, rest)
	}
	if text := advice[v.Advice]; text != "" {
		fmt.Fprintln(w, text)
	}
}

// advice names the flags that may help.
var advice = map[evaluation.Advice]string{
	evaluation.MorePictures: "The error on the training pictures is much lower: more pictures would help.",
	evaluation.MoreTime:     "Time ran out before the learning rate had fallen: a larger --time-budget would help.",
	evaluation.OtherRate:    "More epochs would not help, it stopped getting better; another learning rate (--find-lr) or more pictures may.",
	evaluation.MoreTraining: "More epochs, more pictures or another learning rate (--find-lr) may help.",
}

// kindInWords names the kind of model.
func kindInWords(r *evaluation.Score) string {
	kind := map[string]string{"pca": "linear autoencoder", "conv": "convolutional autoencoder", autoencoder.Residual: "residual autoencoder"}[r.Architecture]
	if r.Architecture == autoencoder.Residual && r.Code == 0 {
		kind = "residual denoiser"
	}
	kind = cmp.Or(kind, r.Architecture+" autoencoder")
	if r.Task == autoencoder.Denoise {
		kind += " against " + r.Corruption
	}
	return kind
}

// codeInWords is for models without a code as well.
func codeInWords(code int) string {
	if code == 0 {
		return "no code"
	}
	return fmt.Sprintf("code %d", code)
}

// errorRows is the table of the model's errors and the baselines. Without a training
// part it has no column for it.
func errorRows(r *evaluation.Score) [][]string {
	rows := [][]string{{"mean squared error", "training", "test"}}
	add := func(name string, training, test *float64) {
		if test == nil {
			return
		}
		cell := ""
		if training != nil {
			cell = report.MSE(*training)
		}
		rows = append(rows, []string{name, cell, report.MSE(*test)})
	}
	add("this model", r.TrainMSE, r.TestMSE)
	add("without correction of the codes", r.PlainTrainMSE, r.PlainTestMSE)
	add("with codes refined in "+count(r.RefineSteps, "step"), nil, r.RefinedMSE)
	add("this model, given the mask too", nil, r.MaskedMSE)
	for _, b := range r.Baselines.List() {
		add(b.Name, nil, &b.MSE)
	}
	if r.TrainMSE == nil {
		for i, row := range rows {
			rows[i] = []string{row[0], row[2]}
		}
	}
	return rows
}

// printFill explains the baselines of black rectangles.
func printFill(w io.Writer, r *evaluation.Score) {
	if r.Baselines.GaussianFill == nil {
		return
	}
	fmt.Fprint(w, `
The gaussian fill is the conditional mean of the hidden pixels given the visible ones,
by mean and covariance of the training pictures. It is given the mask, which helps it:
the model has to infer the mask.`)
	if r.MaskedMSE != nil {
		fmt.Fprint(w, " Given the mask too, the model answers for the hidden pixels alone.")
	}
	fmt.Fprintln(w)
	if r.FittedTo != "" {
		fmt.Fprintf(w, "It and the mean picture are those of what the model learned from, %s.\n", r.FittedTo)
	}
}

// printLevels writes a denoiser's table of levels of noise.
func printLevels(w io.Writer, r *evaluation.Score) {
	if len(r.Levels) == 0 {
		return
	}
	forms := []struct {
		head string
		of   func(baseline.Quality) string
	}{
		{"error", func(q baseline.Quality) string { return report.MSE(q.MSE) }},
		{"PSNR", func(q baseline.Quality) string { return decibels(q.PSNR) }},
		{"SSIM", func(q baseline.Quality) string { return fmt.Sprintf("%.4f", q.SSIM) }},
	}
	rows := [][]string{{"gaussian noise of"}}
	for i, f := range forms { // equal heads get different spaces: the table identifies columns by their text
		pad := strings.Repeat(" ", i)
		rows[0] = append(rows[0], f.head+": noisy")
		if r.Filtered() {
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
			case r.Filtered():
				row = append(row, "-")
			}
			row = append(row, f.of(l.Model))
		}
		rows = append(rows, row)
	}
	fmt.Fprintln(w)
	console.Table(w, "", rows)
	if r.FittedTo != "" {
		fmt.Fprintf(w, "\nThe Wiener filters are fitted to what the model learned from, %s.\n", r.FittedTo)
	}
	if r.CleanMSE != nil {
		fmt.Fprintf(w, "\nOf pictures without noise it changes %s.\n", report.MSE(*r.CleanMSE))
	}
}
