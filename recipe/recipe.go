// Package recipe says how models are trained: recipes with their hyperparameters, and
// the job that carries one out, from pictures to a model file.
package recipe

import (
	"likeness/autoencoder"
	"likeness/faces"
	"likeness/hyper"
	"likeness/pix"
	"likeness/train"
)

// Recipe says how one model is made. Learning rates and schedules were chosen on a part
// of LFW's training pictures; RESULTS.md says how.
type Recipe struct {
	Name   string // "pca", "conv", "denoise", "occlusion", "residual" or "denoiser"
	Title  string
	Arch   string
	Code   int // 0: a denoiser without a code
	Epochs int
	hyper.Parameters
	Corruption pix.Corruption // nil but for denoisers
}

// All returns all recipes: the tutorial's in its order, then what goes beyond it, an
// autoencoder with as many numbers and fewer errors, and a denoiser without a code.
func All() []Recipe {
	return []Recipe{
		{Name: "pca", Title: "PCA autoencoder", Arch: "pca", Code: 32, Epochs: 15,
			Parameters: hyper.Parameters{Rate: 0.004, Schedule: hyper.Cosine}},
		{Name: "conv", Title: "Convolutional autoencoder", Arch: "conv", Code: 32, Epochs: 25,
			Parameters: hyper.Parameters{Rate: 0.008, Schedule: hyper.Cosine}},
		{Name: "denoise", Title: "Denoising autoencoder", Arch: "conv", Code: 512, Epochs: 25,
			Parameters: hyper.Parameters{Rate: 0.004, Schedule: hyper.Cosine}, Corruption: pix.Gaussian{Sigma: 0.1}},
		{Name: "occlusion", Title: "Occlusion", Arch: "conv", Code: 512, Epochs: 15,
			Parameters: hyper.Parameters{Rate: 0.004, Schedule: hyper.Cosine}, Corruption: pix.Occlusion{Count: 1, Size: 12}},
		{Name: "residual", Title: "Residual autoencoder", Arch: autoencoder.Residual, Code: 32, Epochs: 60,
			Parameters: hyper.Parameters{Rate: 0.008, Schedule: hyper.Cosine, Warmup: 300, Mirror: true, Average: 0.999, Decay: 0.05, Correct: 3, Jitter: 1}},
		{Name: "denoiser", Title: "A denoiser without a bottleneck", Arch: autoencoder.Residual, Epochs: 100,
			Parameters: hyper.Parameters{Batch: 16, Optimizer: hyper.Muon, Rate: 0.004, Schedule: hyper.Cosine, Warmup: 0.02, Mirror: true, Decay: 0.05, Weigh: 0.5, Jitter: 1},
			Corruption: pix.Noise{Min: 0.02, Max: 0.55, Middle: true}},
	}
}

// Named returns the recipe of a name and whether there is one.
func Named(name string) (Recipe, bool) {
	for _, r := range All() {
		if r.Name == name {
			return r, true
		}
	}
	return Recipe{}, false
}

// Model returns the untrained model for pictures of a preparation.
func (r Recipe) Model(prep pix.Prep) (*autoencoder.Model, error) {
	m, err := autoencoder.New(r.Arch, prep, r.Code, r.Seed)
	if err != nil || r.Arch != autoencoder.Residual || r.Code > 0 {
		return m, err
	}
	m.Mirror = r.Mirror
	switch r.Corruption.(type) {
	case pix.Gaussian, pix.Noise: // with rectangles besides, the level cannot be estimated
		m.Level = autoencoder.UnitNoise
	}
	return m, nil
}

// Run returns the run that trains a new model on a split, whose name says how it was
// made. With Jitter it still needs the pictures' surroundings (train.Run.Around).
func (r Recipe) Run(data *faces.Set, split faces.Split, splitName string) (*train.Run, error) {
	m, err := r.Model(data.Prep)
	if err != nil {
		return nil, err
	}
	return &train.Run{
		Model: m, Data: data, Split: split, SplitName: splitName,
		Parameters: r.Parameters, Epochs: r.Epochs, Corruption: r.Corruption,
	}, nil
}
