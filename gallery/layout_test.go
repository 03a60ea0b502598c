package gallery_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/projection"
	"likeness/search"
)

// drawnIndex is an index of drawn faces.
func drawnIndex(t testing.TB, dir string) (path string, e gallery.Embedder, set *faces.Set) {
	t.Helper()
	e = newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	set, err := dataset.Load(t.Context(), dataset.Name{Source: "drawn:12x4"}, faces.Options{Prep: e.Prep(), NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "x.safetensors")
	if _, err := gallery.Update(t.Context(), path, e, set, gallery.UpdateOptions{ModelFile: filepath.Join(dir, "m.safetensors"), Space: "euclidean"}); err != nil {
		t.Fatal(err)
	}
	return path, e, set
}

func open(t *testing.T, path string) *gallery.Gallery {
	t.Helper()
	g, err := gallery.Open(t.Context(), path, gallery.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

func lay(t *testing.T, g *gallery.Gallery, opt gallery.LayoutOptions) *gallery.Layout {
	t.Helper()
	l, err := g.Layout(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestLayoutIsKept: a layout comes from the file as long as its entries are the same.
func TestLayoutIsKept(t *testing.T) {
	path, e, set := drawnIndex(t, t.TempDir())
	before := read(t, path)
	g := open(t, path)
	opt := gallery.LayoutOptions{Options: projection.Options{Method: projection.UMAP, Rounds: 20}}
	made := lay(t, g, opt)
	if made.Stored || read(t, path) != before {
		t.Error("a layout was kept that nobody wanted to keep")
	}
	opt.Keep = true
	if kept := lay(t, g, opt); !kept.Stored || !slices.Equal(kept.Positions, made.Positions) || len(kept.Notes) > 0 {
		t.Errorf("kept: %v, notes %v", kept.Stored, kept.Notes)
	}
	opt.Keep = false
	for _, g := range []*gallery.Gallery{g, open(t, path)} {
		if again := lay(t, g, opt); !again.Stored || !slices.Equal(again.Positions, made.Positions) || again.Kept != made.Kept {
			t.Errorf("from the file: %+v, want %+v", again, made)
		}
		if there, err := g.Layouts(); err != nil || !slices.Equal(there, []projection.Method{projection.UMAP}) {
			t.Errorf("the file keeps %v, %v", there, err)
		}
		other := opt
		if other.Seed = 7; lay(t, g, other).Stored {
			t.Error("another seed was answered from the file")
		}
	}

	// An update that changes nothing but a name keeps it; one that changes entries does not.
	named := *set
	named.People = slices.Clone(set.People)
	named.People[3] = "Somebody Else"
	if _, err := gallery.Update(t.Context(), path, e, &named, gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if !layoutsIn(t, path, "umap") || !lay(t, open(t, path), opt).Stored {
		t.Error("another name drops the layout")
	}
	if _, err := gallery.Update(t.Context(), path, e, set, gallery.UpdateOptions{Rows: set.Rows()[1:]}); err != nil {
		t.Fatal(err)
	}
	if layoutsIn(t, path, "umap") || lay(t, open(t, path), opt).Stored {
		t.Error("a layout of other entries was kept")
	}
	// The gallery that is still open has the old entries: its layout is not for the new file.
	opt.Keep, opt.Again = true, true
	if late := lay(t, g, opt); late.Stored || len(late.Notes) != 1 || layoutsIn(t, path, "umap") {
		t.Errorf("a layout of other entries was written: %+v", late.Notes)
	}
	remove(t, path)
	if late := lay(t, g, opt); late.Stored || len(late.Notes) != 1 {
		t.Errorf("without the file: %+v", late.Notes)
	}
}

func layoutsIn(t *testing.T, path, name string) bool {
	t.Helper()
	f, err := search.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, ok := f.Layouts[name]
	return errors.Join(f.Close()) == nil && ok
}

// TestSpot: the place of a member stands for that member's code in a neighbour embedding, and
// by principal components the code there is the inverse of the projection.
func TestSpot(t *testing.T) {
	path, _, _ := drawnIndex(t, t.TempDir())
	g := open(t, path)
	f, err := search.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	codes := f.Entries.Codes
	l := lay(t, g, gallery.LayoutOptions{Options: projection.Options{Method: projection.UMAP, Rounds: 20}})
	s, err := g.Spot(t.Context(), l, l.Positions[2*5], l.Positions[2*5+1])
	if err != nil {
		t.Fatal(err)
	}
	if s.Nearest[0].ID != f.Entries.IDs[5] || s.Picture.W != 16 || !near(s.Code, codes[5*4:6*4], 1e-3) {
		t.Errorf("at the place of row 5: %s, code %v, want %v", s.Nearest[0].ID, s.Code, codes[5*4:6*4])
	}
	l = lay(t, g, gallery.LayoutOptions{})
	s, err = g.Spot(t.Context(), l, 0.3, -0.2)
	if err != nil {
		t.Fatal(err)
	}
	want, ok := l.Inverse(t.Context(), 0.3, -0.2)
	if !ok || !near(s.Code, want, 1e-3) {
		t.Errorf("code %v, want the inverse of the projection %v", s.Code, want)
	}
	if _, err := g.Spot(t.Context(), l, float32(math.NaN()), 0); err == nil {
		t.Error("a place that is no number has a face")
	}
	l.Positions = l.Positions[2:]
	if _, err := g.Spot(t.Context(), l, 0, 0); err == nil {
		t.Error("a layout of fewer members was taken")
	}
}

func near(a, b []float32, most float64) bool {
	for i := range a {
		if math.Abs(float64(a[i]-b[i])) > most {
			return false
		}
	}
	return len(a) == len(b)
}

func TestCategories(t *testing.T) {
	path, _, set := drawnIndex(t, t.TempDir())
	g := open(t, path)
	c, err := g.Categories(t.Context(), gallery.ByPerson, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(c.List) != 12 || c.None != 0 || c.Others != 0 || c.List[0].Count != 4 {
		t.Errorf("people: %+v", c)
	}
	for i, p := range set.People {
		if c.List[c.Of[i]-1].Name != p {
			t.Fatalf("row %d is %s, want %s", i, c.List[c.Of[i]-1].Name, p)
		}
	}
	if c, err = g.Categories(t.Context(), gallery.ByTime, ""); err != nil || c.None != 48 || len(c.List) != 0 {
		t.Errorf("times: %+v, %v", c, err)
	}
	names, err := g.Attributes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		c, err := g.Categories(t.Context(), gallery.ByAttribute, name)
		if err != nil {
			t.Fatal(err)
		}
		counted := c.None
		for i, one := range c.List {
			counted += one.Count
			for _, of := range c.Of {
				if int(of) == i+1 {
					one.Count--
				}
			}
			if one.Count != 0 {
				t.Errorf("%s: %s counts %d too many", name, one.Name, one.Count)
			}
		}
		if counted != 48 || !c.Ordered {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if _, err := g.Categories(context.Background(), gallery.ByAttribute, "wings"); err == nil {
		t.Error("an attribute that is not there")
	}
	if _, err := g.Categories(t.Context(), "shoe size", ""); err == nil {
		t.Error("a way to sort that is not there")
	}
}

// TestCategoriesOfFolders needs ids with folders.
func TestCategoriesOfFolders(t *testing.T) {
	dir := t.TempDir()
	paint(t, filepath.Join(dir, "set"), map[string]int{"one/a/p.png": 1, "one/a/q.png": 2, "two/r.png": 3, "s.png": 4})
	model := filepath.Join(dir, "m.safetensors")
	e := newModel(t, model, 1)
	path := filepath.Join(dir, "x.safetensors")
	if _, err := gallery.Update(t.Context(), path, e, load(t, filepath.Join(dir, "set"), e.Prep()), gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	g := open(t, path)
	c, err := g.Categories(t.Context(), gallery.ByFolder, "")
	if err != nil || len(c.List) != 2 || c.List[0] != (gallery.Category{Name: "one/a", Count: 2}) || c.None != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	row, ok := g.Row("two/r.png")
	if m, err := g.MembersAt([]int{row}); !ok || err != nil || m[0].ID != "two/r.png" {
		t.Errorf("row %d: %+v, %v", row, m, err)
	}
	if _, err := g.MembersAt([]int{4}); err == nil {
		t.Error("a row that is not there")
	}
	if err := os.Remove(model); err != nil {
		t.Fatal(err)
	}
	if g.Decodes() {
		t.Error("a gallery whose model is gone paints faces")
	}
}
