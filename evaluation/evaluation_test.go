package evaluation_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/pix"
	"likeness/train"
)

// drawnFaces are faces of 16x16 pixels with a split.
func drawnFaces(t testing.TB, people int, cache string) *dataset.Pictures {
	t.Helper()
	set, err := dataset.Load(t.Context(), dataset.Drawn(people, 3), faces.Options{CacheDir: cache, Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := dataset.ParseSplit("random, test_size=0.25, random_state=42")
	if err != nil {
		t.Fatal(err)
	}
	split, _, err := plan.Split(set)
	if err != nil {
		t.Fatal(err)
	}
	return &dataset.Pictures{Set: set, Split: &split, Plan: plan.String()}
}

// trained is a model after one epoch.
func trained(t testing.TB, arch string, code int, c pix.Corruption, d *dataset.Pictures) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.New(arch, d.Set.Prep, code, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := train.Run{Model: m, Data: d.Set, Split: *d.Split, SplitName: d.Plan, Epochs: 1, Corruption: c}
	r.Batch, r.Seed = 8, 3
	if _, err := r.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

// Pictures that are all alike leave exact PCA and the Wiener filters without any error,
// and the score is JSON all the same.
func TestEvaluateAlike(t *testing.T) {
	set := &faces.Set{W: 16, H: 16, Source: "alike", Prep: pix.Prep{W: 16, H: 16}}
	for i := range 24 {
		set.IDs, set.Pix = append(set.IDs, fmt.Sprint(i)), append(set.Pix, bytes.Repeat([]byte{128}, 16*16*3)...)
	}
	split, err := faces.RandomSplit(set.Len(), 0.25, 42)
	if err != nil {
		t.Fatal(err)
	}
	d := &dataset.Pictures{Set: set, Split: &split, Plan: "random"}
	for _, c := range []pix.Corruption{nil, pix.Gaussian{Sigma: 0.1}} {
		r, err := evaluation.Evaluate(t.Context(), trained(t, "conv", 4, c, d), d, evaluation.Options{Model: "m", Levels: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(r); err != nil {
			t.Errorf("%v: %v", c, err)
		}
		best, _ := r.Baselines.Best()
		if v := r.Verdict; v.Kind != evaluation.Inferior || (v.Ratio == nil) != (best.MSE == 0) || c == nil && best.MSE != 0 {
			t.Errorf("%v: %+v beside %+v", c, v, best)
		}
	}
}

func TestEvaluate(t *testing.T) {
	cache := t.TempDir()
	d := drawnFaces(t, 12, cache)
	for name, c := range map[string]struct {
		arch       string
		code       int
		corruption pix.Corruption
		opt        evaluation.Options
		baselines  []string
		levels     int
		kind       evaluation.Kind
	}{
		"plain":      {"conv", 4, nil, evaluation.Options{}, []string{evaluation.ExactPCA, evaluation.MeanImage}, 0, evaluation.Inferior},
		"refined":    {"pca", 4, nil, evaluation.Options{Refine: 1}, []string{evaluation.ExactPCA, evaluation.MeanImage}, 0, evaluation.Inferior},
		"one level":  {"conv", 4, pix.Gaussian{Sigma: 0.1}, evaluation.Options{}, []string{evaluation.WienerFilter, evaluation.Unchanged, evaluation.MeanImage}, 0, evaluation.Inferior},
		"with table": {"conv", 4, pix.Gaussian{Sigma: 0.1}, evaluation.Options{Levels: true}, []string{evaluation.WienerFilter, evaluation.Unchanged, evaluation.MeanImage}, 4, evaluation.Inferior},
		"levels":     {autoencoder.Residual, 0, pix.Noise{Min: 0.02, Max: 0.5}, evaluation.Options{}, []string{evaluation.Unchanged, evaluation.MeanImage}, 4, evaluation.NoBetter},
		"covered":    {"conv", 4, pix.Occlusion{Count: 1, Size: 6}, evaluation.Options{}, []string{evaluation.GaussianFill, evaluation.MeanFill, evaluation.Unchanged, evaluation.MeanImage}, 0, evaluation.Inferior},
	} {
		t.Run(name, func(t *testing.T) {
			m := trained(t, c.arch, c.code, c.corruption, d)
			c.opt.Model = "m.safetensors"
			r, err := evaluation.Evaluate(t.Context(), m, d, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, b := range r.Baselines.List() {
				names = append(names, b.Name)
			}
			if !slices.Equal(names, c.baselines) || len(r.Levels) != c.levels || (r.CleanMSE != nil) != (c.levels > 0) {
				t.Errorf("baselines %q, %d levels", names, len(r.Levels))
			}
			if r.Verdict == nil || r.Verdict.Kind != c.kind || r.WorthIt == nil || *r.WorthIt {
				t.Errorf("verdict %+v", r.Verdict)
			}
			if r.NTrain != 27 || r.NTest != 9 || *r.Split != d.Plan || r.Model != "m.safetensors" || r.Seed != 3 || r.Epochs != 1 {
				t.Errorf("%+v", r)
			}
			// The loss after the last epoch is the same number.
			if want := m.Training.History[0].TestLoss; math.Abs(*r.TestMSE-want) > 1e-9 {
				t.Errorf("test error %v, the training measured %v", *r.TestMSE, want)
			}
			if c.opt.Refine > 0 && !(*r.RefinedMSE < *r.TestMSE) {
				t.Errorf("refined %v, before %v", *r.RefinedMSE, *r.TestMSE)
			}
			if _, covered := c.corruption.(pix.Occlusion); covered != (r.MaskedMSE != nil) || covered && !(*r.MaskedMSE < *r.TestMSE) {
				t.Errorf("with the mask: %v", r.MaskedMSE)
			}
			// Closed forms that are there already give the same, and so do other threads.
			c.opt.Forms, c.opt.Threads = baseline.New(d.Set, d.Split.Train), 1
			again, err := evaluation.Evaluate(t.Context(), m, d, c.opt)
			if err != nil || *again.TestMSE != *r.TestMSE || fmt.Sprint(again.Baselines.List()) != fmt.Sprint(r.Baselines.List()) {
				t.Errorf("a second time: %v, %v", again.Baselines.List(), err)
			}
		})
	}
}

// On other pictures baselines come from what the model learned from, if that is to be
// had and holds none of them.
func TestEvaluateElsewhere(t *testing.T) {
	cache := t.TempDir()
	d := drawnFaces(t, 12, cache)
	all, err := dataset.Load(t.Context(), dataset.Drawn(3, 6), faces.Options{CacheDir: cache, Prep: d.Set.Prep})
	if err != nil {
		t.Fatal(err)
	}
	var unseen []int // d has three pictures of each person
	for row, n := range all.Numbers {
		if n > 3 {
			unseen = append(unseen, row)
		}
	}
	m := trained(t, "pca", 4, nil, d)
	moved := *m
	story := *m.Training
	// As a file from another machine has it: it does not know how the set was named there, nor is its hash known here.
	story.Origin = dataset.Origin{Data: "nowhere", DataHash: "0123456789abcdef", Split: story.Split, NTrain: story.NTrain, NTest: story.NTest}
	moved.Training = &story
	bare := *m
	bare.Training = nil
	for name, c := range map[string]struct {
		m        *autoencoder.Model
		set      *faces.Set
		fittedTo string
		note     string
		warning  bool
	}{
		"other pictures":    {m: m, set: fewer(all, unseen), note: "", fittedTo: "the 27 training pictures of drawn:12x3"},
		"the same pictures": {m: m, set: fewer(d.Set, d.Split.Train[:5]), note: "it would be fitted to pictures that it is judged on", warning: true},
		"data are gone":     {m: &moved, set: fewer(all, unseen), note: "Exact PCA was not measured: it would be fitted to what the model learned from, and nowhere is missing or has changed"},
		"data are unknown":  {m: &bare, set: fewer(all, unseen), note: "which its file does not name"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := evaluation.Evaluate(t.Context(), c.m, &dataset.Pictures{Set: c.set}, evaluation.Options{Model: "m", Learned: faces.Options{CacheDir: cache}})
			if err != nil {
				t.Fatal(err)
			}
			if r.FittedTo != c.fittedTo || (r.Baselines.PCA != nil) != (c.fittedTo != "") || r.Split != nil || r.TrainMSE != nil || r.NTest != c.set.Len() {
				t.Errorf("%+v", r)
			}
			text, warned := "", false
			for _, n := range r.Notes {
				text, warned = text+n.Text+"\n", warned || n.Warning
			}
			if !strings.Contains(text, c.note) || c.note == "" && text != "" || warned != c.warning {
				t.Errorf("notes %q", text)
			}
			if (r.Verdict != nil) != (c.fittedTo != "") {
				t.Errorf("verdict %+v", r.Verdict)
			}
		})
	}
}

// fewer is a set of some pictures of another one.
func fewer(set *faces.Set, rows []int) *faces.Set {
	out := &faces.Set{W: set.W, H: set.H, Source: "some", Fingerprint: fmt.Sprint("some ", rows), Prep: set.Prep}
	for _, r := range rows {
		out.Pix = append(out.Pix, set.Image(r).Pix...)
		out.IDs, out.People, out.Numbers = append(out.IDs, set.IDs[r]), append(out.People, set.People[r]), append(out.Numbers, 0)
	}
	return out
}

func TestEvaluateErrors(t *testing.T) {
	d := drawnFaces(t, 12, t.TempDir())
	m := trained(t, "pca", 4, nil, d)
	larger, err := autoencoder.New("pca", pix.Prep{W: 24, H: 16}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	odd := *m
	story := *m.Training
	story.Task, story.Corruption = autoencoder.Denoise, "rain"
	odd.Training = &story
	for want, call := range map[string]func(context.Context) error{
		"takes pictures of 24x16": func(ctx context.Context) error {
			_, err := evaluation.Evaluate(ctx, larger, d, evaluation.Options{Model: "m"})
			return err
		},
		`m: the corruption "rain"`: func(ctx context.Context) error {
			_, err := evaluation.Evaluate(ctx, &odd, d, evaluation.Options{Model: "m"})
			return err
		},
		"no test pictures": func(ctx context.Context) error {
			_, err := evaluation.Evaluate(ctx, m, &dataset.Pictures{Set: d.Set, Split: &faces.Split{Train: d.Split.Train}}, evaluation.Options{})
			return err
		},
	} {
		if err := call(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want an error that says %q", err, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := evaluation.Evaluate(ctx, m, d, evaluation.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// threadsAsked counts how often work asks its context for its number of threads.
type threadsAsked struct {
	context.Context
	times int
}

func (c *threadsAsked) Value(key any) any {
	if fmt.Sprintf("%T", key) == "parallel.threadsKey" {
		c.times++
	}
	return c.Context.Value(key)
}

func TestCompareSeeds(t *testing.T) {
	d := drawnFaces(t, 12, t.TempDir())
	var models []*autoencoder.Model
	for seed := range 2 {
		m := trained(t, "pca", 4, nil, d)
		m.Training.Seed = uint64(seed)
		models = append(models, m)
	}
	if kept := evaluation.Choose(models); kept != 0 {
		t.Errorf("kept %d", kept)
	}
	for i, m := range models {
		m.Training.NValidation = 3
		m.Training.History[0].ValidationLoss = 0.5 - float64(i)/10
	}
	kept := evaluation.Choose(models)
	asked := &threadsAsked{Context: t.Context()}
	s, err := evaluation.CompareSeeds(asked, models, kept, d, evaluation.SeedsOptions{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if asked.times > 0 {
		t.Error("the context was asked for the threads that the options say")
	}
	if kept != 1 || s.Kept != 1 || !slices.Equal(s.Seeds, []uint64{0, 1}) || len(s.TestMSE) != 2 || s.Reason != "the lowest error on the held-out pictures" {
		t.Errorf("%+v", s)
	}
}
