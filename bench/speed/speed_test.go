package main

import (
	"bytes"
	"encoding/json"
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"likeness/bench/turns"
	"likeness/nn"
)

// The worker answers as the peers do, and its first loss is that of the model
// as it was written.
func TestWorker(t *testing.T) {
	model := filepath.Join(t.TempDir(), "model.safetensors")
	if err := writeModel(model); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := work(model, 1, nn.Float32, strings.NewReader("losses 2\ntrain 0.001\nforward 0.001\n"), &out); err != nil {
		t.Fatal(err)
	}
	replies := json.NewDecoder(&out)
	var about, losses, train, forward reply
	for _, r := range []*reply{&about, &losses, &train, &forward} {
		if err := replies.Decode(r); err != nil {
			t.Fatal(err)
		}
	}
	if !strings.HasPrefix(about.About, "likeness, ") {
		t.Errorf("about %q", about.About)
	}
	if len(losses.Losses) != 2 || math.Abs(losses.Losses[0]-0.044289) > 1e-6 { // PyTorch's first loss
		t.Errorf("losses %v, want two, the first 0.044289", losses.Losses)
	}
	for _, r := range []reply{train, forward} {
		if r.Images < 32 || r.Images%32 != 0 || r.Seconds < 0.001 {
			t.Errorf("%d images in %g s", r.Images, r.Seconds)
		}
	}
	if err := work(model, 1, nn.Float32, strings.NewReader("jump 1\n"), &out); err == nil {
		t.Error("no error for an unknown command")
	}
}

func TestTable(t *testing.T) {
	r := result{
		peer:  peer{name: "expert", threads: 2},
		about: "PyTorch 1.13", oursAbout: "likeness, avx2",
		train:   turns.Rates{Ours: []float64{200, 300, 100}, Theirs: []float64{100, 100, 100}},
		forward: turns.Rates{Ours: []float64{800}, Theirs: []float64{400}},
		losses:  []float64{0.5, 0.25}, oursLosses: []float64{0.5, 0.25001},
	}
	tab := table{machine: "M", date: time.Unix(0, 0), options: options{rounds: 3, slice: time.Second}, results: []result{r}}
	tab.checkLosses()
	if tab.disagree {
		t.Errorf("losses disagree by %g", tab.worst)
	}
	text := tab.markdown()
	for _, want := range []string{
		"M; 1970-01-01 00:00 UTC",
		"| expert (PyTorch 1.13) | 2 | 100 [100, 100] | 200 [100, 300] (avx2) | **2.00 [1.00, 3.00]** |",
		"| expert (PyTorch 1.13) | 2 | 400 [400, 400] | 800 [800, 800] (avx2) | **2.00 [2.00, 2.00]** |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
	for _, wrong := range [][]float64{{0.5, 0.251}, {0.5, math.NaN()}, {0.5, 0.25, 0.1}, nil} {
		tab.results[0].losses, tab.worst, tab.disagree = wrong, 0, false
		if tab.checkLosses(); !tab.disagree {
			t.Errorf("losses %v pass as %v", wrong, r.oursLosses)
		}
	}
}

// In bf16 likeness's own losses may lie further off, but not far.
func TestTableBF16(t *testing.T) {
	for ours, fine := range map[float64]bool{0.5: true, 0.505: true, 0.52: false, math.NaN(): false} {
		tab := table{results: []result{
			{peer: peer{precision: nn.BF16}, losses: []float64{0.5}, oursLosses: []float64{ours}},
			{peer: peer{precision: nn.Float32}, losses: []float64{0.5}, oursLosses: []float64{0.5}},
		}}
		if tab.checkLosses(); tab.disagree == fine {
			t.Errorf("a loss of %g instead of 0.5: disagree is %t", ours, tab.disagree)
		}
	}
}

func TestChoosePeers(t *testing.T) {
	if _, err := choosePeers(options{peers: "expert,jax"}); err == nil || !strings.Contains(err.Error(), `"jax", known are naive, tuned, expert`) {
		t.Errorf("error %v", err)
	}
	peers, err := choosePeers(options{peers: "expert-avx2", threads: 3})
	if err != nil || len(peers) != 1 || peers[0].threads != 3 || peers[0].ours[0] != "LIKENESS_SIMD=avx2" {
		t.Errorf("%+v, %v", peers, err)
	}
	if _, err := choosePeers(options{openblas: t.TempDir()}); err == nil {
		t.Error("no error for a folder without OpenBLAS")
	}
}
