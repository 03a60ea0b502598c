package tutorial

import (
	"context"
	"fmt"
	"strings"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/evaluation"
	"likeness/pix"
	"likeness/recipe"
	"likeness/report"
)

// residual is the first chapter beyond the tutorial.
func (b *book) residual(ctx context.Context) error {
	b.add(report.Chapter{ID: "beyond", Title: "Beyond the tutorial", Body: []report.Block{
		report.Paragraph("The tutorial’s models are a baseline, not the ceiling. From here on come models that the tutorial does not have, measured on the same test pictures: an autoencoder with as many numbers in a code, and a denoiser without a code."),
		report.Aside(b.howLong()),
	}})
	r, _ := recipe.Named(better)
	err := b.reconstruction(ctx, r,
		"This one begins as exact PCA and learns only what PCA leaves over: the tutorial’s layers, twice as wide and with a linear code, stand beside PCA’s and end in weights of zero. "+
			"Pictures are mirrored, moved, turned and scaled a little, differently in every epoch, and the model is a moving average of the weights. "+
			"When it is trained, the encoder looks at what is missing from the picture that its code gives, and corrects the code, three times; the curve of the training is without that.")
	if err != nil {
		return err
	}
	return b.race()
}

// howLong says what the numbers of these chapters are worth.
func (b *book) howLong() string {
	if b.Long && b.Epochs == 0 {
		return "The models are trained to the end here (--long)."
	}
	r, _ := recipe.Named(better)
	d, _ := recipe.Named(Denoiser)
	return fmt.Sprintf("The models are trained for %s and %s here, of %d and %d that they deserve: --long trains them to the end.",
		epochs(b.epochs(r)), epochs(b.epochs(d)), r.Epochs, d.Epochs)
}

// denoiser is the chapter of the denoiser without a bottleneck.
func (b *book) denoiser(ctx context.Context) error {
	r, _ := recipe.Named(Denoiser)
	m, part, err := b.model(ctx, r)
	if err != nil {
		return err
	}
	d, err := b.judgeDenoiser(ctx, m)
	if err != nil {
		return err
	}
	b.results.Levels, b.results.CleanMSE = d.levels, &d.cleanMSE
	untouched := mse(b.corrupted(b.test, r), b.test)
	part.Untouched = &untouched
	figure, err := b.figure(r.Name, d.caption, "rows of faces, corrupted by noise and restored in several ways", d.figure)
	if err != nil {
		return err
	}
	noise := r.Corruption.(pix.Noise)
	intro := fmt.Sprintf("No code and no bottleneck: the network says what has to be added to the picture to take its noise away. It learned from noise of all levels between "+
		"%g and %g, most of them in the middle, finds out by itself how strong it is, and works on pictures of any size. It, too, learned from pictures that are mirrored, moved, turned and scaled a little. %s "+
		"The errors in its curve and in the line below are means over all these levels, where leaving the noise alone has %s; the summary has the error at sigma %g, and the table each level by itself.",
		noise.Min, noise.Max, ofClean(d.cleanMSE), report.MSE(untouched), judgedAt)
	if err := b.trainedChapter(m, r, part, intro, nil, figure); err != nil {
		return err
	}
	summary := &b.page.Summary[len(b.page.Summary)-1]
	l := b.results.Judged()
	summary.Note, summary.Value = fmt.Sprintf("no code, sigma %g, %s", l.Sigma, epochs(part.Epochs)), report.Measured(l.Model.MSE)
	if _, worse := betterAt(d.levels); len(worse) > 0 {
		summary.Note += "; not better at sigma " + strings.Join(worse, ", ")
	}
	wiener := report.Baseline{Name: "the Wiener filter"}
	if l.Wiener != nil {
		wiener.Value = report.Measured(l.Wiener.MSE)
	}
	summary.Baselines = []report.Baseline{wiener, {Name: "leaving the noise alone", Value: report.Measured(l.Noisy.MSE)}}
	b.add(report.Chapter{ID: "denoiser-levels", Title: "Noise by level", Body: []report.Block{report.Paragraph(ofLevels(d.levels)), levelTable(d.levels)}})
	return nil
}

// ofClean says what a denoiser does to pictures without noise, whose pixels have 256 steps.
func ofClean(mse float64) string {
	const step = 1. / (255 * 255)
	if mse < step {
		return fmt.Sprintf("Test pictures without noise it nearly leaves alone (error %s, less than one of 256 steps).", report.MSE(mse))
	}
	return fmt.Sprintf("Test pictures without noise it changes by more than one of 256 steps (error %s).", report.MSE(mse))
}

