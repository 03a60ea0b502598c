package autoencoder_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"likeness/bench/firststeps/cases"
	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/nn"
)

// recorded is what PyTorch came to in the same steps, written by
// bench/firststeps/first_steps.py. bench/README.md says how to make it anew.
type recorded struct {
	Rate  float64
	Cases []recordedCase
}

type recordedCase struct {
	Name   string
	Digest string // of the weights and pictures at the start

	// PyTorch in float64: losses, and what the poolings picked in each step.
	Float64      []float64
	Float64Picks []string `json:"float64_picks"`
	// The same, picking what likeness picked when this was recorded.
	SamePicks       []string  `json:"same_picks"`
	Float64SameLoss []float64 `json:"float64_same_picks"`
	Weights         []struct {
		Name   string
		Moved  float64   // euclidean length of all 20 moves together
		Values []float64 // four of them, evenly spread
	} `json:"weights_same_picks"`
}

// How far float32 may lie from PyTorch's float64, relative to the loss.
//
// While the poolings pick the same inputs, only rounding is between the two:
// over 20 steps likeness was measured at most 3.4e-7 off and PyTorch's own
// float32 at most 7e-8. sameTolerance leaves room for kernels that sum in
// another order; float32's epsilon is 1.2e-7.
//
// Once a pooling has picked the other one of two inputs that are equal but for
// rounding, the runs drift apart; see cases.Winners. PyTorch's own float32 was
// measured at most 3.2e-4 off then, likeness 1.9e-4. Kernels that round
// otherwise part at other steps, so a run that has parted is held to
// partedTolerance only.
const (
	sameTolerance   = 1e-6
	partedTolerance = 1e-3
)

func readRecorded(t *testing.T, name string) map[string]recordedCase {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if r.Rate != cases.Rate {
		t.Fatalf("%s has learning rate %g, the cases have %g", name, r.Rate, cases.Rate)
	}
	m := map[string]recordedCase{}
	for _, c := range r.Cases {
		m[c.Name] = c
	}
	return m
}

// differences trains and compares. It returns what lies outside the
// tolerances, and the number of steps that could be held to sameTolerance.
func differences(t *testing.T, want recordedCase, r *cases.Run, optimizer nn.Adamax, rate float64) (wrong []string, sharp int) {
	t.Helper()
	if len(want.Float64) != cases.Steps || len(want.Float64SameLoss) != cases.Steps {
		t.Fatalf("%s: not %d steps are recorded", want.Name, cases.Steps)
	}
	if got := r.Digest(); got != want.Digest {
		t.Fatalf("%s: the steps start from other weights or pictures than PyTorch's did: digest %s, want %s", want.Name, got, want.Digest)
	}
	start := r.Weights()
	for i := range start {
		start[i].Value = append([]float32(nil), start[i].Value...)
	}
	steps, err := r.Train(optimizer, rate)
	if err != nil {
		t.Fatal(err)
	}
	hold := func(step int, want, tolerance float64) {
		if off := steps[step].Loss/want - 1; !(math.Abs(off) <= tolerance) {
			wrong = append(wrong, fmt.Sprintf("step %d: loss %.12f, PyTorch's float64 %.12f, %+.1e off, more than %.0e",
				step+1, steps[step].Loss, want, off, tolerance))
		}
	}
	asFloat64, asRecorded := true, true // so far the same was picked
	for i, s := range steps {
		hold(i, want.Float64[i], partedTolerance)
		if asFloat64 {
			hold(i, want.Float64[i], sameTolerance)
		}
		if asRecorded {
			hold(i, want.Float64SameLoss[i], sameTolerance)
		}
		if asFloat64 || asRecorded {
			sharp++
		}
		if len(s.Winners) > 0 {
			asFloat64 = asFloat64 && s.Winners.Digest() == want.Float64Picks[i]
			asRecorded = asRecorded && s.Winners.Digest() == want.SamePicks[i]
		}
	}
	return append(wrong, weightDifferences(want, start, r.Weights(), asRecorded)...), sharp
}

