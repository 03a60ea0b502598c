package tutorial

import (
	"context"
	"fmt"
	"math/rand/v2"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/pix"
	"likeness/recipe"
	"likeness/report"
)

// denoise is the chapter of gaussian noise, with the Wiener filter beside it.
func (b *book) denoise(ctx context.Context) error {
	r, _ := recipe.Named("denoise")
	noise := r.Corruption.(pix.Gaussian)
	check, err := b.noiseFigures(noise)
	if err != nil {
		return err
	}
	m, part, err := b.model(ctx, r)
	if err != nil {
		return err
	}
	noisy := b.corrupted(b.test, r)
	filtered, err := b.baseline.Filter(ctx, noisy, noise)
	if err != nil {
		return err
	}
	untouched, wiener := mse(noisy, b.test), mse(filtered, b.test)
	part.Untouched, part.Wiener = &untouched, &wiener
	rows, err := b.restored(ctx, m, noisy, filtered, "")
	if err != nil {
		return err
	}
	figure, err := b.figure(r.Name, "Original | Noisy | Denoised by the network | by the Wiener filter, with the mean squared error against the original.",
		"rows of faces, corrupted by noise and restored", report.Restorations("Noisy", "Denoised", rows))
	if err != nil {
		return err
	}
	intro := fmt.Sprintf("The same network with a code of %d numbers sees faces with gaussian noise of standard deviation %g, fresh in every epoch, and has to give back the clean ones. "+
		"It is measured on noisy test pictures against the clean ones. The Wiener filter, the best linear filter for pictures with the mean and covariance of the training pictures, needs no training at all: it has a closed form.", r.Code, noise.Sigma)
	return b.trainedChapter(m, r, part, intro, []report.Baseline{
		{Name: "the Wiener filter", Value: report.Measured(wiener)},
		{Name: "leaving the noise alone", Value: report.Measured(untouched)},
	}, append(check, figure)...)
}

// noiseFigures check that the noise is what it should be and show how strong
// it is.
func (b *book) noiseFigures(g pix.Gaussian) ([]report.Figure, error) {
	pictures := min(100, len(b.split.Test))
	clean := b.test[:pictures*b.Data.W*b.Data.H*3]
	noisy := baseline.Corrupted(clean, g, b.Data.Prep, b.Seed)
	for i, v := range clean {
		noisy[i] -= v
	}
	check, err := b.figure("noise-check", "The noise of the first test pictures: its mean is zero, as it should be. (The tutorial’s helper adds the data’s mean by mistake.)",
		"a histogram under a bell curve", report.NoiseCheck(noisy, float64(g.Sigma)))
	if err != nil {
		return nil, err
	}
	var levels []report.NoiseLevel
	for _, sigma := range []float32{0.01, 0.1, 0.5} {
		x := append([]float32(nil), b.values(b.test, 0)...)
		pix.Gaussian{Sigma: sigma}.Corrupt(x, b.Data.W, b.Data.H, rand.New(rand.NewPCG(b.Seed, 0)))
		levels = append(levels, report.NoiseLevel{Sigma: float64(sigma), Picture: pix.FromFloats(x, b.Data.W, b.Data.H)})
	}
	scale, err := b.figure("noise-scale", "One test picture with noise of growing strength.", "a face that drowns in noise", report.NoiseScale(b.picture(b.test, 0), levels))
	return []report.Figure{check, scale}, err
}

// restored returns rows of the denoising figure, with what a closed form makes of the noisy
// pictures; name heads its column as in report.Restoration.
func (b *book) restored(ctx context.Context, m *autoencoder.Model, noisy, closed []float32, name string) ([]report.Restoration, error) {
	back, err := m.Reconstruct(ctx, noisy)
	if err != nil {
		return nil, err
	}
	var rows []report.Restoration
	for i := range min(6, len(b.split.Test)) {
		clean := b.values(b.test, i)
		rows = append(rows, report.Restoration{
			Title:    fmt.Sprintf("test image %d", i),
			Original: b.picture(b.test, i), Corrupted: b.picture(noisy, i), Restored: b.picture(back, i),
			CorruptedMSE: report.Measured(mse(b.values(noisy, i), clean)), RestoredMSE: report.Measured(mse(b.values(back, i), clean)),
			Baseline: b.picture(closed, i), BaselineMSE: report.Measured(mse(b.values(closed, i), clean)), BaselineName: name,
		})
	}
	return rows, nil
}

// occlusion is the chapter of black rectangles, with the gaussian fill beside it.
func (b *book) occlusion(ctx context.Context) error {
	r, _ := recipe.Named("occlusion")
	m, part, err := b.model(ctx, r)
	if err != nil {
		return err
	}
	covered := b.corrupted(b.test, r)
	filled, err := b.baseline.Fill(ctx, 0, covered, r.Corruption, b.Seed)
	if err != nil {
		return err
	}
	rows, err := b.restored(ctx, m, covered, filled, "Gaussian fill")
	if err != nil {
		return err
	}
	mean, err := b.baseline.MeanFill(ctx, r.Corruption, b.Seed)
	if err != nil {
		return err
	}
	untouched, gaussian := mse(covered, b.test), mse(filled, b.test)
	part.Untouched, part.MeanFill, part.GaussianFill = &untouched, &mean, &gaussian
	figure, err := b.figure(r.Name, "Original | Covered | Filled in by the network | by the gaussian fill, with the mean squared error against the original.",
		"rows of faces with black rectangles, and filled in two ways", report.Restorations("Covered", "Filled in", rows))
	if err != nil {
		return err
	}
	o := r.Corruption.(pix.Occlusion)
	return b.trainedChapter(m, r, part,
		fmt.Sprintf("Noise is not the only harm that can be undone. Here a black rectangle of up to %d×%d pixels covers a random part of each picture, another in every epoch, and the network has to imagine what is behind it. "+
			"Two answers need no training: the mean face’s pixels in the rectangle, and those that are to be expected of the visible pixels if faces are gaussian with the mean and covariance of the training pictures, which has a closed form. "+
			"Both leave the visible pixels as they are, for they are given its place; the network has to find it and to bring everything else through its code.", o.Size, o.Size),
		[]report.Baseline{
			{Name: "the gaussian fill (given the mask)", Value: report.Measured(gaussian)},
			{Name: "the mean face in the rectangle", Value: report.Measured(mean)},
			{Name: "leaving the rectangle", Value: report.Measured(untouched)},
		}, figure)
}
