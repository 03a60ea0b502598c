package gallery_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/models"
	"likeness/search"
	"likeness/search/engine"
	"likeness/search/engine/enginetest"
)

// Data sets of one model come into one collection, though faces were looked for in one of them alone, and one has
// attributes: whichever is first, and also before anything is published.
func TestPushOfUnlikeSets(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	dir := t.TempDir()
	f, err := gallery.OpenEmbedder(models.Finder)
	if err != nil {
		t.Fatal(err)
	}
	drawn, plain := filepath.Join(dir, "drawn.safetensors"), filepath.Join(dir, "plain.safetensors")
	for path, source := range map[string]string{drawn: "drawn:4x2", plain: "drawn:5x2"} {
		set, err := dataset.Load(t.Context(), dataset.Parse(source), faces.Options{Prep: f.Prep(), NoCache: true})
		if err != nil {
			t.Fatal(err)
		}
		if path == plain { // a folder of photographs: detected, and without attributes
			set.Source, set.Attributes = "photographs", nil
		}
		if _, err := gallery.Update(t.Context(), path, f, set, gallery.UpdateOptions{ModelFile: models.Finder}); err != nil {
			t.Fatal(err)
		}
	}
	file, err := search.OpenFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	file.About.Faces, file.About.Detector = "all", "a detector"
	if err := errors.Join(file.Save(plain), file.Close()); err != nil {
		t.Fatal(err)
	}
	pushed := func(e engine.Engine, path string, opt gallery.PushOptions) *gallery.Pushed {
		t.Helper()
		g, err := gallery.Open(t.Context(), path, gallery.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer g.Close()
		p, err := g.Push(t.Context(), e, opt)
		if err != nil {
			t.Fatal(err)
		}
		if v, err := g.Verify(t.Context(), e, gallery.VerifyOptions{}); p.Published && (err != nil || !v.Equal) {
			t.Errorf("%s: %+v, %v", path, v, err)
		}
		return p
	}
	for _, order := range [][]string{{drawn, plain}, {plain, drawn}} {
		e := enginetest.NewMemory("faces")
		one, two := pushed(e, order[0], gallery.PushOptions{}), pushed(e, order[1], gallery.PushOptions{})
		if !one.Published || !two.Published || one.Digest != two.Digest || two.Entries != 18 {
			t.Errorf("%v: %+v, then %+v", order, one, two)
		}
		c := openCollection(t, e, gallery.Options{})
		names, err := c.Attributes(t.Context())
		if order[0] == drawn {
			if err != nil || !slices.Contains(names, "Smiling") || len(two.AttributesLeftOut) > 0 {
				t.Errorf("the attributes of the first: %v, %v, left out %v", names, err, two.AttributesLeftOut)
			}
			continue
		}
		if err == nil || !slices.Contains(two.AttributesLeftOut, "Smiling") {
			t.Errorf("a collection without attributes: %v, left out %v", names, two.AttributesLeftOut)
		}
		// --fresh makes a collection with them, from which the other data set is missing until it is pushed again.
		fresh := pushed(e, drawn, gallery.PushOptions{Fresh: true})
		if fresh.Digest == two.Digest || !fresh.Published || fresh.Entries != 8 || len(fresh.AttributesLeftOut) > 0 {
			t.Errorf("with Fresh: %+v", fresh)
		}
		if again := pushed(e, plain, gallery.PushOptions{}); again.Digest != fresh.Digest || again.Entries != 18 {
			t.Errorf("the other one again: %+v", again)
		}
	}
}

// A shard that has no pictures counts as there.
func TestPushOfEmptyShards(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	f, err := gallery.OpenEmbedder(models.Finder)
	if err != nil {
		t.Fatal(err)
	}
	from := gallery.Reading{Name: dataset.Name{Source: "drawn:1x2"}, Options: faces.Options{Prep: f.Prep(), NoCache: true}}
	e := enginetest.NewMemory("faces")
	var last *gallery.Pushed
	for _, part := range shardsOf(t, t.TempDir(), f, from, 5, gallery.UpdateOptions{ModelFile: models.Finder}) {
		g, err := gallery.Open(t.Context(), part, gallery.Options{EmptyPart: true})
		if err != nil {
			t.Fatal(err)
		}
		if last, err = g.Push(t.Context(), e, gallery.PushOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if !last.Published || last.Entries != 2 {
		t.Errorf("%+v", last)
	}
}
