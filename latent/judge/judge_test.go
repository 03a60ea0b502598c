package judge

import (
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/hyper"
	"likeness/latent"
	"likeness/pix"
	"likeness/train"
)

// naive is Compare by its definitions, in float64.
func naive(made, real [][]float64) latent.Quality {
	square := func(a, b []float64) float64 {
		sum := 0.0
		for i := range a {
			sum += (a[i] - b[i]) * (a[i] - b[i])
		}
		return sum
	}
	reach := func(rows [][]float64, i int) float64 { // the k-th smallest, by counting
		best := -1.0
		for j := range rows {
			d, closer := square(rows[i], rows[j]), 0
			for k := range rows {
				if k != i && square(rows[i], rows[k]) < d {
					closer++
				}
			}
			if j != i && closer == Neighbours-1 {
				best = d
			}
		}
		return best
	}
	q := latent.Quality{New: len(made), Real: len(real)}
	for _, m := range made {
		in := 0.0
		for j := range real {
			in += one(square(m, real[j]) <= reach(real, j))
		}
		q.Precision += one(in > 0) / float64(len(made))
		q.Density += in / float64(Neighbours*len(made))
	}
	for j := range real {
		recalled, covered := false, false
		for i := range made {
			recalled = recalled || square(real[j], made[i]) <= reach(made, i)
			covered = covered || square(real[j], made[i]) <= reach(real, j)
		}
		q.Recall += one(recalled) / float64(len(real))
		q.Coverage += one(covered) / float64(len(real))
	}
	return q
}

func points(rng *rand.Rand, n int, at float64) ([]float32, [][]float64) {
	var flat []float32
	var rows [][]float64
	for range n {
		row := make([]float64, 3)
		for j := range row {
			v := float32(rng.NormFloat64() + at)
			row[j] = float64(v)
			flat = append(flat, v)
		}
		rows = append(rows, row)
	}
	return flat, rows
}

func TestCompare(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	real, realRows := points(rng, 60, 0)
	trained, _ := points(rng, 200, 0)
	for _, at := range []float64{0, 1, 9} {
		made, rows := points(rng, 45, at)
		got, err := Compare(t.Context(), made, real, trained, 3)
		if err != nil {
			t.Fatal(err)
		}
		want := naive(rows, realRows)
		for _, c := range []struct {
			what      string
			got, want float64
		}{{"precision", got.Precision, want.Precision}, {"recall", got.Recall, want.Recall}, {"density", got.Density, want.Density}, {"coverage", got.Coverage, want.Coverage}} {
			if d := c.got - c.want; d > 1e-9 || d < -1e-9 {
				t.Errorf("%s of points at %g: %g, by its definition %g", c.what, at, c.got, c.want)
			}
		}
		if at == 9 && (got.Precision > 0.1 || got.Coverage > 0.1) || at == 0 && got.Coverage < 0.6 {
			t.Errorf("points at %g: %+v", at, got)
		}
	}
	// Copies of what was trained on show.
	got, err := Compare(t.Context(), trained[:3*40], real, trained, 3)
	if err != nil || got.Copies != 1 || got.ToTraining != 0 || !(got.RealToTraining > 0) {
		t.Errorf("copies: %+v, %v", got, err)
	}
}

// A drawn set and a model that has seen it.
func drawnModel(t *testing.T) (*autoencoder.Model, *faces.Set, faces.Split) {
	t.Helper()
	data, err := dataset.Load(t.Context(), dataset.Drawn(150, 3), faces.Options{CacheDir: t.TempDir(), Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	if err != nil {
		t.Fatal(err)
	}
	split, err := faces.RandomSplit(data.Len(), 0.2, 42)
	if err != nil {
		t.Fatal(err)
	}
	m, err := autoencoder.New("pca", data.Prep, 16, 42)
	if err != nil {
		t.Fatal(err)
	}
	run := train.Run{Model: m, Data: data, Split: split, Epochs: 15, Parameters: hyper.Parameters{Rate: 0.004}}
	if _, err := run.Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m, data, split
}

// A classifier that has seen only other people's pixels agrees with edits along
// directions, and not with random ones; and the verdicts do not depend on the
// threads.
func TestEditsAndSamples(t *testing.T) {
	m, data, split := drawnModel(t)
	verdicts, err := Edits(t.Context(), latent.NewCoder(m, data), split, nil)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, v := range verdicts {
		if v.AUC < 0.9 || v.DirectionAUC < 0.85 || v.Wrong < 10 { // nothing to agree about
			continue
		}
		told++
		if v.RightWay < 0.9 || v.RandomWay > 0.75 || v.By < 0.1 || v.Edits == 0 {
			t.Errorf("%s: %+v", v.Name, v)
		}
	}
	if told < 3 {
		t.Errorf("only %d of %d attributes have a good judge", told, len(verdicts))
	}
	threads := runtime.GOMAXPROCS(1)
	again, err := Edits(t.Context(), latent.NewCoder(m, data), split, nil)
	runtime.GOMAXPROCS(threads)
	if d := cmp.Diff(verdicts, again); d != "" || err != nil {
		t.Error(d, err)
	}

	a, err := latent.Survey(t.Context(), latent.NewCoder(m, data), split.Train, nil, latent.SurveyOptions{Fit: latent.FitOptions{Only: []int{}}})
	if err != nil {
		t.Fatal(err)
	}
	gaussian := func(n int) []float32 {
		return a.Whitening.Draw(latent.Gaussian(a.Whitening.Width()), n, 1, 1)
	}
	one := func(n int) []float32 { // the same face again and again
		return a.Whitening.Draw(latent.Gaussian(a.Whitening.Width()), n, 0, 1)
	}
	judged, err := Samples(t.Context(), latent.NewCoder(m, data), split, []Source{{"gaussian", gaussian}, {"one face", one}})
	if err != nil || len(judged) != 4 {
		t.Fatal(judged, err)
	}
	if real, drawn, same := judged[0], judged[2], judged[3]; real.Coverage < 0.8 || same.Coverage > 0.7 || drawn.Coverage < same.Coverage || drawn.Copies > 0.2 {
		t.Errorf("%+v", judged)
	}
	split.Test = split.Test[:6]
	if _, err := Samples(t.Context(), latent.NewCoder(m, data), split, nil); err == nil || !strings.Contains(err.Error(), "too few") {
		t.Errorf("6 test faces: %v", err)
	}
}

func TestHalves(t *testing.T) {
	people := []string{"a", "a", "b", "c", "c", "d", "e", "f"}
	rows := []int{0, 1, 2, 3, 4, 5, 6, 7}
	a, b := halves(people, rows)
	in := map[string]bool{}
	for _, r := range a {
		in[people[r]] = true
	}
	for _, r := range b {
		if in[people[r]] {
			t.Errorf("%s is in both halves", people[r])
		}
	}
	if len(a)+len(b) != len(rows) || len(a) == 0 || len(b) == 0 {
		t.Errorf("halves of %v: %v and %v", rows, a, b)
	}
	if a, b := halves(make([]string, 8), rows); len(a) != 4 || len(b) != 4 {
		t.Errorf("nobody is known: %v and %v", a, b)
	}
}
