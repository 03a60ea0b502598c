package train_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/hyper"
	"likeness/nn"
	"likeness/safetensors"
	"likeness/train"
)

// The words in a checkpoint stay what they are: in others, nobody could go on with
// what an older program began.
func TestSettingsInCheckpoints(t *testing.T) {
	plain := map[string]string{
		"architecture": "conv", "code size": "8", "data": "waves", "split": "random", "choice of rows": "c5f509a874866d1d",
		"preparation of pictures":     `{"w":16,"h":16,"dx":0,"dy":0,"auto":true}`,
		"number of training pictures": "63", "number of test pictures": "7", "number of validation pictures": "0",
		"number of epochs": "1", "batch size": "20", "optimizer": "adamax", "learning rate": "0.003", "schedule": "cosine", "warm-up": "none",
		"mirroring": "none", "jitter": "none", "average of weights": "none", "weight decay": "none", "weighing by noise": "none", "correction of codes": "none", "precision": "float32", "seed": "42",
		"corruption": "gaussian(sigma=0.1)", "early stop": "none", "choice of weights": "none", "model to begin with": run(t).Model.Fingerprint(),
	}
	rich := map[string]string{
		"choice of rows": "c511adeae2afd710", "number of training pictures": "53", "number of validation pictures": "10",
		"number of epochs": "as many as fit into 1m30.25s", "batch size": "32", "optimizer": "muon", "learning rate": "0.002", "schedule": "constant",
		"warm-up": "2 steps", "mirroring": "half of the pictures", "average of weights": "0.9", "weight decay": "0.3", "corruption": "none", "correction of codes": "in 3 steps",
		"early stop": "after 3 epochs without a better one", "choice of weights": "the best",
	}
	for name, want := range plain {
		if _, ok := rich[name]; !ok {
			rich[name] = want
		}
	}
	for want, change := range map[*map[string]string]func(*train.Run){
		&plain: func(*train.Run) {},
		&rich: func(r *train.Run) {
			holdBack(r)
			r.Batch, r.Rate, r.Schedule, r.Warmup, r.Mirror, r.Average = 0, 0, "", 2, true, 0.9
			r.Decay, r.Optimizer = 0.3, hyper.Muon
			r.Corruption, r.EarlyStop, r.Best, r.Correct = nil, 3, true, 3
			now := time.Unix(1e9, 0)
			r.TimeBudget = 90*time.Second + 250*time.Millisecond
			r.SetClock(func() time.Time { return now }, func() { now = now.Add(20 * time.Second) })
		},
	} {
		r := run(t)
		r.Epochs, r.Checkpoint = 1, filepath.Join(t.TempDir(), "run.checkpoint")
		change(r)
		if _, err := r.Do(context.Background()); err != nil {
			t.Fatal(err)
		}
		f, err := safetensors.Open(r.Checkpoint)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal([]byte(f.Metadata["run"]), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A finished model is held against the run that would make it.
func TestCheckFinished(t *testing.T) {
	r := run(t)
	r.Epochs = 1
	if err := r.CheckFinished(r.Model); err == nil || !strings.Contains(err.Error(), "does not say how it was trained") {
		t.Errorf("untrained: %v", err)
	}
	if _, err := r.Do(context.Background()); err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*train.Run){
		"": func(*train.Run) {},
		"its architecture is conv and not pca": func(r *train.Run) {
			r.Model = &autoencoder.Model{Arch: "pca", Code: 8, Prep: r.Model.Prep}
		},
		"its preparation of pictures is 16x16 of the face and not 16x16 of the whole picture": func(r *train.Run) { r.Model.Prep.Auto = false },
		"its data is waves and not others":                           func(r *train.Run) { r.Data.Fingerprint = "others" },
		"its split is random and not by hand":                        func(r *train.Run) { r.SplitName = "by hand" },
		"its number of validation pictures is 0 and not 10":          holdBack,
		"its number of test pictures is 7 and not 6":                 func(r *train.Run) { r.Split.Test = r.Split.Test[1:] },
		"its number of epochs is 1 and not 2":                        func(r *train.Run) { r.Epochs = 2 },
		"its number of epochs is 1 and not as many as fit into 1m0s": func(r *train.Run) { r.TimeBudget = time.Minute },
		"its batch size is 20 and not 32":                            func(r *train.Run) { r.Batch = 0 },
		"its learning rate is 0.003 and not 0.002":                   func(r *train.Run) { r.Rate = 0 },
		"its schedule is cosine and not constant":                    func(r *train.Run) { r.Schedule = "" },
		"its warm-up is none and not 1 step":                         func(r *train.Run) { r.Warmup = 1 },
		"its mirroring is none and not half":                         func(r *train.Run) { r.Mirror = true },
		"its jitter is none and not 0.5":                             func(r *train.Run) { r.Jitter = 0.5 },
		"its weighing by noise is none and not 0.9":                  func(r *train.Run) { r.Weigh = 0.9 },
		"its correction of codes is none and not in 2 steps":         func(r *train.Run) { r.Correct = 2 },
		"its average of weights is none and not 0.9":                 func(r *train.Run) { r.Average = 0.9 },
		"its precision is float32 and not bf16":                      func(r *train.Run) { r.Precision = nn.BF16 },
		"its seed is 42 and not 1":                                   func(r *train.Run) { r.Seed = 1 },
		"its corruption is gaussian(sigma=0.1) and not none":         func(r *train.Run) { r.Corruption = nil },
		"its early stop is none and not after 2 epochs":              func(r *train.Run) { r.EarlyStop = 2 },
		"its choice of weights is none and not the best":             func(r *train.Run) { r.Best = true },
	} {
		other := run(t)
		other.Epochs = 1
		change(other)
		switch err := other.CheckFinished(r.Model); {
		case want == "" && err != nil:
			t.Errorf("its own run: %v", err)
		case want != "" && (err == nil || !strings.HasPrefix(err.Error(), want)):
			t.Errorf("error %v, want one that begins %q", err, want)
		}
	}
}
