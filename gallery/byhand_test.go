package gallery_test

import (
	"path/filepath"
	"strings"
	"testing"

	"likeness/describe"
	"likeness/faces"
	"likeness/finder"
	"likeness/gallery"
	"likeness/pix"
	"likeness/search"
)

// byHand is a set that no source was read for, as a program may put one together: without
// people, and with a source that is no path.
func byHand(side int, seeds ...int) *faces.Set {
	s := &faces.Set{W: side, H: side, Source: "my own pictures"}
	for i, seed := range seeds {
		s.IDs = append(s.IDs, string(rune('a'+i)))
		s.Pix = append(s.Pix, painted(seed).Resize(side, side).Pix...)
	}
	return s
}

func TestUpdateWithASetMadeByHand(t *testing.T) {
	dir := t.TempDir()
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	index := filepath.Join(dir, "x.safetensors")
	c, err := gallery.Update(t.Context(), index, e, byHand(16, 1, 2, 3), gallery.UpdateOptions{ModelFile: filepath.Join(dir, "m.safetensors")})
	if err != nil || c.Added != 3 || c.Dated != 0 {
		t.Fatalf("%+v, %v", c, err)
	}
	g, err := gallery.Open(t.Context(), index, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	r, err := g.Search(t.Context(), gallery.Query{Pictures: []*pix.Image{painted(2)}, K: 1})
	if err != nil || r.Results[0].ID != "b" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := g.Search(t.Context(), gallery.Query{Pictures: []*pix.Image{nil}, K: 1}); err == nil || !strings.Contains(err.Error(), "picture 1") {
		t.Errorf("a nil picture: %v", err)
	}
}

func TestUpdateRefusesSets(t *testing.T) {
	dir := t.TempDir()
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	for name, c := range map[string]struct {
		set  *faces.Set
		opt  gallery.UpdateOptions
		want string
	}{
		"another size": {byHand(32, 1, 2), gallery.UpdateOptions{}, "pictures of 32x32"},
		"nothing":      {byHand(16), gallery.UpdateOptions{}, "no pictures to index"},
		"no rows":      {byHand(16, 1), gallery.UpdateOptions{Rows: []int{}}, "no pictures to index"},
	} {
		index := filepath.Join(dir, "none.safetensors")
		_, err := gallery.Update(t.Context(), index, e, c.set, c.opt)
		if err == nil || !strings.Contains(err.Error(), "my own pictures") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := search.OpenFile(index); err == nil {
			t.Errorf("%s: an index was written", name)
		}
	}
}

// No pictures are an error, and no division by none.
func TestClustersOfNothing(t *testing.T) {
	f := &finder.Finder{Describer: describe.New(nil), Space: search.Euclidean{}}
	if _, err := gallery.FindClusters(t.Context(), f, byHand(128), gallery.ClusterOptions{}); err == nil || !strings.Contains(err.Error(), "holds no pictures") {
		t.Errorf("clusters of no pictures: %v", err)
	}
	d, err := gallery.FindDuplicates(t.Context(), byHand(24), gallery.DuplicateOptions{})
	if err != nil || d.Pictures != 0 || len(d.Groups) != 0 {
		t.Errorf("duplicates among no pictures: %+v, %v", d, err)
	}
}