// ofLevels says at which levels of noise a denoiser has less error than what needs no
// training.
func ofLevels(levels []baseline.LevelScore) string {
	better, worse := betterAt(levels)
	text := "The denoiser is compared with the Wiener filter for just that noise, which is given its strength and needs no training. "
	switch {
	case len(worse) == 0:
		return text + "At every level the denoiser has less error."
	case len(better) == 0:
		return text + "The denoiser has less error at none of these levels: so far its training was not worth it."
	}
	return text + "The denoiser has less error at sigma " + strings.Join(better, ", ") + ", but not at " + strings.Join(worse, ", ") + "."
}

// betterAt parts the levels into those with less error than what needs no training, and
// the others.
func betterAt(levels []baseline.LevelScore) (better, worse []string) {
	for _, l := range levels {
		if evaluation.BetterAt(l) {
			better = append(better, fmt.Sprint(l.Sigma))
		} else {
			worse = append(worse, fmt.Sprint(l.Sigma))
		}
	}
	return better, worse
}

// levelTable sets the errors at each level side by side.
func levelTable(levels []baseline.LevelScore) report.Table {
	t := report.Table{
		Caption: "Mean squared error, and in brackets PSNR of it in decibels and SSIM, the mean of the pictures’, on the test pictures.",
		Columns: []report.Column{{Name: "sigma", Numeric: true}, {Name: "noisy", Numeric: true}, {Name: "Wiener filter", Numeric: true}, {Name: "this denoiser", Numeric: true}},
	}
	cell := func(q *baseline.Quality) string {
		if q == nil {
			return "–"
		}
		psnr := "–" // no error at all
		if q.PSNR != nil {
			psnr = fmt.Sprintf("%.1f", *q.PSNR)
		}
		return fmt.Sprintf("%s (%s, %.3f)", report.MSE(q.MSE), psnr, q.SSIM)
	}
	for _, l := range levels {
		t.Rows = append(t.Rows, []string{fmt.Sprint(l.Sigma), cell(&l.Noisy), cell(l.Wiener), cell(&l.Model)})
	}
	return t
}

// codes is the chapter of what can be done with codes: attributes, likely morphs,
// new faces.
func (b *book) codes(ctx context.Context) error {
	m, err := b.coder(ctx)
	if err != nil {
		return err
	}
	if len(b.split.Test) < 2 {
		return nil
	}
	b.log("codes: directions of attributes, likely paths, new faces")
	l := Latent{Model: m, Data: b.Data, Split: b.split, Out: b.Out, Seed: b.Seed, Judge: b.judges()}
	r, err := l.Do(ctx)
	if err != nil {
		return err
	}
	b.results.Latent = r
	body := []report.Block{report.Paragraph("What else codes are good for, with the best model of this run.")}
	if r.Edits != nil {
		body = append(body,
			report.Paragraph(fmt.Sprintf("Attributes are directions among the codes. They were found by regression on the training pictures and tell the attribute on held-out ones with a mean AUC of %.2f. Two test faces along some of them, by standard deviations:", r.AUC)),
			report.Figure{Picture: r.Edits, Caption: "From less of an attribute to more. Frames in a border, far: the distance from the mean code, or the score of the attribute, is beyond that of 99 % of the training pictures.", Alt: "strips of faces that change in one attribute"})
	}
	if b.Data.Attributes != nil {
		body = append(body, verdicts(r.Judged)...)
	}
	if r.Paths != nil {
		body = append(body, report.Figure{Picture: r.Paths, Caption: "A straight walk between two codes passes through faces more average than any; the likely path keeps to where codes are.", Alt: "two rows of faces between the same two"})
	}
	if r.NewFaces != nil {
		body = append(body, report.Figure{Picture: r.NewFaces, Caption: fmt.Sprintf("Faces of nobody: codes drawn from a mixture of %d gaussians, and beside them real faces as the model gives them back.", r.Components), Alt: "many small faces"})
	}
	if len(r.Samples) > 0 {
		t := report.Table{
			Caption: "How near new faces come to held-out ones: precision is the share of new faces that lie among real ones, recall the share of real ones that lie among new ones.",
			Columns: []report.Column{{Name: "faces"}, {Name: "precision", Numeric: true}, {Name: "recall", Numeric: true}, {Name: "coverage", Numeric: true}},
		}
		for _, s := range r.Samples {
			t.Rows = append(t.Rows, []string{s.Name, fmt.Sprintf("%.3f", s.Precision), fmt.Sprintf("%.3f", s.Recall), fmt.Sprintf("%.3f", s.Coverage)})
		}
		body = append(body, t)
	}
	b.add(report.Chapter{ID: "codes", Title: "Attributes, likely morphs, new faces", Body: body})
	return nil
}

// coder is the best model with a code that this run has.
func (b *book) coder(ctx context.Context) (*autoencoder.Model, error) {
	if m := b.models[better]; m != nil {
		return m, nil
	}
	return b.convModel(ctx)
}
