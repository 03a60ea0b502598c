package gallery_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/faces/facestest"
	"likeness/gallery"
	"likeness/internal/atomicfile"
	"likeness/pix"

	"io"
)

// painted is a picture of its own for each seed.
func painted(seed int) *pix.Image { return pix.FromImage(facestest.Spots(uint64(seed), 40)) }

// paint writes pictures into a folder, by their seeds.
func paint(t *testing.T, folder string, seeds map[string]int) {
	t.Helper()
	for name, seed := range seeds {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := atomicfile.Write(path, func(w io.Writer) error { return painted(seed).WritePNG(w) }); err != nil {
			t.Fatal(err)
		}
	}
}

// newModel is an embedder with a code of 4 numbers, and its file.
func newModel(t testing.TB, path string, seed uint64) gallery.Embedder {
	t.Helper()
	m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16, Auto: true}, 4, seed)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	e, err := gallery.OpenEmbedder(path)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// load reads a folder for an embedder.
func load(t *testing.T, source string, prep pix.Prep) *faces.Set {
	t.Helper()
	set, err := dataset.Load(context.Background(), dataset.Name{Source: source}, faces.Options{Prep: prep, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func remove(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
}

func rename(t *testing.T, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
