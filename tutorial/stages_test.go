package tutorial

import (
	"testing"

	"likeness/faces"
	"likeness/pix"
	"likeness/search"
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

// Anna and Ben are in both parts, Cleo is only tested, two have no name.
func TestHits(t *testing.T) {
	set := &faces.Set{People: []string{"Anna", "Ben", "", "Anna", "Ben", "Cleo", "", "Ben"}}
	b := &book{Run: &Run{Data: set}, split: faces.Split{Train: []int{0, 1, 2}, Test: []int{3, 4, 5, 6, 7}}}
	found := func(people ...string) []search.Match {
		var list []search.Match
		for i, p := range people {
			list = append(list, search.Match{Rank: i + 1, Person: p})
		}
		return list
	}
	got := b.hits([][]search.Match{
		found("Anna", "Ben"),                     // Anna: first
		found("Anna", "", "", "", "Ben", "Ben"),  // Ben: fifth
		found("Cleo"),                            // Cleo: not asked
		found(""),                                // nobody: not asked
		found("Anna", "", "", "", "Anna", "Ben"), // Ben: sixth
	})
	if got.Queries != 3 || got.Hit1 != 1.0/3 || got.Hit5 != 2.0/3 {
		t.Errorf("%+v, want 3 queries, hits of 1/3 and 2/3", got)
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
