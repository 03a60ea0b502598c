package tutorial

import (
	"slices"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/train"
)

// Recipe says how one of the tutorial's models is trained. Learning rates and
// schedules were chosen on a part of LFW's training pictures; RESULTS.md tells
// how.
type Recipe struct {
	Name       string // of the stage: "pca", "conv", "denoise", "occlusion"
	Title      string
	Arch       string
	Code       int
	Epochs     int
	Batch      int             // 0: train.DefaultBatch
	Optimizer  train.Optimizer // empty: train.Adamax
	Rate       float64
	Schedule   train.Schedule
	Warmup     float64 // these as in train.Run
	Mirror     bool
	Average    float64
	Decay      float64
	Weigh      float64
	Correct    int
	Jitter     float64        // the Amount of train.Jitter; 0: none
	Corruption pix.Corruption // nil but for denoisers

	// Tutorial is the test error that the tutorial reports on LFW; 0 if none.
	Tutorial float64
}

// Recipes are those of the tutorial, in its order.
var Recipes = []Recipe{
	{Name: "pca", Title: "PCA autoencoder", Arch: "pca", Code: 32, Epochs: 15, Rate: 0.004, Schedule: train.Cosine},
	{Name: "conv", Title: "Convolutional autoencoder", Arch: "conv", Code: 32, Epochs: 25, Rate: 0.008, Schedule: train.Cosine, Tutorial: 0.005865},
	{Name: "denoise", Title: "Denoising autoencoder", Arch: "conv", Code: 512, Epochs: 25, Rate: 0.004, Schedule: train.Cosine,
		Corruption: pix.Gaussian{Sigma: 0.1}, Tutorial: 0.002949},
	{Name: "occlusion", Title: "Occlusion", Arch: "conv", Code: 512, Epochs: 15, Rate: 0.004, Schedule: train.Cosine,
		Corruption: pix.Occlusion{Count: 1, Size: 12}},
}

// Better is what goes beyond the tutorial: the same 32 numbers, fewer errors.
// RESULTS.md tells how it was found.
var Better = Recipe{
	Name: "residual", Title: "Residual autoencoder", Arch: autoencoder.Residual, Code: 32, Epochs: 60, Rate: 0.008,
	Schedule: train.Cosine, Warmup: 300, Mirror: true, Average: 0.999, Decay: 0.05, Correct: 3, Jitter: 1,
}

// short is how many epochs the recipes beyond the tutorial take in a run that is
// not Long: enough to pass the tutorial's models, not all they can do.
var short = map[string]int{"residual": 10, "denoiser": 3}

// RecipeNamed gives the recipe of a stage.
func RecipeNamed(name string) (Recipe, bool) {
	for _, r := range append(slices.Clone(Recipes), Better) {
		if r.Name == name {
			return r, true
		}
	}
	return Recipe{}, false
}
