package main

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/finder"
	"likeness/latent"
	"likeness/models"
	"likeness/pix"
)

// small writes a finder, an autoencoder and its atlas.
func small(t *testing.T, dir string) {
	t.Helper()
	data, err := dataset.Load(t.Context(), dataset.Drawn(30, 4), faces.Options{NoCache: true, Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := autoencoder.New("pca", data.Prep, 6, 1)
	if err != nil {
		t.Fatal(err)
	}
	a, err := latent.Survey(t.Context(), latent.NewCoder(m, data), data.Rows(), nil, latent.SurveyOptions{Mixture: &latent.MixtureOptions{Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	wide, err := dataset.Load(t.Context(), dataset.Drawn(30, 4), faces.Options{NoCache: true, Prep: describe.DefaultPrep()})
	if err != nil {
		t.Fatal(err)
	}
	f, err := finder.Fit(t.Context(), wide, wide.Rows(), finder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(dir, name+".safetensors") }
	if err := errors.Join(m.Save(at(models.Conv)), a.Save(at(models.AtlasOf(models.Conv))), f.Save(at(models.Finder))); err != nil {
		t.Fatal(err)
	}
}

// Packed models open by their names, do nearly what they did before, are tied to each other, and are the same to the bit
// when they are packed again.
func TestPack(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	small(t, from)
	total, err := packAll(from, to, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	t.Setenv("LIKENESS_MODELS", to)
	before, err := autoencoder.Open(filepath.Join(from, "conv.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := autoencoder.Open(models.Conv)
	if err != nil || m.Fingerprint() == before.Fingerprint() {
		t.Fatalf("packed: %v", err)
	}
	x := make([]float32, m.Values())
	for i := range x {
		x[i] = float32(i%7)/7 - 0.4
	}
	a, err1 := before.Encode(t.Context(), x)
	b, err2 := m.Encode(t.Context(), x)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	for i := range a {
		if d := math.Abs(float64(a[i] - b[i])); d > 0.01*(1+math.Abs(float64(a[i]))) {
			t.Errorf("number %d of the code is %g, before %g", i, b[i], a[i])
		}
	}
	opened, err := latent.OpenOrFit(t.Context(), m, latent.Source{Model: models.Conv, Mixture: true})
	if err != nil || opened.File != models.AtlasOf(models.Conv) || opened.Mixture == nil {
		t.Errorf("the atlas: %+v, %v", opened, err)
	}
	f, err := finder.Open(models.Finder)
	if err != nil || f.Space == nil {
		t.Errorf("the finder: %v", err)
	}
	var size int64
	for _, name := range []string{"conv", "conv.atlas", "finder"} {
		for _, ext := range []string{".safetensors", ".md"} {
			data, err := os.ReadFile(filepath.Join(to, name+ext))
			if err != nil {
				t.Fatal(err)
			}
			size += int64(len(data))
		}
		if card, err := models.Card(name); err != nil || !strings.HasPrefix(card, "# "+name+"\n") || !strings.Contains(card, "## Facts") || name != "conv" && !strings.Contains(card, "drawn:30x4") {
			t.Errorf("%s: the card %q, %v", name, card, err)
		}
	}
	if size != total {
		t.Errorf("%d bytes were written, %d told", size, total)
	}

	again := t.TempDir()
	if err := os.WriteFile(filepath.Join(again, "residual.safetensors"), []byte("of before"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := packAll(from, again, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"conv", "conv.atlas", "finder"} {
		a, err1 := os.ReadFile(filepath.Join(to, name+".safetensors"))
		b, err2 := os.ReadFile(filepath.Join(again, name+".safetensors"))
		if err := errors.Join(err1, err2); err != nil || !bytes.Equal(a, b) {
			t.Errorf("%s is another one, %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(again, "residual.safetensors")); err == nil {
		t.Error("a model that is not there any more was left")
	}

	if err := os.Remove(filepath.Join(from, "conv.safetensors")); err != nil {
		t.Fatal(err)
	}
	if _, err := packAll(from, again, io.Discard); err == nil || !strings.Contains(err.Error(), "is the atlas of the model") {
		t.Errorf("an atlas without its model: %v", err)
	}
}

// Every name has a text for its card.
func TestCards(t *testing.T) {
	for _, name := range models.Names() {
		if card, err := cardOf(name, []string{"- a fact"}); err != nil || !strings.HasPrefix(card, "# "+name+"\n") || !strings.HasSuffix(card, "## Facts\n\n- a fact\n") {
			t.Errorf("%s: %q, %v", name, card, err)
		}
	}
}
