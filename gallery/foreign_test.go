package gallery_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/encoder"
	"likeness/finder"
	"likeness/gallery"
	"likeness/onnx/export"
	"likeness/pix"
	"likeness/search"
)

// exported writes the encoder of a model as an ONNX file.
func exported(t *testing.T, m *autoencoder.Model, path string) {
	t.Helper()
	graph, err := export.Model(m, export.Options{Part: export.Encoder, Layout: export.NCHW})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, graph.Marshal(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEncoderFromElsewhere: a model that has left as an ONNX file and comes back as an encoder finds
// what the model finds; its index needs to be told nothing again, and finds a file that was moved.
func TestEncoderFromElsewhere(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "set")
	paint(t, folder, map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3, "Bob/d.png": 4, "Cyd/e.png": 5})
	m, err := autoencoder.New("conv", pix.Prep{W: 32, H: 32, Auto: true}, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "models", "e.onnx")
	if err := os.Mkdir(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	exported(t, m, file)
	own, err := gallery.NewModel(m)
	if err != nil {
		t.Fatal(err)
	}
	e, made, err := gallery.OpenEncoder(file, encoder.Wish{}, "")
	if err != nil || made.Guessed != "" || len(made.Notes) > 0 {
		t.Fatalf("%+v, %v: the file says what it takes", made, err)
	}
	answers := func(e gallery.Embedder, file, index string) (ids []string, distances []float64) {
		t.Helper()
		if _, err := gallery.Update(t.Context(), index, e, load(t, folder, e.Prep()), gallery.UpdateOptions{Space: "euclidean", ModelFile: file}); err != nil {
			t.Fatal(err)
		}
		g, err := gallery.Open(t.Context(), index, gallery.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		r, err := g.Search(t.Context(), gallery.Query{Images: []string{filepath.Join(folder, "Ada", "a.png")}, K: 5})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Results {
			ids, distances = append(ids, f.ID), append(distances, f.Distance)
		}
		return ids, distances
	}
	saved := filepath.Join(dir, "m.safetensors")
	if err := m.Save(saved); err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(dir, "e.index.safetensors")
	wantIDs, want := answers(own, saved, filepath.Join(dir, "own.index.safetensors"))
	ids, got := answers(e, file, index)
	if !slices.Equal(ids, wantIDs) {
		t.Errorf("found %q, the model finds %q", ids, wantIDs)
	}
	for i := range got {
		if d := got[i] - want[i]; d > 1e-4 || d < -1e-4 {
			t.Errorf("distance %d is %v, with the model %v", i, got[i], want[i])
		}
	}

	// Other wishes are another encoder; without one the index says how it was.
	other, _, err := gallery.OpenEncoder(file, encoder.Wish{Mean: []float32{3}}, index)
	if err != nil {
		t.Fatal(err)
	}
	index2 := filepath.Join(dir, "other.index.safetensors")
	answers(other, file, index2)
	again, _, err := gallery.OpenEncoder(file, encoder.Wish{}, index2)
	if err != nil || again.Fingerprint() != other.Fingerprint() || again.Fingerprint() == e.Fingerprint() {
		t.Errorf("opened as %s, want %s, %v", again.Fingerprint(), other.Fingerprint(), err)
	}
	if _, err := gallery.Update(t.Context(), index, other, load(t, folder, other.Prep()), gallery.UpdateOptions{}); !errors.Is(err, gallery.ErrNotUpdatable) {
		t.Errorf("another preparation: %v, want ErrNotUpdatable", err)
	}

	if made, path, err := gallery.EncoderOf(index2); err != nil || made.Fingerprint() != other.Fingerprint() || path != file {
		t.Errorf("%s, %v: want %s", path, err, file)
	}
	if made, _, err := gallery.EncoderOf(filepath.Join(dir, "own.index.safetensors")); made != nil || err != nil {
		t.Errorf("a model's index: %v, %v", made, err)
	}

	// The file is found by what it holds, and no other is taken for it.
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	rename(t, file, filepath.Join(dir, "renamed.onnx"))
	g, err := gallery.Open(t.Context(), index2, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := g.Embedder(); err != nil || found.Fingerprint() != other.Fingerprint() {
		t.Errorf("the renamed file: %v", err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	remove(t, filepath.Join(dir, "renamed.onnx"))
	if g, err = gallery.Open(t.Context(), index2, gallery.Options{}); err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	if _, err := g.Embedder(); !errors.Is(err, gallery.ErrNoModel) {
		t.Errorf("error %v, want ErrNoModel", err)
	}
}

// Two pictures are compared by the angle of their codes.
func TestCompareByAnEncoder(t *testing.T) {
	dir := t.TempDir()
	paint(t, dir, map[string]int{"a.png": 1, "b.png": 2})
	m, err := autoencoder.New("conv", pix.Prep{W: 32, H: 32, Auto: true}, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "e.onnx")
	exported(t, m, file)
	e, err := gallery.OpenEmbedder(file)
	if err != nil {
		t.Fatal(err)
	}
	a, b, near := filepath.Join(dir, "a.png"), filepath.Join(dir, "b.png"), 1e-3
	for path, same := range map[string]bool{a: true, b: false} {
		c, err := gallery.Compare(t.Context(), e, a, path, finder.CompareOptions{Threshold: &near})
		if err != nil || c.Same != same || c.Space != (search.Cosine{}).Name() {
			t.Errorf("%s: %+v, %v", path, c, err)
		}
	}
	if _, err := gallery.Compare(t.Context(), e, a, b, finder.CompareOptions{}); !errors.Is(err, finder.ErrNoOdds) {
		t.Errorf("error %v, want ErrNoOdds", err)
	}
}
