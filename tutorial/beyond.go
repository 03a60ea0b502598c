package tutorial

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/pix"
	"likeness/report"
)

// judgedAt is the noise of the tutorial, one of baseline.NoiseLevels.
const judgedAt = 0.1

// denoised is what comes of a denoiser without a code.
type denoised struct {
	levels   []baseline.LevelScore // by baseline.NoiseLevels, on the test pictures
	cleanMSE float64               // what it changes of test pictures without noise
	figure   *pix.Image            // Original | Noisy | Wiener filter | Tutorial's | Residual, at sigma 0.1
	caption  string
}

// judgeDenoiser measures a trained denoiser on the test pictures and draws it beside
// the Wiener filter and, if it is in this run, the tutorial's denoiser.
func (b *book) judgeDenoiser(ctx context.Context, m *autoencoder.Model) (*denoised, error) {
	d := &denoised{}
	var err error
	if d.cleanMSE, err = b.baseline.Clean(ctx, m); err != nil {
		return nil, err
	}
	if d.levels, err = b.baseline.Levels(ctx, m, baseline.NoiseLevels(), true, b.Seed); err != nil {
		return nil, err
	}
	noise := pix.Gaussian{Sigma: judgedAt}
	size := b.Data.W * b.Data.H * 3
	clean := b.test[:min(6, len(b.split.Test))*size]
	noisy := baseline.Corrupted(clean, noise, b.Data.Prep, b.Seed)
	filtered, err := b.baseline.Filter(ctx, noisy, noise)
	if err != nil {
		return nil, err
	}
	names, made := []string{"Wiener filter"}, [][]float32{filtered}
	add := func(name string, m *autoencoder.Model) error {
		x, err := m.Reconstruct(ctx, noisy)
		names, made = append(names, name), append(made, x)
		return err
	}
	if tutorials := b.models["denoise"]; tutorials != nil {
		if err := add("Tutorial’s", tutorials); err != nil {
			return nil, err
		}
	}
	if err := add("Residual", m); err != nil {
		return nil, err
	}
	var rows []report.Comparison
	for i := range len(clean) / size {
		c := b.values(clean, i)
		row := report.Comparison{
			Title:    fmt.Sprintf("test image %d", i),
			Original: b.picture(clean, i), Noisy: b.picture(noisy, i), NoisyMSE: report.Measured(mse(b.values(noisy, i), c)),
		}
		for _, x := range made {
			row.Results, row.MSE = append(row.Results, b.picture(x, i)), append(row.MSE, report.Measured(mse(b.values(x, i), c)))
		}
		rows = append(rows, row)
	}
	d.figure = report.Comparisons(names, rows)
	d.caption = fmt.Sprintf("The first test pictures with noise of sigma %g, and what is made of them.", judgedAt)
	return d, nil
}
