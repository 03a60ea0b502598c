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
		{"pca", "PCA autoencoder", "pca", 32, 15, 0.004, train.Cosine, nil, 0},
		{"conv", "Convolutional autoencoder", "conv", 32, 25, 0.008, train.Cosine, nil, 0.005865},
		{"denoise", "Denoising autoencoder", "conv", 512, 25, 0.004, train.Cosine, pix.Gaussian{Sigma: 0.1}, 0.002949},
		{"occlusion", "Occlusion", "conv", 512, 15, 0.004, train.Cosine, pix.Occlusion{Count: 1, Size: 12}, 0},
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
