package tutorial

import (
	"context"
	"fmt"
	"slices"
	"time"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/pix"
	"likeness/recipe"
	"likeness/report"
)

func (b *book) pca(ctx context.Context) error {
	r, _ := recipe.Named("pca")
	return b.reconstruction(ctx, r,
		"The simplest autoencoder has no convolutions and no bend: one Dense layer makes 32 numbers of all pixels, another makes pixels of them. "+
			"At best it finds the space of the principal components, so exact PCA, computed in closed form, is the least error it can hope for.")
}

func (b *book) conv(ctx context.Context) error {
	r, _ := recipe.Named("conv")
	return b.reconstruction(ctx, r,
		"Four convolutions of 3×3 with ELU, each followed by 2×2 max pooling, shrink the picture to 2×2×256 before a Dense layer makes the code; four transposed convolutions at stride 2 grow it back. "+
			"It has as many numbers as PCA to describe a face with, but a decoder that is free to learn what faces look like.")
}

// reconstruction is the chapter of a plain autoencoder.
func (b *book) reconstruction(ctx context.Context, r recipe.Recipe, intro string) error {
	m, part, err := b.model(ctx, r)
	if err != nil {
		return err
	}
	codes, err := m.Encode(ctx, b.test)
	if err != nil {
		return err
	}
	back, err := m.Decode(ctx, codes)
	if err != nil {
		return err
	}
	var rows []report.Reconstruction
	for i := range min(8, len(b.split.Test)) {
		rows = append(rows, report.Reconstruction{
			Original: b.picture(b.test, i), Reconstructed: b.picture(back, i), Code: codes[i*m.Code : (i+1)*m.Code],
			Title: fmt.Sprintf("test image %d", i), Note: "MSE " + report.MSE(mse(b.values(back, i), b.values(b.test, i))),
		})
	}
	figure, err := b.figure(r.Name, "Original | Code | Reconstructed: the first test pictures.", "rows of original faces, their codes as coloured squares, and their reconstructions",
		report.Reconstructions(rows))
	if err != nil {
		return err
	}
	spread, err := b.figure(r.Name+"-best-worst", "The test pictures that come back best (upper row) and worst (lower row).", "two rows of faces with their reconstructions",
		b.bestAndWorst(back))
	if err != nil {
		return err
	}
	yard := report.Baseline{Name: fmt.Sprintf("exact PCA, %d numbers", m.Code), Value: report.Measured(b.results.Yardsticks.PCA)}
	mean := report.Baseline{Name: "the mean image", Value: report.Measured(b.results.Yardsticks.MeanImage)}
	return b.trainedChapter(m, r, part, intro, []report.Baseline{yard, mean}, figure, spread)
}

// bestAndWorst shows test pictures above their reconstructions.
func (b *book) bestAndWorst(back []float32) *pix.Image {
	order := make([]int, len(b.split.Test))
	for i := range order {
		order[i] = i
	}
	errs := make([]float64, len(order))
	for i := range errs {
		errs[i] = mse(b.values(back, i), b.values(b.test, i))
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if errs[i] < errs[j] {
			return -1
		}
		if errs[i] > errs[j] {
			return 1
		}
		return 0
	})
	n := min(5, len(order)/2)
	var pictures []*pix.Image
	var captions []string
	for _, part := range [][]int{order[:n], order[len(order)-n:]} {
		for _, i := range part {
			pictures = append(pictures, b.picture(b.test, i), b.picture(back, i))
			captions = append(captions, fmt.Sprintf("test image %d", i), "MSE "+report.MSE(errs[i]))
		}
	}
	return report.Montage(pictures, captions, 2*n)
}

// optimizerNames are how texts call them.
var optimizerNames = map[hyper.Optimizer]string{hyper.Adamax: "Adamax", hyper.Muon: "Muon"}

// someOf returns the words for a sample; empty for all.
func someOf(n int) string {
	if n == 0 {
		return ""
	}
	return report.Count(n) + " of "
}

// trainedChapter is what the chapters of all trained models have in common:
// text, figures, loss curves, layers, and a line in the summary.
func (b *book) trainedChapter(m *autoencoder.Model, r recipe.Recipe, part *ModelPart, intro string, baselines []report.Baseline, figures ...report.Figure) error {
	curves := report.Curves{Title: r.Title + ": error by epoch", Log: true, Series: []report.Series{{Name: "test"}, {Name: "training", Dashed: true}}}
	for _, e := range m.Training.History {
		curves.Series[0].Values = append(curves.Series[0].Values, e.TestLoss)
		curves.Series[1].Values = append(curves.Series[1].Values, e.Loss)
	}
	caption, alt := "Mean squared error after each epoch. The training error is the mean over the epoch’s batches, each measured before its step.", "two falling curves"
	if m.Level != 0 { // its training error is counted in units of the noise, the other in those of the picture
		curves.Series = curves.Series[:1]
		caption, alt = "Mean squared error after each epoch.", "a falling curve"
	}
	curves.Baselines = slices.Clone(baselines[:min(1, len(baselines))])
	if part.Tutorial > 0 && b.incomparable() == "" {
		curves.Baselines = append(curves.Baselines, report.Baseline{Name: "the tutorial", Value: report.Measured(part.Tutorial)})
	}
	loss, err := b.figure(r.Name+"-loss", caption, alt, report.LossCurves(curves))
	if err != nil {
		return err
	}
	body := []report.Block{
		report.Paragraph(intro),
		report.Paragraph(fmt.Sprintf("Trained for %s with %s (batches of %d, learning rate %g, %s schedule) in %s, %s pictures a second. Mean squared error: %s on %sthe training pictures, %s on the test pictures.",
			epochs(part.Epochs), optimizerNames[m.Training.Optimizer], m.Training.Batch, part.LearningRate, part.Schedule, report.Duration(seconds(part.Seconds)), report.Count(int(part.ImagesPerSecond)), report.MSE(part.TrainMSE), someOf(part.TrainSample), report.MSE(part.TestMSE))),
	}
	code := "no code"
	if part.Code > 0 {
		code = fmt.Sprintf("code %d", part.Code)
	}
	result := report.Result{
		Name: r.Title, Note: code + ", " + epochs(part.Epochs), Value: report.Measured(part.TestMSE), Compare: ofErrors,
		Incomparable: b.incomparable(), Baselines: baselines, Took: seconds(part.Seconds), Chapter: r.Name, Headline: part.Tutorial > 0,
	}
	if part.Tutorial > 0 {
		result.Tutorial = report.Measured(part.Tutorial)
	}
	if part.Tutorial > 0 && b.Epochs > 0 && b.Epochs != r.Epochs && result.Incomparable == "" {
		result.Incomparable = fmt.Sprintf("%s, not the tutorial’s %d", epochs(b.Epochs), r.Epochs)
	}
	if part.Tutorial > 0 {
		part.Incomparable = result.Incomparable
	}
	b.page.Summary = append(b.page.Summary, result)
	for _, f := range figures {
		body = append(body, f)
	}
	body = append(body, loss, report.Listing{Title: "Layers", Text: m.Summary(), Folded: true})
	b.add(report.Chapter{ID: r.Name, Title: r.Title, Body: body})
	return nil
}

// epochs is a number of them in words.
func epochs(n int) string {
	if n == 1 {
		return "1 epoch"
	}
	return report.Count(n) + " epochs"
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
