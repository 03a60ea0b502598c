package latent

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// painted makes codes of 6 numbers that hold two attributes: "Up" along one way,
// "Side" along another that is not at right angles to it, and "Noise", which
// nothing shows.
func painted(n int) ([]float32, Tagged) {
	rng := rand.New(rand.NewPCG(5, 5))
	t := Tagged{Names: []string{"Up", "Side", "Noise", "Rare"}}
	var codes []float32
	for i := range n {
		up, side := rng.Float64() < 0.4, rng.Float64() < 0.5
		row := make([]float64, 6)
		for j := range row {
			row[j] = rng.NormFloat64() * float64(1+j) / 3
		}
		if up {
			row[0] += 1.5
			row[1] += 1
			side = side || rng.Float64() < 0.4 // the two go together
		}
		if side {
			row[1] += 1
			row[2] += 2
		}
		for _, v := range row {
			codes = append(codes, float32(v+3))
		}
		for _, is := range []bool{up, side, rng.Float64() < 0.5, i == 0} {
			v := float32(0)
			if is {
				v = 1
			}
			t.Values = append(t.Values, v)
		}
	}
	return codes, t
}

func atlasOf(t testing.TB, n int) (*Atlas, []float32) {
	t.Helper()
	codes, tagged := painted(n)
	w, err := Whiten(context.Background(), codes, 6)
	if err != nil {
		t.Fatal(err)
	}
	a := &Atlas{Model: "0123456789abcdef", Whitening: w, Reach: NewReach(w, codes)}
	if a.Story.LeftOut, err = a.Learn(context.Background(), codes, tagged, FitOptions{}); err != nil {
		t.Fatal(err)
	}
	return a, codes
}

func TestDirections(t *testing.T) {
	for _, n := range []int{200, 1500} { // folds by attribute, and shared ones
		a, _ := atlasOf(t, n)
		if len(a.Directions) != 3 || len(a.Story.LeftOut) != 1 || a.Story.LeftOut[0].Name != "Rare" || !strings.Contains(a.Story.LeftOut[0].Reason, "1 of") {
			t.Fatalf("%d codes: directions %+v, left out %+v", n, a.Directions, a.Story.LeftOut)
		}
		other, tagged := painted(3000)
		MeasureDirections(a.Directions, a.Whitening.White(other), a.Whitening.Width(), tagged)
		// Scores of the very pictures that were fitted would tell noise with .57 of 200.
		for i, want := range []float64{0.95, 0.85, 0} {
			d := a.Directions[i]
			if !(d.CrossAUC > want && d.HeldOut.AUC > want) || want == 0 && !(math.Abs(d.CrossAUC-0.475) < 0.075 && math.Abs(d.HeldOut.AUC-0.5) < 0.1) {
				t.Errorf("%d codes: %s has AUC %.3f, held out %.3f", n, d.Name, d.CrossAUC, d.HeldOut.AUC)
			}
			if l := length(d.White); math.Abs(l-1) > 1e-6 {
				t.Errorf("%s: length %g", d.Name, l)
			}
			if want > 0 && math.Abs(d.CrossAUC-d.HeldOut.AUC) > 0.04 {
				t.Errorf("%s: cross-validated %.3f, held out %.3f", d.Name, d.CrossAUC, d.HeldOut.AUC)
			}
		}
	}
}

// What nobody knows does not count, and people are not parted.
func TestUnknownsAndGroups(t *testing.T) {
	codes, tagged := painted(400)
	for i := 0; i < len(tagged.Values); i += 8 {
		tagged.Values[i] = float32(math.NaN())
	}
	for i := range 400 {
		tagged.Groups = append(tagged.Groups, string(rune('a'+i/20)))
	}
	w, err := Whiten(t.Context(), codes, 6)
	if err != nil {
		t.Fatal(err)
	}
	white := w.White(codes)
	d, _, err := FitDirections(t.Context(), white, w.Width(), tagged, FitOptions{Only: []int{0}})
	if err != nil || len(d) != 1 || d[0].With+d[0].Without != 200 {
		t.Fatalf("%+v, %v", d, err)
	}
	f := newFitter(white, w.Width(), tagged, FitOptions{})
	rows, y, _ := tagged.labels(0)
	fold := f.folds(rows, y, 5)
	of := map[string]int{}
	for i, r := range rows {
		g := tagged.Groups[r]
		if k, ok := of[g]; ok && k != fold[i] {
			t.Fatalf("the pictures of %s are in folds %d and %d", g, k, fold[i])
		}
		of[g] = fold[i]
	}
	white[3] = float32(math.NaN())
	if _, _, err := FitDirections(t.Context(), white, w.Width(), tagged, FitOptions{}); err == nil {
		t.Error("a code that is not finite was taken")
	}
}

