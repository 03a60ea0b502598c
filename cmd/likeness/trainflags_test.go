package main

import (
	"cmp"
	"io"
	"strings"
	"testing"

	"likeness/cmd/likeness/internal/console"
	"likeness/recipe"

	"github.com/spf13/cobra"
)

// Without flags a verb trains what the tutorial's recipe says, the denoiser's also
// with --arch residual; and the help says so.
func TestDefaultsAreRecipes(t *testing.T) {
	denoiser, _ := recipe.Named("denoiser")
	for kind, want := range map[string]recipe.Recipe{"": denoiser, "pca": {}, "conv": {}, "denoise": {}, "residual": {}} {
		var flags []string
		verb := cmp.Or(kind, "denoise")
		if kind != "" {
			want, _ = recipe.Named(kind)
		} else {
			flags = []string{"--arch", "residual"}
		}
		f, c := newTrainFlags(verb), &cobra.Command{}
		f.add(c)
		if err := c.ParseFlags(flags); err != nil {
			t.Fatal(err)
		}
		if err := f.settle(c); err != nil {
			t.Fatal(err)
		}
		corruption := ""
		if want.Corruption != nil {
			corruption = want.Corruption.String()
		}
		if f.Corruption != corruption {
			t.Errorf("train %s %v: corruption %s, the recipe's is %s", verb, flags, f.Corruption, corruption)
		}
		got := recipe.Recipe{
			Name: want.Name, Title: want.Title, Arch: f.Arch, Code: f.Code, Epochs: f.Epochs, Parameters: f.Parameters, Corruption: want.Corruption,
		}
		want.Parameters = want.WithDefaults()
		want.Seed = 42
		if got != want {
			t.Errorf("train %s %v: %+v, the recipe is %+v", verb, flags, got, want)
		}
	}
	c, _, err := newRoot(&app{Console: console.New(nil, io.Discard, io.Discard)}).Find([]string{"train", "denoise"})
	if err != nil {
		t.Fatal(err)
	}
	said := "\n\n  --noise 0.02-0.55 --weigh 0.5 --epochs 100 --batch 16 --optimizer muon\n  --lr 0.004 --schedule cosine --warmup 0.02 --decay 0.05 --mirror --jitter 1\n\n"
	if !strings.Contains(c.Long, said) {
		t.Errorf("the help does not say %s:\n%s", said, c.Long)
	}
}
