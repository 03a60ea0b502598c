package train_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/hyper"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/train"
)

// set makes n pictures of 16x16 that have something to learn: waves.
func set(n int) *faces.Set {
	s := &faces.Set{W: 16, H: 16, Source: "waves", Fingerprint: "waves"}
	for i := range n {
		for p := range 16 * 16 * 3 {
			v := math.Sin(float64(i)/3+float64(p%48)/(5+float64(i%7))) * math.Cos(float64(p/48)/3+float64(i))
			s.Pix = append(s.Pix, byte(128+100*v))
		}
		s.IDs = append(s.IDs, string(rune('a'+i)))
	}
	return s
}

// run is a short run with everything in it: noise, a batch that is not full,
// a shard that is not full, a falling rate.
func run(t testing.TB) *train.Run {
	t.Helper()
	data := set(70)
	m, err := autoencoder.New("conv", pix.Prep{W: 16, H: 16, Auto: true}, 8, 42)
	if err != nil {
		t.Fatal(err)
	}
	split, err := faces.RandomSplit(data.Len(), 0.1, 42)
	if err != nil {
		t.Fatal(err)
	}
	return &train.Run{
		Model: m, Data: data, Split: split, SplitName: "random", Epochs: 3, Threads: 2,
		Parameters: hyper.Parameters{Batch: 20, Rate: 0.003, Schedule: hyper.Cosine, Seed: 42}, Corruption: pix.Gaussian{Sigma: 0.1},
	}
}

func weights(m *autoencoder.Model) []float32 {
	var all []float32
	for _, n := range m.Networks() {
		all = append(all, n.Weights()...)
	}
	return all
}

func TestLearns(t *testing.T) {
	r := run(t)
	r.Epochs, r.Corruption, r.Schedule = 30, nil, hyper.Constant
	var epochs []train.Event
	r.Events = func(e train.Event) {
		if e.EpochDone {
			epochs = append(epochs, e)
		}
	}
	story, err := r.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if len(story.History) != 30 || len(epochs) != 30 || r.Model.Training != story {
		t.Fatalf("30 epochs gave a history of %d and %d events", len(story.History), len(epochs))
	}
	first, last := story.History[0], story.History[29]
	if !(last.Loss < first.Loss/3) || !(last.TestLoss < first.TestLoss) {
		t.Errorf("the loss went from %g to %g, on the test pictures from %g to %g", first.Loss, last.Loss, first.TestLoss, last.TestLoss)
	}
	test := r.Data.AllFloats(r.Split.Test)
	if got := must(r.Model.MSE(context.Background(), test, test)); got != last.TestLoss {
		t.Errorf("the model's error is %g, its story says %g", got, last.TestLoss)
	}
}

// The threads share the work, not the result.
func TestThreadsDoNotMatter(t *testing.T) {
	var want []float32
	for _, threads := range []int{1, 2, 5} {
		r := run(t)
		r.Threads = threads
		if _, err := r.Do(context.Background()); err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = weights(r.Model)
		} else if !slices.Equal(weights(r.Model), want) {
			t.Errorf("%d threads give other weights than one", threads)
		}
	}
}

