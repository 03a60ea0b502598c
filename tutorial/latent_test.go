package tutorial

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
	"likeness/train"
)

func TestLatent(t *testing.T) {
	data, err := dataset.Load(t.Context(), dataset.Drawn(60, 4), faces.Options{CacheDir: t.TempDir(), Prep: pix.Prep{W: 16, H: 16, Auto: true}})
	if err != nil {
		t.Fatal(err)
	}
	split, err := faces.RandomSplit(data.Len(), 0.2, 42)
	if err != nil {
		t.Fatal(err)
	}
	m, err := autoencoder.New("pca", data.Prep, 8, 42)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&train.Run{Model: m, Data: data, Split: split, Epochs: 3}).Do(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	l := Latent{Model: m, Data: data, Split: split, Out: out, Seed: 1}
	r, err := l.Do(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Edits == nil || r.Paths == nil || r.NewFaces == nil || len(r.Samples) != 4 || len(r.Directions) < 20 || !(r.AUC > 0.5 && r.AUC < 1) || r.Judged != nil {
		t.Errorf("%+v", r)
	}
	for _, name := range []string{"edits.png", "likely.png", "samples.png"} {
		if _, err := os.Stat(filepath.Join(out, "figures", name)); err != nil {
			t.Error(err)
		}
	}
	if a, err := latent.Open(r.Atlas); err != nil || a.CheckModel(m.Fingerprint()) != nil || a.Mixture.Len() != r.Components {
		t.Errorf("the atlas: %v", err)
	}

	// The page shows what was judged, and the atlas keeps it.
	b := &book{Run: &Run{Data: data, Out: out, Seed: 1}, split: split, models: map[string]*autoencoder.Model{better: m}, results: &Results{}}
	if err := b.codes(t.Context()); err != nil {
		t.Fatal(err)
	}
	var page bytes.Buffer
	if err := b.page.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	a, err := latent.Open(filepath.Join(out, "atlas.safetensors"))
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	for _, d := range a.Directions {
		if d.Judged != nil {
			kept++
		}
	}
	if n := len(b.results.Latent.Judged); kept != n || n < 10 {
		t.Errorf("%d verdicts, %d in the atlas", n, kept)
	}
	for _, want := range []string{"judged edits of test faces", "than random steps</td>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not have %q", want)
		}
	}

	// Without attributes there is no strip of edits, and without a code nothing.
	bare := *data
	bare.Attributes = nil
	l.Data, l.Judge = &bare, true
	if r, err = l.Do(t.Context()); err != nil || r.Edits != nil || r.Judged != nil || r.NewFaces == nil {
		t.Errorf("without attributes: %+v, %v", r, err)
	}
	none := *m
	none.Code, none.Decoder = 0, nil
	l.Model = &none
	if _, err = l.Do(t.Context()); err == nil || !strings.Contains(err.Error(), "without a code") {
		t.Errorf("without a code: %v", err)
	}
}
