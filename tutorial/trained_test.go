package tutorial

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/hyper"
	"likeness/nn"
	"likeness/pix"
	"likeness/recipe"
)

// A finished model is taken for a recipe's only if the recipe would make it again:
// every field of a recipe counts, but for those that name things.
func TestSameRunKnowsTheWholeRecipe(t *testing.T) {
	data, err := dataset.Load(t.Context(), dataset.Drawn(10, 2), faces.Options{Prep: pix.Prep{W: 16, H: 16, Auto: true}, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	b := &book{Run: &Run{Data: data, Around: func(context.Context) (*faces.Set, error) {
		t.Error("the surroundings were read only to compare")
		return nil, nil
	}}}
	if b.split, _, err = plan.Split(data); err != nil {
		t.Fatal(err)
	}
	b.baseline = baseline.New(data, b.split.Train).On(data, b.split.Test)
	made := recipe.Recipe{
		Name: "made", Title: "Made", Arch: "pca", Code: 4, Epochs: 1, Corruption: pix.Gaussian{Sigma: 0.1},
		Parameters: hyper.Parameters{Batch: 8, Rate: 0.01, Schedule: hyper.Cosine, Warmup: 0.5, Average: 0.9, Decay: 0.3},
	}
	m, err := b.train(t.Context(), made, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sameRun(m, made); err != nil {
		t.Errorf("the recipe's own model: %v", err)
	}
	changes := map[string]struct {
		change func(*recipe.Recipe)
		says   string
	}{
		"Arch":       {func(r *recipe.Recipe) { r.Arch = "conv" }, "architecture is pca and not conv"},
		"Code":       {func(r *recipe.Recipe) { r.Code = 5 }, "code size is 4 and not 5"},
		"Epochs":     {func(r *recipe.Recipe) { r.Epochs = 2 }, "number of epochs is 1 and not 2"},
		"Batch":      {func(r *recipe.Recipe) { r.Batch = 0 }, "batch size is 8 and not 32"},
		"Optimizer":  {func(r *recipe.Recipe) { r.Optimizer = hyper.Muon }, "optimizer is adamax and not muon"},
		"Correct":    {func(r *recipe.Recipe) { r.Correct = 2 }, "correction of codes is none and not in 2 steps"},
		"Rate":       {func(r *recipe.Recipe) { r.Rate = 0.02 }, "learning rate is 0.01 and not 0.02"},
		"Schedule":   {func(r *recipe.Recipe) { r.Schedule = hyper.Linear }, "schedule is cosine and not linear"},
		"Warmup":     {func(r *recipe.Recipe) { r.Warmup = 2 }, "warm-up is 0.5 of the run and not 2 steps"},
		"Mirror":     {func(r *recipe.Recipe) { r.Mirror = true }, "mirroring is none and not half"},
		"Average":    {func(r *recipe.Recipe) { r.Average = 0 }, "average of weights is 0.9 and not none"},
		"Decay":      {func(r *recipe.Recipe) { r.Decay = 0 }, "weight decay is 0.3 and not none"},
		"Weigh":      {func(r *recipe.Recipe) { r.Weigh = 1 }, "weighing by noise is none and not 1"},
		"Jitter":     {func(r *recipe.Recipe) { r.Jitter = 1 }, "jitter is none and not 1"},
		"Corruption": {func(r *recipe.Recipe) { r.Corruption = nil }, "corruption is gaussian(sigma=0.1) and not none"},
	}
	// These make no other model, are the run's own, are tested below, or are the struct of others.
	names := []string{"Name", "Title", "Seed", "Precision", "EarlyStop", "Parameters"}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[recipe.Recipe]()) {
		if slices.Contains(names, f.Name) {
			continue
		}
		c, ok := changes[f.Name]
		if !ok {
			t.Errorf("nobody has said here what another %s makes of a recipe", f.Name)
			continue
		}
		other := made
		c.change(&other)
		if err := b.sameRun(m, other); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("another %s: error %v, want one that says %q", f.Name, err, c.says)
		}
	}
	b.Precision = nn.BF16
	if err := b.sameRun(m, made); err == nil || !strings.Contains(err.Error(), "precision is float32 and not bf16") {
		t.Errorf("another precision: error %v", err)
	}
}
