package tutorial

import (
	"slices"
	"strings"
	"testing"

	"likeness/baseline"
	"likeness/faces"
	"likeness/pix"
	"likeness/train"
)

// The shipped recipes: the tutorial's models and what goes beyond, as RESULTS.md
// tells of them. The program's defaults follow them.
func TestRecipes(t *testing.T) {
	want := []Recipe{
		{Name: "pca", Title: "PCA autoencoder", Arch: "pca", Code: 32, Epochs: 15, Rate: 0.004, Schedule: train.Cosine},
		{Name: "conv", Title: "Convolutional autoencoder", Arch: "conv", Code: 32, Epochs: 25, Rate: 0.008, Schedule: train.Cosine, Tutorial: 0.005865},
		{Name: "denoise", Title: "Denoising autoencoder", Arch: "conv", Code: 512, Epochs: 25, Rate: 0.004, Schedule: train.Cosine, Corruption: pix.Gaussian{Sigma: 0.1}, Tutorial: 0.002949},
		{Name: "occlusion", Title: "Occlusion", Arch: "conv", Code: 512, Epochs: 15, Rate: 0.004, Schedule: train.Cosine, Corruption: pix.Occlusion{Count: 1, Size: 12}},
		{Name: "residual", Title: "Residual autoencoder", Arch: "residual", Code: 32, Epochs: 60, Rate: 0.008, Schedule: train.Cosine,
			Warmup: 300, Mirror: true, Average: 0.999, Decay: 0.05, Correct: 3, Jitter: 1},
		{Name: "denoiser", Title: "A denoiser without a bottleneck", Arch: "residual", Epochs: 100, Batch: 16, Optimizer: train.Muon, Rate: 0.004, Schedule: train.Cosine,
			Warmup: 0.02, Mirror: true, Decay: 0.05, Weigh: 0.5, Jitter: 1, Corruption: pix.Noise{Min: 0.02, Max: 0.55, Middle: true}},
	}
	shipped := append(slices.Clone(Recipes), Better, Denoiser)
	if len(shipped) != len(want) {
		t.Fatalf("%d recipes, want %d", len(shipped), len(want))
	}
	for i, r := range shipped {
		if r != want[i] {
			t.Errorf("recipe %d is %+v, want %+v", i, r, want[i])
		}
	}
}

// What the text says of a denoiser follows from its numbers.
func TestOfDenoisers(t *testing.T) {
	level := func(sigma, noisy, wiener, model float64) baseline.LevelScore {
		return baseline.LevelScore{Sigma: sigma, Noisy: baseline.Quality{MSE: noisy}, Wiener: &baseline.Quality{MSE: wiener}, Model: baseline.Quality{MSE: model}}
	}
	good, bad := level(0.1, 0.01, 0.002, 0.001), level(0.2, 0.04, 0.003, 0.004)
	for want, levels := range map[string][]baseline.LevelScore{
		"At every level the denoiser has less error.":                    {good, good},
		"The denoiser has less error at sigma 0.1, but not at 0.2, 0.2.": {bad, good, bad},
		"at none of these levels: so far its training was not worth it":  {bad},
	} {
		if got := ofLevels(levels); !strings.Contains(got, want) {
			t.Errorf("got %q, want one that says %q", got, want)
		}
	}
	for want, mse := range map[string]float64{"nearly leaves alone (error 0.000001,": 1e-6, "changes by more than one of 256 steps (error 0.000020)": 2e-5} {
		if got := ofClean(mse); !strings.Contains(got, want) {
			t.Errorf("got %q, want one that says %q", got, want)
		}
	}
}

func TestExamples(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 3, 247: 3, 248: 3} {
		b := &book{split: faces.Split{Test: make([]int, n)}}
		got := b.examples()
		if len(got) != want || (got[0] == 247) != (n > 247) {
			t.Errorf("%d test pictures: examples %v", n, got)
		}
	}
}
