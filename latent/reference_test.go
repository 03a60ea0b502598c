package latent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"
)

// reference is what NumPy and scikit-learn came to; testdata/reference.py makes
// it.
type reference struct {
	X          []float32
	Y          []int
	Rows, Dim  int
	Ridge      map[string][]float64
	Logistic   map[string][]float64
	AUCScores  []float64 `json:"auc_scores"`
	AUC        float64
	Mean       []float64
	Covariance []float64
	Distances  []float64
	Quantiles  []float64
	One        float64   `json:"one_gaussian"`
	Three      float64   `json:"three_gaussians"`
	Weights    []float64 `json:"three_weights"`
	Means      []float64 `json:"three_means"`
}

func readReference(t testing.TB) *reference {
	t.Helper()
	b, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: got %.8f, want %.8f", what, got, want)
	}
}

func (r *reference) problem() *problem {
	p := &problem{width: r.Dim, z: r.X}
	for _, y := range r.Y {
		p.y = append(p.y, float32(2*y-1))
	}
	return p
}

func TestRegressionsAreScikitLearns(t *testing.T) {
	r := readReference(t)
	p := r.problem()
	for penalty, want := range r.Ridge {
		v, err := strconv.ParseFloat(penalty, 64)
		if err != nil {
			t.Fatal(err)
		}
		for j, w := range p.ridge(p.gram(), v) {
			near(t, "ridge "+penalty, float64(w), want[j], 2e-6)
		}
	}
	for penalty, want := range r.Logistic {
		v, err := strconv.ParseFloat(penalty, 64)
		if err != nil {
			t.Fatal(err)
		}
		w := make([]float64, r.Dim+1)
		p.logistic(v, w)
		for j := range w {
			near(t, "logistic "+penalty, w[j], want[j], 2e-4)
		}
	}
}

func TestAUC(t *testing.T) {
	r := readReference(t)
	has := make([]bool, r.Rows)
	for i, y := range r.Y {
		has[i] = y > 0
	}
	auc, stderr := AUC(r.AUCScores, has)
	near(t, "AUC with ties", auc, r.AUC, 1e-12)
	if !(stderr > 0.002 && stderr < 0.05) {
		t.Errorf("standard error %g", stderr)
	}
	if auc, _ := AUC([]float64{1, 2}, []bool{true, true}); !math.IsNaN(auc) {
		t.Errorf("without anybody who has it not: AUC %g", auc)
	}
	if auc, stderr := AUC([]float64{1, 2, 3}, []bool{false, false, true}); auc != 1 || stderr != 0 {
		t.Errorf("all told apart: %g, %g", auc, stderr)
	}
}

func TestWhitening(t *testing.T) {
	r := readReference(t)
	w, err := Whiten(t.Context(), r.X, r.Dim)
	if err != nil {
		t.Fatal(err)
	}
	for j, m := range r.Mean {
		near(t, "mean", float64(w.Mean[j]), m, 1e-6)
	}
	for i := range r.Dim { // the axes and scales make the covariance again
		for j := range r.Dim {
			sum := 0.0
			for k := range w.Width() {
				s := float64(w.Scale[k])
				sum += s * s * float64(w.Axes[k*r.Dim+i]) * float64(w.Axes[k*r.Dim+j])
			}
			near(t, "covariance", sum, r.Covariance[i*r.Dim+j], 2e-6)
		}
	}
	for i, d := range r.Distances {
		near(t, "distance", w.Distance(r.X[i*r.Dim:(i+1)*r.Dim]), d, 1e-5)
	}
	reach := NewReach(w, r.X)
	for i, q := range []float64{reach.Near, reach.Half, reach.Far} {
		near(t, "quantile", q, r.Quantiles[i], 1e-5)
	}
	// There and back.
	code := r.X[8:12]
	for j, v := range w.Code(w.White(code)) {
		near(t, "code", float64(v), float64(code[j]), 1e-5)
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
		return 1
	}
	return c.Context.Value(key)
}

// A mixture is fitted and measured on the threads of its context, and ends with it.
func TestMixtureKeepsToItsContext(t *testing.T) {
	r := readReference(t)
	m, err := FitMixture(t.Context(), r.X, r.Dim, MixtureOptions{Components: 1})
	if err != nil {
		t.Fatal(err)
	}
	asked := &threadsAsked{Context: t.Context()}
	if _, err := m.LogLikelihood(asked, r.X); err != nil || asked.times == 0 {
		t.Errorf("the context was asked %d times, error %v", asked.times, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.LogLikelihood(ctx, r.X); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestMixtureIsScikitLearns(t *testing.T) {
	r := readReference(t)
	one, err := FitMixture(t.Context(), r.X, r.Dim, MixtureOptions{Components: 1, Floor: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	likelihood := func(m *Mixture) float64 {
		v, err := m.LogLikelihood(t.Context(), r.X)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	near(t, "one gaussian", likelihood(one), r.One, 1e-5)
	three, err := FitMixture(t.Context(), r.X, r.Dim, MixtureOptions{Components: 3, Floor: 0.01, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "three gaussians", likelihood(three), r.Three, 2e-3) // where EM stops, not where it would end
	order := []int{0, 1, 2}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(three.mean(a)[0], three.mean(b)[0]) })
	for i, c := range order {
		near(t, "weight", three.Weights[c], r.Weights[i], 0.01)
		for j, v := range three.mean(c) {
			near(t, "mean", v, r.Means[i*r.Dim+j], 0.03)
		}
	}
	chosen, err := FitMixture(t.Context(), r.X, r.Dim, MixtureOptions{Floor: 0.01, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if n := chosen.Len(); n != 2 && n != 4 { // three kinds, and powers of two are tried
		t.Errorf("%d components were chosen for three kinds: %+v", n, chosen.Story)
	}
}
