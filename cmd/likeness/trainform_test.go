package main

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/hyper"
	"likeness/pix"
	"likeness/recipe"
	"likeness/web"
)

// The command line that a page shows for a training makes the same options again.
func TestTrainCommandOfAForm(t *testing.T) {
	for name, c := range map[string]struct {
		recipe string
		change func(*recipe.Options)
	}{
		"conv": {"conv", nil}, "pca": {"pca", nil}, "residual": {"residual", nil}, "denoise": {"denoise", nil}, "denoiser": {"denoiser", nil}, "occlusion": {"occlusion", nil},
		"data": {"conv", func(o *recipe.Options) {
			o.Data = dataset.Name{Source: "my pictures", Attributes: "-a.txt", Names: "file"}
			o.Split = dataset.SplitPlan{By: dataset.ByPerson, TestSize: 0.25, Seed: 7, Validation: 0.1}
			o.Prep = pix.Prep{W: 48, H: 64, Square: true}
		}},
		"numbers": {"residual", func(o *recipe.Options) {
			o.Code, o.Epochs, o.Batch, o.Rate, o.Warmup, o.Jitter, o.Decay, o.Average, o.Correct, o.Seed = 64, 7, 16, 0.0025, 0.1, 0, 0, 0.99, 0, 3
			o.Mirror, o.Optimizer, o.Schedule, o.Best, o.EarlyStop, o.Restart = false, hyper.Muon, hyper.Constant, true, 4, true
			o.Out = "it's mine.safetensors"
		}},
		"budget": {"pca", func(o *recipe.Options) {
			o.TimeBudget, o.Epochs, o.Prep = 90, 3, pix.Prep{W: 32, H: 32, Auto: true, Whole: true}
		}},
		"noise": {"denoise", func(o *recipe.Options) { o.Corruption = "gaussian(sigma=0.25)" }},
		"both": {"denoise", func(o *recipe.Options) {
			o.Corruption = pix.Sequence{pix.Gaussian{Sigma: 0.1}, pix.Occlusion{Count: 2, Size: 8}}.String()
		}},
		"levels": {"denoiser", func(o *recipe.Options) {
			o.Corruption, o.Weigh = pix.Noise{Min: 0.1, Max: 0.3, Middle: true}.String(), 0.9
		}},
		"rect":  {"conv", func(o *recipe.Options) { o.Prep = pix.Prep{W: 32, H: 32, Rect: pix.Rect{X: 1, Y: 2, W: 30, H: 40}} }},
		"cut":   {"conv", func(o *recipe.Options) { o.Prep = pix.Prep{W: 32, H: 32, DX: 4} }},
		"whole": {"conv", func(o *recipe.Options) { o.Prep = pix.Prep{W: 32, H: 32} }},
	} {
		r, _ := recipe.Named(c.recipe)
		o := r.Options()
		if c.change != nil {
			c.change(&o)
		}
		args, err := web.TrainCommand(o)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		f := newTrainFlags(args[1])
		cmd := newTrainKind(&app{Console: console.New(args, &bytes.Buffer{}, &bytes.Buffer{})}, args[1], "", "")
		cmd.ResetFlags()
		f.add(cmd)
		if err := cmd.ParseFlags(args[2:]); err != nil {
			t.Errorf("%s: %q: %v", name, args, err)
			continue
		}
		if err := f.settle(cmd); err != nil {
			t.Errorf("%s: %q: %v", name, args, err)
			continue
		}
		want := o
		if o.Out == r.Name+".safetensors" {
			want.Out = f.Out
		}
		if o.TimeBudget > 0 {
			want.Epochs = r.Epochs
		}
		want.Optional = f.Optional
		if jitter := slices.Contains(f.Optional, "jitter"); jitter != (o.Jitter == r.Jitter) {
			t.Errorf("%s: %q: jitter may be left out: %v", name, args, jitter)
		}
		if o.Data.Attributes != "" {
			want.Data.Attributes = "./-a.txt"
		}
		if diff := cmp.Diff(want, f.Options, cmpopts.IgnoreUnexported(recipe.Options{})); diff != "" {
			t.Errorf("%s: %q gives other options (-form +program):\n%s", name, args, diff)
		}
	}
}
