package tutorial

import (
	"testing"

	"likeness/faces"
	"likeness/pix"
	"likeness/train"
)

// The shipped recipes: the tutorial's models, with the rates that RESULTS.md
// tells of.
func TestRecipes(t *testing.T) {
	want := []Recipe{
		{Name: "pca", Title: "PCA autoencoder", Arch: "pca", Code: 32, Epochs: 15, Rate: 0.004, Schedule: train.Cosine},
		{Name: "conv", Title: "Convolutional autoencoder", Arch: "conv", Code: 32, Epochs: 25, Rate: 0.008, Schedule: train.Cosine, Tutorial: 0.005865},
		{Name: "denoise", Title: "Denoising autoencoder", Arch: "conv", Code: 512, Epochs: 25, Rate: 0.004, Schedule: train.Cosine, Corruption: pix.Gaussian{Sigma: 0.1}, Tutorial: 0.002949},
		{Name: "occlusion", Title: "Occlusion", Arch: "conv", Code: 512, Epochs: 15, Rate: 0.004, Schedule: train.Cosine, Corruption: pix.Occlusion{Count: 1, Size: 12}},
	}
	if len(Recipes) != len(want) {
		t.Fatalf("%d recipes, want %d", len(Recipes), len(want))
	}
	for i, r := range Recipes {
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
