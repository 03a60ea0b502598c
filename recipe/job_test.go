package recipe

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/hyper"
	"likeness/pix"
	"likeness/progress"
	"likeness/train"
)

// few are options of a short job on few drawn faces.
func few(t *testing.T, name string) Options {
	t.Helper()
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	r, ok := Named(name)
	if !ok {
		t.Fatalf("no recipe %q", name)
	}
	o := r.Options()
	o.Data, o.Prep, o.Epochs, o.Batch = dataset.Drawn(12, 3), pix.Prep{W: 16, H: 16, Auto: true}, 2, 8
	if o.Code > 0 {
		o.Code = 4
	}
	o.Out, o.Threads = filepath.Join(t.TempDir(), name+".safetensors"), 2
	return o
}

func prepared(t *testing.T, o Options) *Job {
	t.Helper()
	j, err := Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// Options that no job can have are refused, with words that say what was expected.
func TestWrongOptions(t *testing.T) {
	for want, change := range map[string]func(*Options){
		"epochs 0: expected at least 1":                  func(o *Options) { o.Epochs = 0 },
		"batch -1: expected at least 1":                  func(o *Options) { o.Batch = -1 },
		"learning rate -1: expected":                     func(o *Options) { o.Rate = -1 },
		"threads -1: expected 0":                         func(o *Options) { o.Threads = -1 },
		"seeds 1001: expected at least 1, and at most":   func(o *Options) { o.Seeds = 1001 },
		"time budget -3: expected a number of seconds":   func(o *Options) { o.TimeBudget = -3 },
		"resume goes on and restart starts over":         func(o *Options) { o.Resume, o.Restart = true, true },
		`out "": expected the path of the model file`:    func(o *Options) { o.Out = "" },
		"optional mirror: expected jitter or correct":    func(o *Options) { o.Optional = []string{"mirror"} },
		"corruption fog: expected such as gaussian":      func(o *Options) { o.Corruption = "fog" },
		"a test size of 2":                               func(o *Options) { o.Split.TestSize = 2 },
		`unknown architecture "vgg"`:                     func(o *Options) { o.Arch = "vgg" },
		"code size 9999":                                 func(o *Options) { o.Code = 9999 },
		"image size 17x16":                               func(o *Options) { o.Prep.W = 17 },
		"a model without a code needs a corruption":      func(o *Options) { o.Arch, o.Code = autoencoder.Residual, 0 },
		"pictures can be weighed by their noise only":    func(o *Options) { o.Weigh = 1 },
		"correct 2: a denoiser's codes cannot":           func(o *Options) { o.Corruption, o.Correct, o.Optional = "gaussian(sigma=0.1)", 2, nil },
		"drawn:5: expected drawn:PEOPLExPICTURES":        func(o *Options) { o.Data.Source = "drawn:5" },
		"there is no file or folder nowhere":             func(o *Options) { o.Data.Source = "nowhere" },
		"training pictures, fewer than one batch of 100": func(o *Options) { o.Batch = 100 },
		"cannot be written: there is no folder":          func(o *Options) { o.Out = filepath.Join(filepath.Dir(o.Out), "none", "m.safetensors") },
		"cannot be written: it is a folder": func(o *Options) {
			if err := os.Mkdir(o.Out, 0o777); err != nil {
				t.Fatal(err)
			}
			o.Restart = true
		},
	} {
		o := few(t, "conv")
		change(&o)
		if _, err := Prepare(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	value, several := &hyper.ValueError{}, &OptionsError{}
	o := few(t, "conv")
	o.Seeds = -1
	if !errors.As(o.Check(), &value) || value.Name != "seeds" || value.Value != -1 {
		t.Errorf("%#v", o.Check())
	}
	o = few(t, "conv")
	o.Code = -1
	if !errors.As(o.Check(), &several) {
		t.Errorf("%#v", o.Check())
	}
}

// Options are the same through JSON, so that a form or a file can hold them, and a
// recipe's options give the recipe's model.
func TestOptions(t *testing.T) {
	for _, r := range All() {
		o := r.Options()
		text, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var again Options
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(o, again, cmp.AllowUnexported(Options{})); diff != "" {
			t.Errorf("%s through JSON:\n%s", r.Name, diff)
		}
		if err := o.Check(); err != nil {
			t.Errorf("%s: %v", r.Name, err)
		}
		got, err := again.recipe(0)
		if err != nil {
			t.Fatal(err)
		}
		want := r
		want.Name, want.Title, want.Parameters = "", "", r.WithDefaults()
		want.Seed = 42
		if got != want {
			t.Errorf("%s: options make %+v", r.Name, got)
		}
	}
}

// What is at the job's paths is never replaced unasked.
func TestPaths(t *testing.T) {
	const kept = "\x02\x00\x00\x00\x00\x00\x00\x00{ what is left of a model"
	for _, c := range []struct {
		name                   string
		model, checkpoint      bool // are there
		resume, restart, seeds bool
		want                   error
		names                  string // which file the error names
	}{
		{name: "nothing there"},
		{name: "nothing to resume", resume: true, want: ErrNothingToResume, names: ".safetensors.checkpoint"},
		{name: "nothing, restarted", restart: true},
		{name: "a model", model: true, want: ErrExists, names: ".safetensors"},
		{name: "a model, restarted", model: true, restart: true},
		{name: "a checkpoint", checkpoint: true, want: ErrUnfinished, names: ".safetensors.checkpoint"},
		{name: "a checkpoint, resumed", checkpoint: true, resume: true},
		{name: "a checkpoint, restarted", checkpoint: true, restart: true},
		{name: "both, resumed", model: true, checkpoint: true, resume: true},
		{name: "both", model: true, checkpoint: true, want: ErrUnfinished, names: ".checkpoint"},
		{name: "a checkpoint of the second seed", seeds: true, checkpoint: true, want: ErrUnfinished, names: ".seed-43.checkpoint"},
		{name: "nothing to resume of several", seeds: true, resume: true, want: ErrNothingToResume, names: ".seed-42.checkpoint"},
	} {
		o := few(t, "pca")
		o.Resume, o.Restart = c.resume, c.restart
		if c.seeds {
			o.Seeds = 2
		}
		place := o.Seeds - 1
		var files []string
		if c.model {
			files = append(files, o.Out)
		}
		if c.checkpoint {
			files = append(files, o.Checkpoint(place))
		}
		for _, path := range files {
			if err := os.WriteFile(path, []byte(kept), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Prepare(t.Context(), o)
		switch {
		case !errors.Is(err, c.want):
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		case c.want != nil && !strings.Contains(err.Error(), c.names):
			t.Errorf("%s: error %v does not name %s", c.name, err, c.names)
		}
		for _, path := range files {
			if text, err := os.ReadFile(path); err != nil || string(text) != kept {
				t.Errorf("%s: %s was touched (%v)", c.name, path, err)
			}
		}
	}
}

// A job trains, saves and cleans up; interrupted it says where it is saved, and resumed
// it ends in the same model.
func TestJob(t *testing.T) {
	ctx := t.Context()
	for _, name := range []string{"pca", "residual", "denoiser"} {
		whole := few(t, name)
		result, err := prepared(t, whole).Run(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := autoencoder.Open(whole.Out)
		if err != nil {
			t.Fatal(err)
		}
		if saved.Fingerprint() != result.Model.Fingerprint() || result.Path != whole.Out || len(result.Models) != 1 {
			t.Errorf("%s: the saved model is not the result's", name)
		}
		cut := few(t, name)
		stopping, stop := context.WithCancel(ctx)
		_, err = prepared(t, cut).Run(stopping, func(seed uint64, e train.Event) {
			if seed != 42 {
				t.Errorf("%s: an event of seed %d", name, seed)
			}
			stop()
		})
		interrupted := &InterruptedError{}
		if !errors.As(err, &interrupted) || interrupted.Checkpoint != cut.Checkpoint(0) || !errors.Is(err, train.ErrInterrupted) || !errors.Is(err, context.Canceled) {
			t.Fatalf("%s: error %v", name, err)
		}
		other := cut
		other.Resume, other.Rate = true, 0.5
		if _, err := prepared(t, other).Run(ctx, nil); !errors.Is(err, train.ErrOtherRun) {
			t.Errorf("%s, resumed with another rate: error %v", name, err)
		}
		cut.Resume = true
		resumed, err := prepared(t, cut).Run(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if resumed.Model.Fingerprint() != result.Model.Fingerprint() {
			t.Errorf("%s: resumed it ends in another model", name)
		}
		for _, path := range []string{whole.Checkpoint(0), cut.Checkpoint(0)} {
			if there, err := exists(path); err != nil || there {
				t.Errorf("%s: %s is still there (%v)", name, path, err)
			}
		}
	}
}

// Several seeds: each is trained, the best on held-out pictures is kept, and mean and
// covariance of the training pictures are fitted once for all.
func TestSeeds(t *testing.T) {
	o := few(t, "residual")
	o.Seeds, o.Best, o.Jitter, o.Rate = 3, true, 0, 0.02
	j := prepared(t, o)
	if len(j.Validation) == 0 || j.Options.Split.HeldOut != 0.1 {
		t.Fatalf("%d pictures held out, plan %s", len(j.Validation), j.Data.Plan)
	}
	for i := range 3 {
		run, err := j.TrainRun(i)
		if err != nil {
			t.Fatal(err)
		}
		if run.Baselines != j.Baselines || run.Seed != 42+uint64(i) {
			t.Errorf("run %d has seed %d, and closed forms of its own: %v", i, run.Seed, run.Baselines != j.Baselines)
		}
	}
	seen := map[uint64]bool{}
	r, err := j.Run(t.Context(), func(seed uint64, _ train.Event) { seen[seed] = true })
	if err != nil {
		t.Fatal(err)
	}
	var losses []float64
	for i, m := range r.Models {
		if !seen[m.Training.Seed] || m.Training.Seed != 42+uint64(i) {
			t.Errorf("model %d has seed %d, events came of %v", i, m.Training.Seed, seen)
		}
		losses = append(losses, m.Training.ValidationLoss())
	}
	if len(losses) != 3 || losses[r.Kept] != slices.Min(losses) || r.Model != r.Models[r.Kept] {
		t.Errorf("kept is %d of %v", r.Kept, losses)
	}
	if r.Baselines != j.Baselines {
		t.Error("the result has other closed forms")
	}
}

// Remarks come before the run: jitter that does not fit into memory is left out where it
// is optional, and refused where it was asked for; surroundings come in one pass.
func TestJitterAndNotes(t *testing.T) {
	o := few(t, "residual")
	steps := map[string]int{}
	o.Data = dataset.Drawn(13, 3)
	o.Progress = func(s progress.Step) { steps[s.What]++ }
	j := prepared(t, o)
	if j.Around == nil || j.Around.Len() != j.Data.Set.Len() || len(j.Notes) != 0 || j.Health != nil {
		t.Errorf("surroundings %v, notes %v", j.Around != nil, j.Notes)
	}
	for what, n := range steps { // one for each picture, however many preparations
		if n != 39 {
			t.Errorf("%s: %d steps for 39 pictures", what, n)
		}
	}
	if len(steps) == 0 {
		t.Error("no progress")
	}
	o.memory = 10 * train.JitterMemory(o.Prep, 1)
	j = prepared(t, o)
	if j.Around != nil || j.Options.Jitter != 0 || len(j.Notes) != 1 || !strings.Contains(j.Notes[0].Text, "No jitter: it would hold 39 pictures") {
		t.Errorf("surroundings %v, jitter %g, notes %v", j.Around != nil, j.Options.Jitter, j.Notes)
	}
	o.Optional = nil
	several := &OptionsError{}
	if _, err := Prepare(t.Context(), o); !errors.As(err, &several) || several.Name != "jitter" {
		t.Errorf("asked for: error %v", err)
	}

	o = few(t, "denoiser")
	o.Examine = true
	j = prepared(t, o)
	if j.Health == nil || len(j.Notes) != 1 || !strings.Contains(j.Notes[0].Text, "units of the noise") {
		t.Errorf("a denoiser: health %v, notes %v", j.Health != nil, j.Notes)
	}
}

// What a model cannot have is left out where it is optional.
func TestOptionalCorrect(t *testing.T) {
	o := few(t, "residual")
	o.Arch, o.Prep, o.Code, o.Jitter = "pca", pix.Prep{W: 32, H: 32, Auto: true}, 1500, 0
	o.Optional = []string{"correct"}
	j := prepared(t, o)
	if j.Options.Correct != 0 {
		t.Errorf("%d steps of correction", j.Options.Correct)
	}
	o.Optional = nil
	if err := o.Check(); err == nil || !strings.HasPrefix(err.Error(), "correct 3: codes of 1500 numbers") {
		t.Errorf("asked for: error %v", err)
	}
}

// A learning rate is found without writing anything, though a model is there.
func TestFindRate(t *testing.T) {
	o := few(t, "pca")
	if err := os.WriteFile(o.Out, []byte("kept"), 0o666); err != nil {
		t.Fatal(err)
	}
	last := progress.Step{}
	o.Progress = func(s progress.Step) { last = s }
	j, err := PrepareRate(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := j.FindRate(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Suggested == nil || !(*r.Suggested > 1e-5 && *r.Suggested < r.Lowest) || r.Default != 0.004 || len(r.Points) == 0 {
		t.Errorf("%+v", r)
	}
	if last.What != "Trying learning rates" || last.Total != 600 {
		t.Errorf("the last step of the progress is %+v", last)
	}
	files, err := os.ReadDir(filepath.Dir(o.Out))
	if err != nil || len(files) != 1 {
		t.Errorf("files %v, error %v", files, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.FindRate(ended); err == nil {
		t.Error("a context that ended was not noticed")
	}
}

// A model that cannot be saved is not lost.
func TestUnsaved(t *testing.T) {
	o := few(t, "pca")
	j := prepared(t, o)
	_, err := j.Run(t.Context(), func(_ uint64, e train.Event) {
		if e.EpochDone && e.Epoch == e.Epochs {
			if err := os.Mkdir(o.Out, 0o777); err != nil {
				t.Fatal(err)
			}
		}
	})
	unsaved := &UnsavedError{}
	if !errors.As(err, &unsaved) {
		t.Fatalf("error %v", err)
	}
	if _, err := autoencoder.Open(unsaved.Checkpoint); err != nil {
		t.Errorf("the checkpoint: %v", err)
	}
}

// Two jobs with the same path: while one trains, the other is refused, and afterwards its
// model stays.
func TestJobsWithOnePath(t *testing.T) {
	first := few(t, "pca")
	one, other := prepared(t, first), prepared(t, first)
	refused := false
	result, err := one.Run(t.Context(), func(uint64, train.Event) {
		if refused {
			return
		}
		refused = true
		if _, err := other.Run(t.Context(), nil); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), first.Out) {
			t.Errorf("while the first one trains: error %v", err)
		}
	})
	if err != nil || !refused {
		t.Fatalf("error %v, refused %v", err, refused)
	}
	if _, err := other.Run(t.Context(), nil); !errors.Is(err, ErrExists) {
		t.Errorf("after the first one: error %v", err)
	}
	saved, err := autoencoder.Open(first.Out)
	if err != nil || saved.Fingerprint() != result.Model.Fingerprint() {
		t.Errorf("the model of the first job was replaced (%v)", err)
	}
	if there, err := exists(first.Out + ".lock"); err != nil || there {
		t.Errorf("the lock is left behind (%v)", err)
	}
}

// A job that runs out of time says so.
func TestDeadline(t *testing.T) {
	o := few(t, "pca")
	job := prepared(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	<-ctx.Done()
	if _, err := job.Run(ctx, nil); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
