package latent

import (
	"path/filepath"
	"slices"
	"testing"
)

// Directions know where the scores of training codes lie; a mixture, where those
// of codes that are drawn from it do.
func TestUsual(t *testing.T) {
	codes, tagged := painted(4000)
	w, err := Whiten(t.Context(), codes, 6)
	if err != nil {
		t.Fatal(err)
	}
	white := w.White(codes)
	fitted, _, err := FitDirections(t.Context(), white, 6, tagged, FitOptions{Only: []int{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := FitMixture(t.Context(), white, 6, MixtureOptions{Components: 4, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i := range fitted {
		d := &fitted[i]
		low, high := 0, 0
		for r := range 4000 {
			s := d.Score(white[r*6 : (r+1)*6])
			if s < d.Usual.Low {
				low++
			}
			if s > d.Usual.High {
				high++
			}
		}
		if low != 20 || high != 20 {
			t.Errorf("%s: %d of 4000 codes score below the range and %d above, want 20 of each", d.Name, low, high)
		}
		drawn := m.Sample(100000, 1, 1)
		var scores []float64
		for r := 0; r < len(drawn); r += 6 {
			scores = append(scores, d.Score(drawn[r:r+6]))
		}
		got, want := m.Along(d.White), NewRange(scores)
		near(t, d.Name+", lowest by the mixture", got.Low, want.Low, 0.02)
		near(t, d.Name+", highest by the mixture", got.High, want.High, 0.02)
	}
	// The 0.5th and 99.5th percentile of a standard normal distribution.
	one := Gaussian(6).Along(fitted[0].White)
	near(t, "lowest of a gaussian", one.Low, -2.575829, 1e-5)
	near(t, "highest of a gaussian", one.High, 2.575829, 1e-5)
}

// A step along a direction leads out of the data long before the distance from
// the mean shows it; of directions that nobody asked about nothing is said.
func TestPlace(t *testing.T) {
	a, _ := atlasOf(t, 1500)
	up, side := &a.Directions[0], &a.Directions[1]
	at := func(d *Direction, score float64) []float32 {
		white := make([]float32, len(d.White))
		for i, v := range d.White {
			white[i] = float32(score * float64(v))
		}
		return a.Whitening.Code(white)
	}
	if p := a.Place(a.Whitening.Mean, up, side); !p.Average || p.Far() {
		t.Errorf("the mean: %+v", p)
	}
	edge := (up.Usual.High + a.Reach.Far) / 2
	if edge <= up.Usual.High {
		t.Fatalf("scores up to %g, distances up to %g", up.Usual.High, a.Reach.Far)
	}
	for _, sign := range []float64{1, -1} {
		p := a.Place(at(up, sign*edge), up, side)
		if p.Distant || !p.Far() || !slices.Equal(p.Beyond, []*Direction{up}) {
			t.Errorf("%g along Up: %+v", sign*edge, p)
		}
		if p := a.Place(at(up, sign*edge)); p.Far() {
			t.Errorf("%g along a direction that was not asked about: %+v", sign*edge, p)
		}
	}
	if p := a.Place(at(up, up.Usual.High-0.01), up); p.Far() {
		t.Errorf("just within: %+v", p)
	}
	if p := a.Place(at(up, a.Reach.Far+0.1)); !p.Distant || !p.Far() {
		t.Errorf("far from the mean: %+v", p)
	}
}

// Two changes at once leave the data together before either does by itself.
func TestAlong(t *testing.T) {
	a, _ := atlasOf(t, 1500)
	up, side := &a.Directions[0], &a.Directions[1]
	s, err := stepOf(a, []Want{{Name: "Up", Strength: 2.4}, {Name: "Side", Strength: 2.4, Less: true}})
	if err != nil {
		t.Fatal(err)
	}
	along := a.Along(s)
	code := a.Walk(a.Whitening.Mean, s, []float64{1})[0]
	if p := a.Place(code, up, side); len(p.Beyond) > 0 {
		t.Fatalf("one by one: %+v", p)
	}
	if p := a.Place(code, up, side, along); !slices.Equal(p.Beyond, []*Direction{along}) {
		t.Errorf("together, %g far: %+v", s.Length, p)
	}
	near(t, "length", length(along.White), 1, 1e-6)
	if d := a.Along(&Step{White: make([]float32, 6)}); d != nil {
		t.Errorf("no step: %+v", d)
	}
}

// A file from before there were ranges has them estimated, by its mixture or by
// one gaussian.
func TestOpenWithoutRanges(t *testing.T) {
	a := mixedAtlas(t)
	for range 2 {
		old := *a
		old.Directions = slices.Clone(a.Directions)
		for i := range old.Directions {
			old.Directions[i].Usual = Range{}
		}
		path := filepath.Join(t.TempDir(), "old.safetensors")
		if err := old.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Directions {
			d := &got.Directions[i]
			if want := a.usual(d); d.Usual != want || !(want.Low < -1 && want.High > 1) {
				t.Errorf("%s: scores from %g to %g, want %g to %g", d.Name, d.Usual.Low, d.Usual.High, want.Low, want.High)
			}
		}
		a.Mixture = nil
	}
}

func TestHeldUp(t *testing.T) {
	for _, c := range []struct {
		edits         int
		right, random float64
		want          bool
	}{
		{150, 0.94, 0.46, true}, {150, 0.42, 0.43, false}, {150, 0.56, 0.5, false}, {150, 0.43, 0.9, false},
		{1, 1, 0, false}, {8, 1, 0, true}, {8, 1, 1, false}, {300, 1, 0.9, true},
	} {
		if v := (Verdict{Edits: c.edits, RightWay: c.right, RandomWay: c.random}); v.HeldUp() != c.want {
			t.Errorf("%d edits, %g the right way and %g by chance: held up %v", c.edits, c.right, c.random, v.HeldUp())
		}
	}
}