// weightDifferences compares the weights after the last step. With the same
// picks they were measured 8e-6 of their move off.
func weightDifferences(want recordedCase, start, end []cases.Tensor, same bool) (wrong []string) {
	got := map[string]int{}
	for i, p := range end {
		got[p.Name] = i
	}
	if len(got) != len(want.Weights) {
		return []string{fmt.Sprintf("%d tensors, want %d", len(got), len(want.Weights))}
	}
	tolerance := 0.02
	if same {
		tolerance = 2e-5
	}
	for _, w := range want.Weights {
		i, ok := got[w.Name]
		if !ok {
			wrong = append(wrong, "no tensor "+w.Name)
			continue
		}
		a, b := start[i].Value, end[i].Value
		sum := 0.0
		for k := range a {
			d := float64(b[k]) - float64(a[k])
			sum += d * d
		}
		if off := math.Sqrt(sum)/w.Moved - 1; !(math.Abs(off) <= tolerance) {
			wrong = append(wrong, fmt.Sprintf("%s moved by %.9f, PyTorch's float64 by %.9f, %+.1e off", w.Name, math.Sqrt(sum), w.Moved, off))
		}
		for k, v := range w.Values {
			// A weight moves by up to the learning rate in a step.
			limit := tolerance * cases.Rate * cases.Steps
			if x := float64(b[k*(len(b)-1)/3]); same && !(math.Abs(x-v) <= limit) {
				wrong = append(wrong, fmt.Sprintf("%s, sample %d: %.9f, PyTorch's float64 %.9f", w.Name, k, x, v))
			}
		}
	}
	return wrong
}

func prepare(t *testing.T, c cases.Case, pictures []float32) *cases.Run {
	t.Helper()
	r, err := c.Prepare(pictures)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func testFirstSteps(t *testing.T, file string, pictures []float32) {
	want := readRecorded(t, file)
	for _, c := range cases.All() {
		t.Run(c.Name, func(t *testing.T) {
			wrong, sharp := differences(t, want[c.Name], prepare(t, c, pictures), nn.DefaultAdamax(), cases.Rate)
			for _, w := range wrong {
				t.Error(w)
			}
			t.Logf("kernels %s: %d of %d steps held to %.0e, all to %.0e", kernel.SIMD(), sharp, cases.Steps, sameTolerance, partedTolerance)
		})
	}
}

// The first steps of training are PyTorch's, on pictures made by a formula.
func TestFirstSteps(t *testing.T) {
	testFirstSteps(t, "first_steps_formula.json", cases.Drawing())
}

// The same on real photographs.
func TestFirstStepsLFW(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: decodes all of LFW")
	}
	dir := os.Getenv("LIKENESS_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	archive, attributes := filepath.Join(dir, "lfw.tgz"), filepath.Join(dir, "lfw_attributes_binary.txt")
	for _, path := range []string{archive, attributes} {
		if _, err := os.Stat(path); err != nil {
			t.Skipf("skipped: this test reads %s, which is not there (set LIKENESS_DATA)", path)
		}
	}
	pictures, err := cases.Faces(context.Background(), archive, faces.Options{Attributes: attributes, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	testFirstSteps(t, "first_steps_lfw.json", pictures)
}

// Steps that are slightly wrong are told from right ones, so TestFirstSteps
// can fail.
func TestFirstStepsNoticeMistakes(t *testing.T) {
	want := readRecorded(t, "first_steps_formula.json")
	pictures := cases.Drawing()
	for _, c := range []struct {
		name    string
		model   int // of cases.All
		mistake func(o *nn.Adamax, rate *float64)
	}{
		{"rate 0.1% off", 0, func(_ *nn.Adamax, rate *float64) { *rate *= 1.001 }},
		{"beta1 of 0.899", 0, func(o *nn.Adamax, _ *float64) { o.Beta1 = 0.899 }},
		{"beta2 of 0.998", 0, func(o *nn.Adamax, _ *float64) { o.Beta2 = 0.998 }},
		{"epsilon of 1e-8", 0, func(o *nn.Adamax, _ *float64) { o.Epsilon = 1e-8 }},
		{"rate of 0.0021", 1, func(_ *nn.Adamax, rate *float64) { *rate = 0.0021 }},
	} {
		model := cases.All()[c.model]
		optimizer, rate := nn.DefaultAdamax(), cases.Rate
		c.mistake(&optimizer, &rate)
		wrong, _ := differences(t, want[model.Name], prepare(t, model, pictures), optimizer, rate)
		if len(wrong) == 0 {
			t.Errorf("%s, %s: not noticed", model.Name, c.name)
		} else {
			t.Logf("%s, %s: %d differences, the first: %s", model.Name, c.name, len(wrong), wrong[0])
		}
	}
}
