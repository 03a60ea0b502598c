package projection

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"likeness/parallel"
	"likeness/progress"
)

// groups are points of some groups, far from each other.
func groups(n, width, count int) (points []float32, group []int) {
	rng := rand.New(rand.NewPCG(1, 2))
	middles := make([]float64, count*width)
	for i := range middles {
		middles[i] = 5 * rng.NormFloat64()
	}
	for i := range n {
		group = append(group, i%count)
		for j := range width {
			points = append(points, float32(middles[i%count*width+j]+rng.NormFloat64()))
		}
	}
	return points, group
}

func TestSameBitsForAnyNumberOfThreads(t *testing.T) {
	points, _ := groups(900, 12, 7)
	for _, m := range Methods() {
		var first *Layout
		for _, threads := range []int{1, 4} {
			l, err := Fit(parallel.WithThreads(t.Context(), threads), points, 12, Options{Method: m, Rounds: 60, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = l
			} else if !slices.Equal(l.Positions, first.Positions) || l.Kept != first.Kept || l.Divergence != first.Divergence {
				t.Errorf("%s: 4 threads give other positions than 1", m)
			}
			if i := slices.IndexFunc(l.Positions, func(v float32) bool { return v-v != 0 }); i >= 0 {
				t.Errorf("%s: position %d is %v", m, i, l.Positions[i])
			}
		}
	}
	seeds := [2][]float32{}
	for i := range seeds {
		l, err := Fit(t.Context(), points, 12, Options{Method: UMAP, Rounds: 10, Seed: uint64(i)})
		if err != nil {
			t.Fatal(err)
		}
		seeds[i] = l.Positions
	}
	if slices.Equal(seeds[0], seeds[1]) {
		t.Error("UMAP: two seeds give one layout")
	}
}

// TestGroupsStayTogether: nearly all nearest neighbours in a layout are of one group.
func TestGroupsStayTogether(t *testing.T) {
	points, group := groups(600, 20, 6)
	for _, m := range []Method{UMAP, TSNE} {
		shown := 0
		l, err := Fit(t.Context(), points, 20, Options{Method: m, Show: func([]float32) { shown++ }})
		if err != nil {
			t.Fatal(err)
		}
		right := 0
		for i := range group {
			best, at := math.Inf(1), 0
			for j := range group {
				d := math.Hypot(float64(l.Positions[2*i]-l.Positions[2*j]), float64(l.Positions[2*i+1]-l.Positions[2*j+1]))
				if i != j && d < best {
					best, at = d, j
				}
			}
			if group[at] == group[i] {
				right++
			}
		}
		if right < 595 || l.Kept.Share < 10*l.Kept.Chance {
			t.Errorf("%s: %d of 600 lie beside one of their group, kept %+v", m, right, l.Kept)
		}
		if shown != 50 {
			t.Errorf("%s: shown %d times, want 50", m, shown)
		}
	}
}

// TestBarnesHut compares the repulsion with that of all pairs.
func TestBarnesHut(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	const n = 2000
	s := &tsne{at: make([]float64, 2*n), away: make([]float64, 2*n)}
	for i := range s.at {
		s.at[i] = 20 * rng.NormFloat64() * rng.Float64()
	}
	copy(s.at[:60], slices.Repeat(s.at[:2], 30)) // copies
	z, err := s.repel(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	all, off, size := 0.0, 0.0, 0.0
	for i := range n {
		var fx, fy float64
		for j := range n {
			dx, dy := s.at[2*i]-s.at[2*j], s.at[2*i+1]-s.at[2*j+1]
			q := 1 / (1 + dx*dx + dy*dy)
			if i != j {
				all += q
			}
			fx += q * q * dx
			fy += q * q * dy
		}
		off += math.Hypot(fx-s.away[2*i], fy-s.away[2*i+1])
		size += math.Hypot(fx, fy)
	}
	if math.Abs(z/all-1) > 0.01 || off/size > 0.025 {
		t.Errorf("a sum of %v, want %v; forces are off by %v of their size", z, all, off/size)
	}
}

func TestInverseOfPCA(t *testing.T) {
	points, _ := groups(50, 3, 4)
	for i := 2; i < len(points); i += 3 {
		points[i] = 1 + points[i-1]/2 - points[i-2] // they lie in a plane
	}
	l, err := Fit(t.Context(), points, 3, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		p, ok := l.Inverse(t.Context(), l.Positions[2*i], l.Positions[2*i+1])
		if !ok {
			t.Fatal("PCA has no inverse")
		}
		for j, v := range p {
			if want := points[3*i+j]; math.Abs(float64(v-want)) > 1e-3 {
				t.Errorf("point %d: %v at %d, want %v", i, v, j, want)
			}
		}
	}
	if math.Abs(l.Variance-1) > 1e-6 {
		t.Errorf("a plane has %v of the variance, want 1", l.Variance)
	}
	if l, err = Fit(t.Context(), points, 3, Options{Method: UMAP, Rounds: 1}); err != nil {
		t.Fatal(err)
	}
	if _, ok := l.Inverse(t.Context(), 0, 0); ok {
		t.Error("UMAP has an inverse")
	}
}

// TestFewPoints: nothing breaks with no, few, equal and one-dimensional points.
func TestFewPoints(t *testing.T) {
	for _, m := range Methods() {
		for name, points := range map[string][]float32{"one": {3}, "two": {1, 2}, "three": {1, 2, 5}, "equal": slices.Repeat([]float32{4}, 40)} {
			l, err := Fit(t.Context(), points, 1, Options{Method: m, Rounds: 30})
			if err != nil {
				t.Errorf("%s of %s: %v", m, name, err)
				continue
			}
			if len(l.Positions) != 2*len(points) || slices.ContainsFunc(l.Positions, func(v float32) bool { return v-v != 0 }) {
				t.Errorf("%s of %s: %v", m, name, l.Positions)
			}
		}
	}
}

func TestErrors(t *testing.T) {
	points, _ := groups(20, 2, 2)
	nan := slices.Clone(points)
	nan[7] = float32(math.NaN())
	for _, c := range []struct {
		points []float32
		opt    Options
		want   string
	}{
		{nil, Options{}, "no points"},
		{nan, Options{}, "not all finite"},
		{points, Options{Method: "lle"}, `unknown layout "lle", known are pca, umap, tsne`},
		{points, Options{Neighbours: 1}, "1 neighbours"},
		{points, Options{Perplexity: math.NaN()}, "perplexity of NaN"},
		{points, Options{Rounds: -1}, "-1 rounds"},
	} {
		if _, err := Fit(t.Context(), c.points, 2, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.opt, err, c.want)
		}
	}
	for _, m := range Methods() {
		ctx, cancel := context.WithCancel(t.Context())
		_, err := Fit(ctx, points, 2, Options{Method: m, Progress: func(s progress.Step) {
			if s.Done > 0 {
				cancel()
			}
		}})
		if m != PCA && !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want context.Canceled", m, err)
		}
		cancel()
	}
}

func TestTables(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 10_000 {
		d := math.Exp(rng.Float64()*50 - 25)
		for name, c := range map[string][2]float64{"pull": {pulls.at(d), pullAt(d)}, "push": {pushes.at(d), pushAt(d)}} {
			if math.Abs(c[0]/c[1]-1) > 6e-5 {
				t.Fatalf("%s at %g is %g, want %g", name, d, c[0], c[1])
			}
		}
	}
	for _, d := range []float64{0, 1e-300, 1e300, math.Inf(1)} {
		if v := pushes.at(d); v < 0 || v-v != 0 {
			t.Errorf("push at %g is %g", d, v)
		}
	}
}
