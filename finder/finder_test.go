package finder_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/finder"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/search/quality"
)

// drawnSet is the same for all tests.
func drawnSet(t testing.TB, prep pix.Prep) *faces.Set {
	t.Helper()
	s, err := dataset.Load(context.Background(), dataset.Drawn(40, 5), faces.Options{Prep: prep, CacheDir: cache})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var cache string

func TestMain(m *testing.M) {
	var err error
	if cache, err = os.MkdirTemp("", "likeness-finder-*"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(cache) // it is in the folder for what may be lost
	os.Exit(code)
}

func fit(t testing.TB, data *faces.Set, rows []int, opt finder.Options) *finder.Finder {
	t.Helper()
	f, err := finder.Fit(context.Background(), data, rows, opt)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func rowsOf(data *faces.Set) []int {
	rows := make([]int, data.Len())
	for i := range rows {
		rows[i] = i
	}
	return rows
}

// A finder finds drawn people it was not fitted to; with shuffled names it
// finds them no more than chance would.
func TestFindsPeople(t *testing.T) {
	data := drawnSet(t, describe.DefaultPrep())
	split, err := faces.PersonSplit(data.People, 0.4, 1)
	if err != nil {
		t.Fatal(err)
	}
	f := fit(t, data, split.Train, finder.Options{})
	if f.Space.Name() != "within-mirror" || f.Training.NTrain != len(split.Train) {
		t.Errorf("space %s, %d pictures", f.Space.Name(), f.Training.NTrain)
	}
	c, _, err := finder.Encode(context.Background(), f.Describer, data, rowsOf(data), nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Retrieve(context.Background(), f.Space, data.People, split, true)
	if err != nil {
		t.Fatal(err)
	}
	if r.Hit1.Value < 0.7 {
		t.Errorf("hit1 is %.3f", r.Hit1.Value)
	}
	shuffled := append([]string(nil), data.People...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	w, err := c.Retrieve(context.Background(), f.Space, shuffled, split, true)
	if err != nil {
		t.Fatal(err)
	}
	if w.Hit1.Low > 2*w.Chance+0.1 || w.Hit1.Value > 0.25 {
		t.Errorf("with shuffled names hit1 is %.3f, chance %.3f", w.Hit1.Value, w.Chance)
	}
	pairs, err := quality.MakePairs(data.IDs, data.People, 5, 20, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := finder.CheckPairs(data.IDs, pairs); err != nil {
		t.Fatal(err)
	}
	v, err := c.Verify(context.Background(), "", data.IDs, data.People, pairs, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.Accuracy < 0.8 || v.AUC < 0.85 {
		t.Errorf("pairs: accuracy %.3f, AUC %.3f", v.Accuracy, v.AUC)
	}
	free := map[string]bool{}
	for _, r := range finder.InNoFold(data.IDs, data.People, pairs) {
		free[data.IDs[r]] = true
	}
	if len(free) == 0 {
		t.Error("everybody is in a fold")
	}
	for _, p := range pairs {
		if free[p.A] || free[p.B] {
			t.Errorf("%+v shows somebody who is in no fold", p)
		}
	}
	pairs[0].A = "Nobody_0001"
	if err := finder.CheckPairs(data.IDs, pairs); err == nil || !strings.Contains(err.Error(), "Nobody_0001") {
		t.Errorf("a pair of somebody else: %v", err)
	}
}

// The same file whatever the number of threads, and the same finder from it.
func TestThreadsAndFiles(t *testing.T) {
	data := drawnSet(t, describe.DefaultPrep())
	rows := rowsOf(data)[:100]
	folder := t.TempDir()
	save := func(name string) []byte {
		path := filepath.Join(folder, name)
		if err := fit(t, data, rows, finder.Options{Space: "within-mirror"}).Save(path); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := save("one")
	runtime.GOMAXPROCS(3)
	if !bytes.Equal(one, save("three")) {
		t.Error("the number of threads changes the file")
	}
	f, err := finder.Open(filepath.Join(folder, "one"))
	if err != nil {
		t.Fatal(err)
	}
	want := fit(t, data, rows, finder.Options{Space: "within-mirror"})
	if d := cmp.Diff(want, f); d != "" {
		t.Error(d)
	}
	if want.Fingerprint() != f.Fingerprint() {
		t.Error("the file changes the fingerprint")
	}
	for _, n := range []int{0, 7, 100, len(one) / 2, len(one) - 1} {
		path := filepath.Join(folder, "cut")
		if err := os.WriteFile(path, one[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := finder.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("cut to %d bytes: %v", n, err)
		}
	}
	for _, c := range []struct{ key, value, want string }{
		{"format", "", "not a likeness finder"},
		{"format", "likeness finder 2", "not a finder this version can read"},
		{"training", "[", "metadata training"},
		{"describer", "{}", "describes no faces"},
		{"aligner", "{}", "no aligner's"},
		{"space", "odd", `space "odd" is not known`},
	} {
		file, err := safetensors.Open(filepath.Join(folder, "one"))
		if err != nil {
			t.Fatal(err)
		}
		file.Metadata[c.key] = c.value
		if _, err := finder.FromFile(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %q: %v, expected %q", c.key, c.value, err, c.want)
		}
	}
}

func TestWithoutNamesAndAlignment(t *testing.T) {
	data := drawnSet(t, describe.DefaultPrep())
	data.People = make([]string, data.Len())
	f := fit(t, data, rowsOf(data), finder.Options{Unaligned: true})
	if f.Space.Name() != "whitened-mirror" || f.Describer.Aligner != nil || f.Training.Moved != 0 {
		t.Errorf("space %s, aligner %v", f.Space.Name(), f.Describer.Aligner)
	}
	_, err := finder.Fit(context.Background(), data, rowsOf(data), finder.Options{Unaligned: true, Space: "within"})
	if err == nil || !strings.Contains(err.Error(), "no person has two pictures") {
		t.Errorf("within without names: %v", err)
	}
	if _, err := finder.Fit(context.Background(), data, nil, finder.Options{}); err == nil {
		t.Error("no pictures: no error")
	}
	if _, err := finder.Fit(context.Background(), drawnSet(t, pix.Prep{W: 32, H: 32, Auto: true}), rowsOf(data), finder.Options{}); err == nil {
		t.Error("pictures of another size: no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := finder.Fit(ctx, data, rowsOf(data), finder.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A model's codes come with those of the mirrored pictures.
func TestModelCodes(t *testing.T) {
	data := drawnSet(t, pix.Prep{W: 16, H: 16, Auto: true})
	m, err := autoencoder.New("pca", data.Prep, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	c, err := finder.ModelCodes(context.Background(), m, data, []int{3, 5}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(must(m.Encode(context.Background(), data.AllFloats([]int{3, 5}))), c.Plain().Values); d != "" {
		t.Error(d)
	}
	picture := data.Image(5)
	turned := pix.New(16, 16)
	for y := range 16 {
		for x := range 16 {
			copy(turned.Pix[(y*16+x)*3:][:3], picture.Pix[(y*16+15-x)*3:][:3])
		}
	}
	x := make([]float32, m.Values())
	turned.Floats(x)
	if d := cmp.Diff(must(m.Encode(context.Background(), x)), c.Values[18:]); d != "" {
		t.Error(d)
	}
	s, err := c.FitSpace(context.Background(), "whitened-mirror", []int{0, 1}, []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	if p := must(s.Points(context.Background(), c.Values, c.Dim)); len(p) != 2 {
		t.Errorf("%d numbers in two points of one component", len(p))
	}
}
