package gallery_test

import (
	"bytes"
	"image/jpeg"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/faces/facestest"
	"likeness/gallery"
	"likeness/pix"
)

// A copy that was mirrored, or saved again at a quality a little higher, is not kept in the original's place.
func TestKeep(t *testing.T) {
	type file struct {
		name     string
		mirrored bool
		quality  int
		day      int
	}
	m := pix.FromImage(facestest.Spots(1, 200))
	for _, c := range []struct {
		files []file
		keep  string
		why   string
	}{
		{[]file{{"a.jpg", true, 95, 2}, {"b.jpg", false, 90, 1}}, "b.jpg", "the oldest file"},
		{[]file{{"a.jpg", true, 95, 2}, {"b.jpg", false, 70, 1}}, "a.jpg", "a much better quality"},
		{[]file{{"a.jpg", true, 95, 1}, {"b.jpg", false, 90, 2}, {"c.jpg", false, 85, 3}}, "b.jpg", "of the best 2, the oldest file"},
		{[]file{{"a.jpg", false, 95, 1}, {"Ada/b.jpg", false, 90, 1}}, "Ada/b.jpg", "in a folder of its own"},
		{[]file{{"a.jpg", false, 95, 1}, {"b.jpg", false, 90, 1}}, "a.jpg", "the best quality"},
	} {
		dir := t.TempDir()
		for _, f := range c.files {
			shown := m
			if f.mirrored {
				shown = copies.Symmetry(4).Apply(m)
			}
			var b bytes.Buffer
			if err := jpeg.Encode(&b, shown.RGBA(), &jpeg.Options{Quality: f.quality}); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, f.name)
			day := time.Date(2020, 1, f.day, 0, 0, 0, 0, time.UTC)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, day, day); err != nil {
				t.Fatal(err)
			}
		}
		d := judged(t, dir)
		if len(d.Groups) != 1 || d.Groups[0].Pictures[0].ID != c.keep || d.Groups[0].Pictures[0].Why != c.why || d.Spare != len(c.files)-1 {
			t.Errorf("%+v: %+v", c, d)
		}
	}
}

// Of photographs that show several faces each is told once, and one that shows somebody else too never goes.
func TestSeveralFacesAreOnePicture(t *testing.T) {
	beside := func(all ...int) []byte {
		m := pix.New(100*len(all), 100)
		for i, seed := range all {
			face := pix.FromImage(facestest.Spots(uint64(seed), 100))
			for y := range 100 {
				copy(m.Pix[3*(y*m.W+100*i):], face.Pix[300*y:300*y+300])
			}
		}
		var b bytes.Buffer
		if err := m.WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	folder := facestest.Unpack(t, []facestest.File{
		{Name: "all.png", Data: beside(1, 2, 3)}, {Name: "again.png", Data: beside(1, 2, 3)},
		{Name: "crop.png", Data: beside(1)}, {Name: "others.png", Data: beside(2, 4)}, {Name: "alone.png", Data: beside(5)},
	})
	dir := t.TempDir()
	e, index := newModel(t, filepath.Join(dir, "m.safetensors"), 1), filepath.Join(dir, "x.safetensors")
	update(t, index, folder, e, faces.All)
	g := openFaces(t, index, folder, e)
	within := 0.01
	d, err := g.Duplicates(t.Context(), gallery.DuplicateOptions{Within: &within})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // as found, and with the files looked at
		others := map[string][]bool{}
		for _, group := range d.Groups {
			for _, m := range group.Pictures {
				name, _ := faces.SplitFaceID(m.ID)
				others[name] = append(others[name], m.Others)
			}
		}
		if len(d.Groups) != 2 || !slices.Contains(others["others.png"], true) || slices.Contains(others["crop.png"], true) {
			t.Errorf("%+v", d)
		}
		if err := d.Judge(t.Context(), g.Path); err != nil {
			t.Fatal(err)
		}
	}
	gone := map[string]bool{}
	for _, group := range d.Groups {
		for _, m := range group.Pictures {
			if !m.Keep && !m.Others {
				gone[filepath.Base(m.File.Path)] = true
			}
		}
	}
	delete(gone, "all.png") // one of the two that are equal
	delete(gone, "again.png")
	if d.Spare != 2 || len(gone) != 1 || !gone["crop.png"] {
		t.Errorf("%d could go, %v", d.Spare, slices.Collect(maps.Keys(gone)))
	}
}
