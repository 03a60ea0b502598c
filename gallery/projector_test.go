package gallery_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/gallery"
	"likeness/tensorboard"
)

func TestProjector(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	paint(t, in("set"), map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3})
	e := newModel(t, in("m.safetensors"), 1)
	if _, err := gallery.Update(t.Context(), in("x.safetensors"), e, load(t, in("set"), e.Prep()), gallery.UpdateOptions{Space: "cosine"}); err != nil {
		t.Fatal(err)
	}
	remove(t, in("set/Ada/b.png"))
	g, err := gallery.Open(t.Context(), in("x.safetensors"), gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	r, err := g.Projector(t.Context(), gallery.ProjectorOptions{Out: in("out"), Pictures: true})
	if err != nil {
		t.Fatal(err)
	}
	if r.Points != 3 || r.LeftOut != 0 || r.Pictureless != 1 || r.Side != 64 || len(r.Files) != 4 {
		t.Errorf("%+v %+v", r, r.ProjectorFiles)
	}
	names, err := os.ReadFile(in("out/metadata.tsv"))
	if err != nil || !strings.HasPrefix(string(names), "id\tperson\ttaken\nAda/a.png\tAda\t20") {
		t.Errorf("metadata %q, %v", names, err)
	}
	if r, err := g.Projector(t.Context(), gallery.ProjectorOptions{Out: in("out")}); err != nil || r.Side != 0 || r.Pictureless != 0 {
		t.Errorf("without pictures: %+v, %v", r, err)
	}
	if _, err := g.Projector(t.Context(), gallery.ProjectorOptions{Out: in("set")}); !errors.Is(err, tensorboard.ErrNotOurs) {
		t.Errorf("somebody's folder: %v", err)
	}
}