// A checkpoint that does not belong to the run is refused and left alone.
func TestForeignCheckpoint(t *testing.T) {
	checkpoint := filepath.Join(t.TempDir(), "run.checkpoint")
	r := run(t)
	r.Checkpoint, r.Epochs = checkpoint, 1
	if _, err := r.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*train.Run){
		"its seed is 42 and not 1":                                   func(r *train.Run) { r.Seed = 1 },
		"its corruption is gaussian(sigma=0.1) and not n":            func(r *train.Run) { r.Corruption = nil },
		"its learning rate is 0.003 and not 0.1":                     func(r *train.Run) { r.Rate = 0.1 },
		"its number of epochs is 1 and not 7":                        func(r *train.Run) { r.Epochs = 7 },
		"its data is waves and not others":                           func(r *train.Run) { r.Data.Fingerprint = "others" },
		"its choice of rows is":                                      func(r *train.Run) { slices.Reverse(r.Split.Train) },
		"its model to begin with is":                                 func(r *train.Run) { r.Model.Encoder.Weights()[0]++ },
		"its warm-up is none and not 0.1 of the run":                 func(r *train.Run) { r.Warmup = 0.1 },
		"its mirroring is none and not half":                         func(r *train.Run) { r.Mirror = true },
		"its average of weights is none and not 0.9":                 func(r *train.Run) { r.Average = 0.9 },
		"its number of validation pictures is 0 and not 1":           func(r *train.Run) { r.Validation, r.Split.Train = r.Split.Train[:1], r.Split.Train[1:] },
		"its number of epochs is 1 and not as many as fit into 1m0s": func(r *train.Run) { r.TimeBudget = time.Minute },
	} {
		r := run(t)
		r.Checkpoint, r.Epochs = checkpoint, 1
		change(r)
		if _, err := r.Do(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	for want, change := range map[string]func(*safetensors.File){
		"steps of the optimiser": func(f *safetensors.File) { replaceIn(f, "progress", `"steps":4`, `"steps":400`) },
		"do not belong":          func(f *safetensors.File) { replaceIn(f, "progress", `"done":0`, `"done":9`) },
		"a history of 1": func(f *safetensors.File) {
			replaceIn(f, "progress", `"epoch":1,"done":0,"loss_sum":0,"steps":4`, `"epoch":0,"done":0,"loss_sum":0,"steps":0`)
		},
		"stands in the place": func(f *safetensors.File) { replaceIn(f, "progress", `[{"epoch":1`, `[{"epoch":2`) },
		"cannot be negative":  func(f *safetensors.File) { replaceIn(f, "progress", `"loss_sum":0`, `"loss_sum":-1`) },
		"not the memory":      func(f *safetensors.File) { poison(f, "optimizer/decoder/m") },
		"not a weight":        func(f *safetensors.File) { poison(f, "encoder/dense/kernel") },
		"have ended so":       func(f *safetensors.File) { replaceIn(f, "progress", `"step_time"`, `"ended":"soon","step_time"`) },
		"another run":         func(f *safetensors.File) { f.Metadata["run"] = "" },
	} {
		if err := os.WriteFile(checkpoint, before, 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.Open(checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		change(f)
		if err := f.Save(checkpoint); err != nil {
			t.Fatal(err)
		}
		r := run(t)
		r.Checkpoint, r.Epochs = checkpoint, 1
		if _, err := r.Do(context.Background()); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), checkpoint) {
			t.Errorf("error %v, want one that names the file and says %q", err, want)
		}
	}
	if err := os.WriteFile(checkpoint, before[:len(before)/2], 0o644); err != nil {
		t.Fatal(err)
	}
	r = run(t)
	r.Checkpoint = checkpoint
	if _, err := r.Do(context.Background()); err == nil || !strings.Contains(err.Error(), checkpoint) {
		t.Errorf("cut short: error %v", err)
	}
}

func replaceIn(f *safetensors.File, entry, old, new string) {
	f.Metadata[entry] = strings.Replace(f.Metadata[entry], old, new, 1)
}

// poison puts NaN into a tensor.
func poison(f *safetensors.File, name string) {
	for i, t := range f.Tensors {
		if t.Name == name {
			v := slices.Repeat([]float32{float32(math.NaN())}, len(t.Data)/4)
			f.Tensors[i] = safetensors.FromFloats(name, t.Shape, v)
		}
	}
}

func TestBadRuns(t *testing.T) {
	for want, change := range map[string]func(*train.Run){
		"fewer than one batch":    func(r *train.Run) { r.Batch = 64 },
		"no test pictures":        func(r *train.Run) { r.Split.Test = nil },
		"must not be negative":    func(r *train.Run) { r.Epochs = -1 },
		"above 0":                 func(r *train.Run) { r.Rate = math.NaN() },
		"a time budget of -1s":    func(r *train.Run) { r.TimeBudget = -time.Second },
		"chosen on validation":    func(r *train.Run) { r.Best = true },
		"early stop -1":           func(r *train.Run) { r.EarlyStop = -1 },
		"held back for validatio": func(r *train.Run) { r.Validation = r.Split.Test[:1] },
		"average 1":               func(r *train.Run) { r.Average = 1 },
		"warmup 2.5":              func(r *train.Run) { r.Warmup = 2.5 },
		"optimizer hope":          func(r *train.Run) { r.Optimizer = "hope" },
		"schedule sometimes":      func(r *train.Run) { r.Schedule = "sometimes" },
		"the model is for 16x16":  func(r *train.Run) { r.Data.W = 32 },
		"try a learning rate":     func(r *train.Run) { r.Rate = 1e30 },
		"cannot/be/written/there": func(r *train.Run) { r.Checkpoint = "cannot/be/written/there" },
	} {
		r := run(t)
		change(r)
		if _, err := r.Do(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}