func TestStep(t *testing.T) {
	a, codes := atlasOf(t, 1500)
	code := codes[:6]
	score := func(c []float32, name string) float64 {
		d, err := a.Direction(name)
		if err != nil {
			t.Fatal(err)
		}
		return d.Score(a.Whitening.White(c))
	}
	free, err := stepOf(a, []Want{{Name: "up", Strength: 1.5}}) // names without case
	if err != nil {
		t.Fatal(err)
	}
	near(t, "length", free.Length, 1.5, 1e-5)
	held, err := stepOf(a, []Want{{Name: "Up", Strength: 1.5}}, "Side")
	if err != nil {
		t.Fatal(err)
	}
	if !(held.Length > free.Length) {
		t.Errorf("a step that holds is %g long, the free one %g", held.Length, free.Length)
	}
	for _, s := range []*Step{free, held} {
		moved := a.Walk(code, s, []float64{0, 1, -0.5})
		near(t, "Up", score(moved[1], "Up")-score(code, "Up"), 1.5, 1e-4)
		near(t, "Up", score(moved[2], "Up")-score(code, "Up"), -0.75, 1e-4)
		if d := cmp.Diff(code, moved[0]); d != "" {
			t.Error(d)
		}
		by := score(moved[1], "Side") - score(code, "Side")
		if s == held {
			near(t, "held Side", by, 0, 1e-4)
			continue
		}
		told := 0.0
		for _, d := range s.SideEffects {
			if d.Name == "Side" {
				told = d.By
			}
		}
		if by < 0.1 || math.Abs(s.SideEffects[0].By) < math.Abs(s.SideEffects[1].By) {
			t.Errorf("Side goes along by %g; told %+v", by, s.SideEffects)
		}
		near(t, "told of Side", told, by, 1e-4)
	}
	two, err := stepOf(a, []Want{{Name: "Up", Strength: 1}, {Name: "Side", Strength: 2, Less: true}})
	if err != nil {
		t.Fatal(err)
	}
	moved := a.Walk(code, two, []float64{1})[0]
	near(t, "Up of two", score(moved, "Up")-score(code, "Up"), 1, 1e-4)
	near(t, "Side of two", score(moved, "Side")-score(code, "Side"), -2, 1e-4)
}

// stepOf resolves names and returns the step.
func stepOf(a *Atlas, wants []Want, hold ...string) (*Step, error) {
	changes, err := a.Resolve(wants)
	if err != nil {
		return nil, err
	}
	held, err := a.Find(hold)
	if err != nil {
		return nil, err
	}
	return a.Step(changes, held)
}

func TestStepErrors(t *testing.T) {
	a, _ := atlasOf(t, 200)
	twin := a.Directions[0]
	twin.Name = "Twin"
	a.Directions = append(a.Directions, twin)
	double := a.Directions[1]
	double.Name = "up side"
	a.Directions = append(a.Directions, double)
	double.Name = "Up_Side"
	a.Directions = append(a.Directions, double)
	for _, c := range []struct {
		name     string
		strength float64
		hold     []string
		want     string
	}{
		{"Sde", 1, nil, "did you mean Side?"},
		{"Hat", 1, nil, "known are Up, Side, Noise, Twin"},
		{"Rare", 1, nil, "no direction for Rare: 1 of 200"},
		{"Up", 1, []string{"up"}, "asked for twice"},
		{"Up", 1, []string{"Sidde"}, "did you mean Side"},
		{"Up", 1, []string{"Twin"}, "do not separate Up, Twin: hold"},
		{"Up", math.NaN(), nil, "expected a number above 0"},
		{"Up", math.Inf(1), nil, "not a finite number"},
		{"Up", -1, nil, "expected a number above 0"},
		{"UpSide", 1, nil, `"UpSide" could mean up side or Up_Side`},
	} {
		if s, err := stepOf(a, []Want{{Name: c.name, Strength: c.strength}}, c.hold...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s by %v, held %v: %v, %v, want an error that says %q", c.name, c.strength, c.hold, s, err, c.want)
		}
	}
	if _, err := stepOf(a, []Want{{Name: "Up_Side", Strength: 1}}); err != nil {
		t.Errorf("an exact name: %v", err)
	}
	if _, err := (&Atlas{}).Direction("Up"); !errors.Is(err, ErrNoAttributes) {
		t.Errorf("an atlas without attributes: %v", err)
	}
	if got := Closest("Young", []string{"Male", "Youth", "Senior"}); len(got) != 1 || got[0] != "Youth" {
		t.Errorf("for Young: %q", got)
	}
	// Those that begin alike come alone: nobody who types Smile means Male.
	for name, want := range map[string][]string{"Smile": {"Smiling"}, "Smilling": {"Smiling"}, "eye": {"Eyeglasses", "Eyes Open"}, "Mle": {"Male"}} {
		if got := Closest(name, []string{"Male", "Smiling", "Eyeglasses", "Brown Eyes", "Eyes Open"}); !slices.Equal(got, want) {
			t.Errorf("for %s: %q, want %q", name, got, want)
		}
	}
	if got := Closest("glasses", []string{"Eyeglasses", "Sunglasses", "Bald"}); len(got) != 2 {
		t.Errorf("for glasses: %q", got)
	}
}

