package main

import (
	"cmp"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"likeness/train"
	"likeness/tutorial"
)

// Without flags a verb trains what the tutorial's recipe says, the denoiser's also
// with --arch residual; and the help says so.
func TestDefaultsAreRecipes(t *testing.T) {
	for kind, want := range map[string]tutorial.Recipe{"": tutorial.Denoiser, "pca": {}, "conv": {}, "denoise": {}, "residual": {}} {
		var flags []string
		verb := cmp.Or(kind, "denoise")
		if kind != "" {
			want, _ = tutorial.RecipeNamed(kind)
		} else {
			flags = []string{"--arch", "residual"}
		}
		f, c := newTrainFlags(verb), &cobra.Command{}
		f.add(c)
		if err := c.ParseFlags(flags); err != nil {
			t.Fatal(err)
		}
		if verb == "denoise" {
			if err := f.settleDenoise(c); err != nil {
				t.Fatal(err)
			}
		}
		job := &training{trainFlags: f, corruption: f.corruption(false), jittered: &train.Jitter{Amount: f.jitter}}
		r := job.run(0, nil)
		got := tutorial.Recipe{
			Name: want.Name, Title: want.Title, Tutorial: want.Tutorial,
			Arch: f.arch, Code: f.code, Epochs: r.Epochs, Batch: r.Batch, Optimizer: r.Optimizer, Rate: r.Rate, Schedule: r.Schedule,
			Warmup: r.Warmup, Mirror: r.Mirror, Average: r.Average, Decay: r.Decay, Weigh: r.Weigh, Correct: r.Correct,
			Jitter: r.Jitter.Amount, Corruption: r.Corruption,
		}
		want.Batch, want.Optimizer = cmp.Or(want.Batch, train.DefaultBatch), cmp.Or(want.Optimizer, train.Adamax)
		if got != want {
			t.Errorf("train %s %v: %+v, the recipe is %+v", verb, flags, got, want)
		}
	}
	c, _, err := newRoot(newApp(nil, io.Discard, io.Discard)).Find([]string{"train", "denoise"})
	if err != nil {
		t.Fatal(err)
	}
	said := "\n\n  --noise 0.02-0.55 --weigh 0.5 --epochs 100 --batch 16 --optimizer muon\n  --lr 0.004 --schedule cosine --warmup 0.02 --decay 0.05 --mirror --jitter 1\n\n"
	if !strings.Contains(c.Long, said) {
		t.Errorf("the help does not say %s:\n%s", said, c.Long)
	}
}
