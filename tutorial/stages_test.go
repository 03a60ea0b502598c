package tutorial

import (
	"slices"
	"testing"

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

func TestExamples(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 2, 3: 3, 247: 3, 248: 3} {
		b := &book{split: faces.Split{Test: make([]int, n)}}
		got := b.examples()
		if len(got) != want || (got[0] == 247) != (n > 247) {
			t.Errorf("%d test pictures: examples %v", n, got)
		}
	}
}