func TestLikely(t *testing.T) {
	a, codes := atlasOf(t, 300)
	w := a.Whitening
	ends := [][]float32{codes[:6], codes[6:12], codes[12:18]}
	path, err := w.Likely(ends, 5)
	if err != nil || len(path) != 9 {
		t.Fatal(len(path), err)
	}
	for i, k := range []int{0, 4, 8} {
		if d := cmp.Diff(ends[i], path[k]); d != "" {
			t.Errorf("end %d: %s", i, d)
		}
	}
	// The angle and the distance from the mean change evenly.
	n, m := w.Distance(ends[0]), w.Distance(ends[1])
	angle := math.Acos(Cosine(w.White(ends[0]), w.White(ends[1])))
	for s := range 5 {
		part := float64(s) / 4
		near(t, "distance", w.Distance(path[s]), (1-part)*n+part*m, 1e-4)
		near(t, "angle", math.Acos(min(Cosine(w.White(ends[0]), w.White(path[s])), 1)), part*angle, 2e-3)
	}
	// Straight through the middle between opposites, and from the mean.
	opposite := w.Shift(w.Mean, scaled(w.White(ends[0]), -1))
	for _, pair := range [][][]float32{{ends[0], opposite}, {w.Mean, ends[0]}, {ends[0], ends[0]}} {
		got, err := w.Likely(pair, 3)
		if err != nil {
			t.Fatal(err)
		}
		for j, v := range got[1] {
			near(t, "middle", float64(v), float64(pair[0][j]+pair[1][j])/2, 1e-3)
		}
	}
	if _, err := w.Likely(ends[:1], 5); err == nil {
		t.Error("a walk of one code was no error")
	}
}

func scaled(x []float32, by float32) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = by * v
	}
	return out
}

// Codes that do not vary along an axis keep what they have there.
func TestFaintAxes(t *testing.T) {
	codes := []float32{1, 5, 2, 5, 4, 5, 7, 5}
	w, err := Whiten(t.Context(), codes, 2)
	if err != nil || w.Width() != 1 {
		t.Fatal(w, err)
	}
	if got := w.Shift([]float32{3, 9}, []float32{0.5}); got[1] != 9 || got[0] == 3 {
		t.Errorf("shifted to %v", got)
	}
	if _, err := Whiten(t.Context(), []float32{1, 2, 1, 2}, 2); err == nil || !strings.Contains(err.Error(), "equal") {
		t.Errorf("equal codes: %v", err)
	}
}

// A sample has the mean and covariance of its mixture, follows from its seed, and
// with no spread falls on means.
func TestSample(t *testing.T) {
	m := Gaussian(2)
	m.Roots = []float64{2, 0, 1, 0.5}
	m.Means = []float64{3, -1}
	const n = 40000
	x := m.Sample(n, 1, 7)
	var mean [2]float64
	var square [3]float64
	for i := 0; i < len(x); i += 2 {
		a, b := float64(x[i])-3, float64(x[i+1])+1
		mean[0], mean[1] = mean[0]+a/n, mean[1]+b/n
		square[0], square[1], square[2] = square[0]+a*a/n, square[1]+a*b/n, square[2]+b*b/n
	}
	for i, v := range mean {
		near(t, "mean", v, 0, 0.03)
		_ = i
	}
	for i, want := range []float64{4, 2, 1.25} {
		near(t, "covariance", square[i], want, 0.04)
	}
	if d := cmp.Diff(x[:20], m.Sample(10, 1, 7)); d != "" {
		t.Error("another number from the same seed begins otherwise:", d)
	}
	if got := m.Sample(1, 0, 7); got[0] != 3 || got[1] != -1 {
		t.Errorf("without spread: %v", got)
	}
}

// One seed, one result, whatever the number of threads.
func TestThreads(t *testing.T) {
	run := func(threads int) (*Atlas, *Mixture) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
		a, codes := atlasOf(t, 1200)
		m, err := FitMixture(t.Context(), a.Whitening.White(codes), 6, MixtureOptions{Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		return a, m
	}
	a1, m1 := run(1)
	a4, m4 := run(4)
	if d := cmp.Diff(a1, a4); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(m1, m4); d != "" {
		t.Error(d)
	}
}

func TestCancel(t *testing.T) {
	codes, tagged := painted(200)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := FitDirections(ctx, codes, 6, tagged, FitOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("directions: %v", err)
	}
	if _, err := FitMixture(ctx, codes, 6, MixtureOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("mixture: %v", err)
	}
	if _, err := FitMixture(t.Context(), codes[:12], 6, MixtureOptions{Components: 3}); err == nil {
		t.Error("a mixture of more gaussians than codes")
	}
}
