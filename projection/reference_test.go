package projection

import (
	"encoding/json"
	"math"
	"os"
	"strconv"
	"testing"

	"likeness/search"
)

// reference is what testdata/reference.py wrote.
type reference struct {
	Width      int
	Hundredths []int
	PCA        struct {
		Kept, Variance float64
		First          []float64
	}
	TSNE struct{ Kept, Divergence float64 }
	UMAP struct {
		Kept   []float64
		Edges  int
		Weight float64
		First  map[string]float64
	}
}

func readReference(t *testing.T) (reference, []float32) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var r reference
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	points := make([]float32, len(r.Hundredths))
	for i, v := range r.Hundredths {
		points[i] = float32(v) / 100
	}
	return r, points
}

// TestReference compares layouts with those of scikit-learn and umap-learn, of which
// testdata holds what they reached on the same points.
func TestReference(t *testing.T) {
	r, points := readReference(t)
	fit := func(o Options) *Layout {
		l, err := Fit(t.Context(), points, r.Width, o)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: kept %.4f, divergence %.4f", l.Method, l.Kept.Share, l.Divergence)
		return l
	}
	l := fit(Options{})
	if math.Abs(l.Kept.Share-r.PCA.Kept) > 1e-9 || math.Abs(l.Variance-r.PCA.Variance) > 1e-6 {
		t.Errorf("PCA keeps %v and shows %v of the variance, want %v and %v", l.Kept.Share, l.Variance, r.PCA.Kept, r.PCA.Variance)
	}
	for i, want := range r.PCA.First {
		if got := math.Abs(float64(l.Positions[i])); math.Abs(got-want) > 1e-4 {
			t.Errorf("PCA: coordinate %d of the first point is %v, want %v", i, got, want)
		}
	}
	l = fit(Options{Method: TSNE})
	if l.Divergence > r.TSNE.Divergence+0.02 || l.Divergence < r.TSNE.Divergence-0.05 || l.Kept.Share < r.TSNE.Kept-0.02 {
		t.Errorf("t-SNE keeps %v at a divergence of %v, scikit-learn's %v at %v", l.Kept.Share, l.Divergence, r.TSNE.Kept, r.TSNE.Divergence)
	}
	theirs, own := 0.0, 0.0
	for _, kept := range r.UMAP.Kept {
		theirs += kept / float64(len(r.UMAP.Kept))
	}
	for seed := range uint64(2) {
		own += fit(Options{Method: UMAP, Seed: seed}).Kept.Share / 2
	}
	if own < theirs-0.02 {
		t.Errorf("UMAP keeps %v, that of umap-learn %v", own, theirs)
	}
}

// TestFuzzyGraph compares UMAP's graph with that of umap-learn.
func TestFuzzyGraph(t *testing.T) {
	r, points := readReference(t)
	near, err := search.NearestOthers(t.Context(), points, r.Width, nil, 14, nil)
	if err != nil {
		t.Fatal(err)
	}
	g := fuzzy(near)
	sum := 0.0
	for _, w := range g.weights {
		sum += float64(w)
	}
	if len(g.to) != r.UMAP.Edges || math.Abs(sum/r.UMAP.Weight-1) > 1e-4 {
		t.Errorf("%d edges with a weight of %v, want %d with %v", len(g.to), sum, r.UMAP.Edges, r.UMAP.Weight)
	}
	to, weights := g.of(0)
	if len(to) != len(r.UMAP.First) {
		t.Errorf("the first point has %d edges, want %d", len(to), len(r.UMAP.First))
	}
	for e, j := range to {
		if want := r.UMAP.First[strconv.Itoa(int(j))]; math.Abs(float64(weights[e])-want) > 1e-4 {
			t.Errorf("the edge from 0 to %d weighs %v, want %v", j, weights[e], want)
		}
	}
}
