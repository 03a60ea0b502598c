package gallery_test

import (
	"path/filepath"
	"strings"
	"testing"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/models"
	"likeness/search/engine"
	"likeness/search/engine/enginetest"
)

// Shards write to one collection by themselves; searches use it once all are there. The joined index verifies it, and takes
// their place.
func TestPushOfShards(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	f, err := gallery.OpenEmbedder(models.Finder)
	if err != nil {
		t.Fatal(err)
	}
	from := gallery.Reading{Name: dataset.Name{Source: "drawn:6x2"}, Options: faces.Options{Prep: f.Prep(), NoCache: true}}
	parts := shardsOf(t, dir, f, from, 3, gallery.UpdateOptions{ModelFile: models.Finder})
	e := enginetest.NewMemory("faces")
	open := func(path string) *gallery.Gallery {
		t.Helper()
		g, err := gallery.Open(t.Context(), path, gallery.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { g.Close() })
		return g
	}
	all := 0
	for i, part := range []string{parts[1], parts[0], parts[0], parts[2]} { // one of them twice
		p, err := open(part).Push(t.Context(), e, gallery.PushOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if last := i == 3; p.Published != last || !last && !strings.Contains(p.Waiting, "of 3 shards of drawn:6x2") {
			t.Errorf("part %d: %+v", i, p)
		}
		all = p.Entries
	}
	if all != 12 {
		t.Errorf("%d entries of all shards, expected 12", all)
	}
	whole := filepath.Join(dir, "whole.index.safetensors")
	if _, _, err := gallery.Merge(t.Context(), whole, parts, gallery.UpdateOptions{ModelFile: models.Finder}); err != nil {
		t.Fatal(err)
	}
	g := open(whole)
	if v, err := g.Verify(t.Context(), e, gallery.VerifyOptions{}); err != nil || !v.Equal || v.Entries != 12 {
		t.Errorf("%+v, %v", v, err)
	}
	if p, err := g.Push(t.Context(), e, gallery.PushOptions{}); err != nil || p.Entries != 12 || !p.Published {
		t.Errorf("the joined index: %+v, %v", p, err)
	}
	c, err := e.Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	left, err := c.Parts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range left {
		if (p.Shards == 0) != (p.Entries == 12) || p.Shards > 0 && p.Entries != 0 {
			t.Errorf("the part %+v", p)
		}
	}
	if ok, missing := engine.Complete(left); !ok {
		t.Errorf("not complete: %s", missing)
	}
	// A part is compared with what its own shard has written.
	shards := enginetest.NewMemory("faces")
	for _, part := range parts[:2] {
		if _, err := open(part).Push(t.Context(), shards, gallery.PushOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	// Nobody goes on with the shards: the whole takes their place, though one never came. Then one of other shards is no whole.
	if p, err := g.Push(t.Context(), shards, gallery.PushOptions{}); err != nil || p.Entries != 12 || !p.Published {
		t.Errorf("in place of two of three shards: %+v, %v", p, err)
	}
	if p, err := open(parts[0]).Push(t.Context(), shards, gallery.PushOptions{}); err != nil || p.Entries != 12 || p.Removed != 0 {
		t.Errorf("one of three shards over the whole: %+v, %v", p, err)
	}
	if v, err := open(parts[0]).Verify(t.Context(), shards, gallery.VerifyOptions{}); err != nil || !v.Equal || v.Entries == 12 {
		t.Errorf("a part: %+v, %v", v, err)
	}
	// A model's codes are compared in a space that is fitted to all pictures, which no shard knows.
	m := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	from.Options.Prep = m.Prep()
	of := shardsOf(t, t.TempDir(), m, from, 2, gallery.UpdateOptions{ModelFile: filepath.Join(dir, "m.safetensors")})
	if _, err := open(of[0]).Push(t.Context(), enginetest.NewMemory("faces"), gallery.PushOptions{}); err == nil || !strings.Contains(err.Error(), "fitted to all pictures") {
		t.Errorf("a shard of a model: error %v", err)
	}
}

// Pictures without attributes come into a collection of some that have them.
func TestPushWithoutAttributes(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	f, err := gallery.OpenEmbedder(models.Finder)
	if err != nil {
		t.Fatal(err)
	}
	set := filepath.Join(dir, "set")
	paint(t, set, map[string]int{"a.png": 1, "b.png": 2})
	e := enginetest.NewMemory("faces")
	for i, name := range []string{"drawn:6x2", set} {
		index := filepath.Join(dir, filepath.Base(name)+".safetensors")
		from := gallery.Reading{Name: dataset.Name{Source: name}, Options: faces.Options{Prep: f.Prep(), NoCache: true}}
		if _, _, err := gallery.UpdateFrom(t.Context(), index, f, from, gallery.UpdateOptions{ModelFile: models.Finder}); err != nil {
			t.Fatal(err)
		}
		g, err := gallery.Open(t.Context(), index, gallery.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		if p, err := g.Push(t.Context(), e, gallery.PushOptions{}); err != nil || !p.Published || !p.OwnSpace || p.Entries != 12+2*i {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
		if v, err := g.Verify(t.Context(), e, gallery.VerifyOptions{}); err != nil || !v.Equal {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
	}
}
