package tracking_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"likeness/dataset"
	"likeness/recipe"
	"likeness/tracking"
	"likeness/train"
)

// job prepares a small training.
func job(t *testing.T, name string, seeds int) *recipe.Job {
	t.Helper()
	r, ok := recipe.Named(name)
	if !ok {
		t.Fatalf("no recipe %s", name)
	}
	o := r.Options()
	o.Data, o.Epochs, o.Out, o.Seeds = dataset.Drawn(20, 3), 2, filepath.Join(t.TempDir(), "m.safetensors"), seeds
	o.Prep.W, o.Prep.H = 16, 16
	if o.Code > 8 {
		o.Code = 8
	}
	j, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// server is an MLflow server that counts what arrives, and can go away.
type server struct {
	*httptest.Server
	lock    sync.Mutex
	asked   []string
	metrics map[string]int
	params  map[string]string
	away    bool
}

func newServer(t *testing.T) *server {
	s := &server{metrics: map[string]int{}, params: map[string]string{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.lock.Lock()
		defer s.lock.Unlock()
		if s.away {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		call := strings.TrimPrefix(r.URL.Path, "/api/2.0/")
		s.asked = append(s.asked, call)
		switch call {
		case "mlflow/experiments/get-by-name":
			fmt.Fprint(w, `{"experiment": {"experiment_id": "7"}}`)
		case "mlflow/runs/create":
			fmt.Fprint(w, `{"run": {"info": {"run_id": "r", "artifact_uri": "mlflow-artifacts:/7/r/artifacts"}}}`)
		case "mlflow/runs/log-batch":
			var batch struct {
				Metrics []struct {
					Key  string
					Step int
				}
				Params []struct{ Key, Value string }
			}
			if err := json.Unmarshal(body, &batch); err != nil {
				t.Error(err)
			}
			for _, m := range batch.Metrics {
				s.metrics[m.Key]++
			}
			for _, p := range batch.Params {
				s.params[p.Key] = p.Value
			}
			fmt.Fprint(w, "{}")
		case "mlflow/runs/update":
			s.asked = append(s.asked, string(body))
			fmt.Fprint(w, "{}")
		default:
			fmt.Fprint(w, "{}")
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// Recording changes no bit of the result, and everything arrives.
func TestRecord(t *testing.T) {
	plain := job(t, "conv", 1)
	want, err := plain.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	dir, s := filepath.Join(t.TempDir(), "events"), newServer(t)
	j := job(t, "conv", 1)
	r, err := tracking.Open(t.Context(), j, []tracking.Target{{Kind: tracking.TensorBoard, Place: dir}, {Kind: tracking.MLflow, Place: s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	others := 0
	j.Begin = func(run *train.Run) { run.Look = func(context.Context, int) { others++ } }
	r.Watch(j)
	got, err := j.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if notes := r.End(t.Context(), got, nil); len(notes) > 0 {
		t.Errorf("notes: %v", notes)
	}
	if got.Model.Fingerprint() != want.Model.Fingerprint() {
		t.Error("a training that is recorded gives another model")
	}
	if others != 3 {
		t.Errorf("another who watches is told %d times, expected 3", others)
	}
	if s.metrics["training_loss"] != 2 || s.metrics["test_loss"] != 2 || s.params["architecture"] != "conv" || s.params["epochs"] != "2" || s.params["data.source"] != "drawn:20x3" {
		t.Errorf("metrics %v, parameters %v", s.metrics, s.params)
	}
	if p := s.params["out"]; p != "m.safetensors" {
		t.Errorf("the path %q leaves the machine", p)
	}
	if n := len(s.asked); n < 3 || s.asked[n-3] != "mlflow-artifacts/artifacts/7/r/artifacts/m.safetensors" || !strings.Contains(s.asked[n-1], "FINISHED") {
		t.Errorf("the end is %q", s.asked)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("events: %v %v", entries, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	for tag, n := range map[string]int{"loss/training": 2, "loss/test": 2, "learning_rate": 2, "faces": 3, "codes": 3, "\x89PNG": 3} {
		if got := strings.Count(string(data), tag); got != n {
			t.Errorf("%q stands %d times in the events, expected %d", tag, got, n)
		}
	}
}

// Of several seeds each has its own curve; a denoiser has no codes.
func TestSeedsAndDenoiser(t *testing.T) {
	dir, s := t.TempDir(), newServer(t)
	for _, name := range []string{"pca", "denoise"} {
		j := job(t, name, 2)
		r, err := tracking.Open(t.Context(), j, []tracking.Target{{Kind: tracking.TensorBoard, Place: filepath.Join(dir, name)}, {Kind: tracking.MLflow, Place: s.URL}})
		if err != nil {
			t.Fatal(err)
		}
		r.Watch(j)
		result, err := j.Run(t.Context(), nil)
		if notes := r.End(t.Context(), result, err); err != nil || len(notes) > 0 {
			t.Fatalf("%s: %v %v", name, err, notes)
		}
		for _, seed := range []string{"seed-42", "seed-43"} {
			if entries, err := os.ReadDir(filepath.Join(dir, name, seed)); err != nil || len(entries) != 1 {
				t.Errorf("%s, %s: %v %v", name, seed, entries, err)
			}
		}
	}
	if s.metrics["seed-42/training_loss"] == 0 || s.metrics["seed-43/training_loss"] == 0 {
		t.Errorf("metrics %v", s.metrics)
	}
}

// A server that goes away stops no training, and what was lost is told.
func TestServerGoesAway(t *testing.T) {
	s := newServer(t)
	j := job(t, "pca", 1)
	r, err := tracking.Open(t.Context(), j, []tracking.Target{{Kind: tracking.MLflow, Place: s.URL}})
	if err != nil {
		t.Fatal(err)
	}
	r.Watch(j)
	s.lock.Lock()
	s.away = true
	s.lock.Unlock()
	result, err := j.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	notes := r.End(t.Context(), result, nil)
	if len(notes) != 1 || !strings.Contains(notes[0].Text, "8 numbers were not sent") || !strings.Contains(notes[0].Text, "status 502") {
		t.Errorf("notes %v", notes)
	}
}

func TestOpenErrors(t *testing.T) {
	j := job(t, "pca", 1)
	dir := filepath.Join(t.TempDir(), "events")
	for range 2 { // the first attempt leaves nothing that is in the way of the second
		if _, err := tracking.Open(t.Context(), j, []tracking.Target{{Kind: tracking.TensorBoard, Place: dir}, {Kind: tracking.MLflow, Place: "http://127.0.0.1:1"}}); err == nil || strings.Contains(err.Error(), "events of another run") {
			t.Errorf("a server that is not there: %v", err)
		}
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "events.out.tfevents.1.other"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		target tracking.Target
		want   string
	}{
		{tracking.Target{Kind: tracking.TensorBoard, Place: full}, "events of another run"},
		{tracking.Target{Kind: tracking.TensorBoard}, "expected a folder"},
		{tracking.Target{Kind: tracking.MLflow, Place: "nowhere"}, "no address"},
		{tracking.Target{Kind: tracking.MLflow, Place: "http://127.0.0.1:1"}, "127.0.0.1:1"},
		{tracking.Target{Kind: "wandb", Place: "x"}, "no kind of record"},
	} {
		if _, err := tracking.Open(t.Context(), j, []tracking.Target{c.target}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: want an error that says %q, got %v", c.target, c.want, err)
		}
	}
	for text, want := range map[string]bool{"tensorboard:a": true, "mlflow:http://x": true, "run.jsonl": false, "C:\\run.jsonl": false, "tensorboard": false} {
		if _, ok := tracking.Parse(text); ok != want {
			t.Errorf("%q is a target: %v", text, ok)
		}
	}
}
