package tutorial

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/pix"
	"likeness/report"
	"likeness/train"
)

// DenoiserRecipe says how a denoiser without a code is trained.
type DenoiserRecipe struct {
	Epochs, Batch int
	Rate          float64
	Schedule      train.Schedule
	Corruption    pix.Corruption
}

// Denoiser is the one that was chosen on a part of LFW's training pictures;
// RESULTS.md tells how. Its pictures are mirrored, too.
var Denoiser = DenoiserRecipe{
	Epochs: 40, Batch: 16, Rate: 0.004, Schedule: train.Cosine,
	Corruption: pix.Noise{Min: 0.02, Max: 0.55},
}

// NewDenoiser makes the untrained model for a corruption: one that knows the
// level of the noise where there is nothing but noise.
func NewDenoiser(prep pix.Prep, c pix.Corruption, seed uint64) (*autoencoder.Model, error) {
	m, err := autoencoder.New(autoencoder.Residual, prep, 0, seed)
	if err != nil {
		return nil, err
	}
	m.Mirror = true
	switch c.(type) {
	case pix.Gaussian, pix.Noise:
		m.Level = autoencoder.UnitNoise
	}
	return m, nil
}

// DenoiserRun is what a denoiser without a code is trained and judged on.
type DenoiserRun struct {
	Data  *faces.Set
	Split faces.Split
	// SplitName says in words how Split was made.
	SplitName string
	Seed      uint64
	Threads   int // 0: all processors
	Epochs    int // 0: the recipe's
	// Tutorial is the tutorial's denoiser, for the figure; nil leaves it out.
	Tutorial   *autoencoder.Model
	Checkpoint string // as in train.Run
	Events     func(train.Event)
}

// Denoised is what came of it.
type Denoised struct {
	Model    *autoencoder.Model
	Levels   []train.LevelScore // by train.NoiseLevels, on the test pictures
	CleanMSE float64            // what it changes of test pictures without noise
	Figure   *pix.Image         // Original | Noisy | Wiener filter | Tutorial's | Residual, at sigma 0.1
	Caption  string
}

// Train trains the denoiser of the recipe.
func (r DenoiserRun) Train(ctx context.Context) (*autoencoder.Model, error) {
	m, err := NewDenoiser(r.Data.Prep, Denoiser.Corruption, r.Seed)
	if err != nil {
		return nil, err
	}
	run := train.Run{
		Model: m, Data: r.Data, Split: r.Split, SplitName: r.SplitName, Seed: r.Seed, Threads: r.Threads,
		Epochs: Denoiser.Epochs, Batch: Denoiser.Batch, Rate: Denoiser.Rate, Schedule: Denoiser.Schedule,
		Corruption: Denoiser.Corruption, Mirror: true, Checkpoint: r.Checkpoint, Events: r.Events,
	}
	if r.Epochs > 0 {
		run.Epochs = r.Epochs
	}
	_, err = run.Do(ctx)
	return m, err
}

// Judge measures a trained denoiser on the test pictures, with y fitted to the
// training pictures of the same split, and draws it beside the others.
func (r DenoiserRun) Judge(ctx context.Context, m *autoencoder.Model, y *train.Yardsticks) (*Denoised, error) {
	d := &Denoised{Model: m, CleanMSE: y.Clean(m)}
	var err error
	if d.Levels, err = y.Levels(ctx, m, train.NoiseLevels, true, r.Seed); err != nil {
		return nil, err
	}
	noise := pix.Gaussian{Sigma: 0.1}
	clean := r.Data.AllFloats(r.Split.Test[:min(6, len(r.Split.Test))])
	noisy := train.Corrupted(clean, noise, r.Data.Prep, r.Seed)
	filtered, err := y.Filter(ctx, noisy, noise)
	if err != nil {
		return nil, err
	}
	names, made := []string{"Wiener filter"}, [][]float32{filtered}
	if r.Tutorial != nil {
		names, made = append(names, "Tutorial’s"), append(made, r.Tutorial.Reconstruct(noisy))
	}
	names, made = append(names, "Residual"), append(made, m.Reconstruct(noisy))
	var rows []report.Rivals
	size := r.Data.W * r.Data.H * 3
	picture := func(x []float32) *pix.Image { return pix.FromFloats(x, r.Data.W, r.Data.H) }
	for i := 0; i < len(clean); i += size {
		c, n := clean[i:i+size], noisy[i:i+size]
		row := report.Rivals{
			Title:    fmt.Sprintf("test image %d", i/size),
			Original: picture(c), Noisy: picture(n), NoisyMSE: report.Measured(mse(n, c)),
		}
		for _, x := range made {
			row.Mended, row.MSE = append(row.Mended, picture(x[i:i+size])), append(row.MSE, report.Measured(mse(x[i:i+size], c)))
		}
		rows = append(rows, row)
	}
	d.Figure = report.Denoisers(names, rows)
	d.Caption = "The first test pictures with noise of sigma 0.1, and what is made of them."
	return d, nil
}
