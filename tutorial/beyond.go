package tutorial

import (
	"likeness/autoencoder"
	"likeness/pix"
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
	Epochs: 45, Batch: 16, Rate: 0.004, Schedule: train.Cosine,
	Corruption: pix.Noise{Min: 0.01, Max: 0.55},
}

// NewDenoiser makes the untrained model for a corruption: one that knows the
// level of the noise where there is nothing but noise.
func NewDenoiser(prep pix.Prep, c pix.Corruption, seed uint64) (*autoencoder.Model, error) {
	m, err := autoencoder.New(autoencoder.Residual, prep, 0, seed)
	if err != nil {
		return nil, err
	}
	switch c.(type) {
	case pix.Gaussian, pix.Noise:
		m.Level = autoencoder.UnitNoise
	}
	return m, nil
}
