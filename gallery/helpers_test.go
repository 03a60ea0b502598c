package gallery_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/internal/atomicfile"
	"likeness/pix"

	"io"
)

// painted is a picture of its own for each seed: blurred spots of coloured light.
func painted(seed int) *pix.Image {
	const side = 40
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	var at [6][5]float64
	for i := range at {
		for j := range at[i] {
			at[i][j] = rng.Float64()
		}
	}
	m := pix.New(side, side)
	for i := range side * side {
		for c := range 3 {
			v := 128.0
			for _, p := range at {
				dx, dy := float64(i%side)/side-p[0], float64(i/side)/side-p[1]
				v += 160 * (p[2+c] - 0.5) / (1 + 20*(dx*dx+dy*dy))
			}
			m.Pix[3*i+c] = byte(min(max(v, 0), 255))
		}
	}
	return m
}

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
func newModel(t *testing.T, path string, seed uint64) gallery.Embedder {
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
