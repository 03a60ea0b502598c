package gallery_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/faces/facestest"
	"likeness/faces/facestest/squares"
	"likeness/gallery"
	"likeness/pix"
)

// family is a folder with a photograph of three people and two portraits.
func family(t *testing.T) string {
	return facestest.Unpack(t, []facestest.File{
		{Name: "group.png", Data: facestest.PNG(1, 330, 110)},
		{Name: "one.png", Data: facestest.PNG(2, 120, 160)},
		{Name: "two.png", Data: facestest.PNG(3, 140, 100)},
	})
}

// update indexes a folder with the faces that squares finds.
func update(t *testing.T, index, folder string, e gallery.Embedder, wanted faces.Wanted) *gallery.Changes {
	t.Helper()
	set, err := faces.Load(t.Context(), folder, faces.Options{Prep: e.Prep(), Framer: squares.Framer{}, Faces: wanted, NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := gallery.Update(t.Context(), index, e, set, gallery.UpdateOptions{Faces: wanted})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func openFaces(t *testing.T, index, folder string, e gallery.Embedder) *gallery.Gallery {
	t.Helper()
	opt := gallery.Options{Framer: squares.Framer{}, Model: filepath.Join(filepath.Dir(index), "m.safetensors")}
	opt.Data.Source = folder
	g, err := gallery.Open(t.Context(), index, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	return g
}

// Each face of a picture is an entry: it is kept, shown, found again, and removed with the picture.
func TestSeveralFaces(t *testing.T) {
	dir, folder := t.TempDir(), family(t)
	e, index := newModel(t, filepath.Join(dir, "m.safetensors"), 1), filepath.Join(dir, "x.safetensors")
	if c := update(t, index, folder, e, faces.All); c.Entries != 5 || c.Added != 5 {
		t.Fatalf("%+v", c)
	}
	if c := update(t, index, folder, e, faces.All); c.Written || c.Unchanged != 5 {
		t.Errorf("again: %+v", c)
	}
	g := openFaces(t, index, folder, e)
	if i := g.Info(); i.Faces != faces.All || i.Detector != "squares" || i.Prep != e.Prep() {
		t.Errorf("info %+v", i)
	}
	group, err := pix.Open(filepath.Join(folder, "group.png"))
	if err != nil {
		t.Fatal(err)
	}
	ids := groupIDs(t, g, 3)
	for n, id := range ids {
		want := pix.Frame{X: 54.5 + 110*float64(n), Y: 54.5, Side: 110}
		m, ok := g.Member(id)
		if !ok || m.Found == nil || m.Found.Frame != want {
			t.Errorf("%s: %+v", id, m)
		}
		shown, err := g.Picture(t.Context(), id, 40)
		if err != nil {
			t.Fatal(err)
		}
		prep := e.Prep()
		prep.W, prep.H = 40, 40
		if cut, err := prep.ApplyTo(group, want); err != nil || !bytes.Equal(cut.Pix, shown.Pix) {
			t.Errorf("%s is shown by another part, %v", id, err)
		}
	}

	// The largest face, or each by itself.
	r, err := g.Search(t.Context(), gallery.Query{Images: []string{filepath.Join(folder, "group.png")}, K: 1})
	if err != nil || r.Faces != 3 || r.Results[0].ID != ids[0] || r.Results[0].Distance > 1e-5 || r.Results[0].Face != 0 {
		t.Errorf("the largest: %+v, %v", r, err)
	}
	r, err = g.Search(t.Context(), gallery.Query{Images: []string{filepath.Join(folder, "group.png")}, K: 3, Faces: faces.All})
	if err != nil || r.Faces != 3 || r.Averaged != 0 || len(r.Results) != 3 {
		t.Fatalf("all: %+v, %v", r, err)
	}
	for i, h := range r.Results {
		if at := slices.Index(ids, h.ID); at < 0 || h.Face != at+1 || h.Rank != i+1 || h.Distance > 1e-5 {
			t.Errorf("all: %+v", h)
		}
	}
	if _, err := g.Search(t.Context(), gallery.Query{Images: []string{filepath.Join(folder, "group.png"), filepath.Join(folder, "one.png")}, K: 1, Faces: faces.All}); err == nil {
		t.Error("all faces of several pictures are averaged")
	}
	cap := filepath.Join(dir, "cap.png")
	var b bytes.Buffer
	if err := errors.Join(pix.New(30, 30).WritePNG(&b), os.WriteFile(cap, b.Bytes(), 0o666)); err != nil {
		t.Fatal(err)
	}
	var none *faces.NoFaceError
	if _, err := g.Search(t.Context(), gallery.Query{Images: []string{cap}, K: 1}); !errors.As(err, &none) || none.Name != cap {
		t.Errorf("a lens cap finds somebody: %v", err)
	}

	if c := update(t, index, folder, e, faces.Largest); c.Entries != 3 || c.Removed+c.Renamed < 2 {
		t.Errorf("the largest alone: %+v", c)
	}
	if err := os.Remove(filepath.Join(folder, "group.png")); err != nil {
		t.Fatal(err)
	}
	if c := update(t, index, folder, e, faces.All); c.Entries != 2 {
		t.Errorf("without the picture: %+v", c)
	}
}

// groupIDs are the ids of the faces of one picture.
func groupIDs(t *testing.T, g *gallery.Gallery, n int) []string {
	t.Helper()
	var ids []string
	for i := range n {
		for _, name := range []string{"group", "group.png"} {
			if _, ok := g.Member(faces.FaceID(name, i+1)); ok {
				ids = append(ids, faces.FaceID(name, i+1))
			}
		}
	}
	if len(ids) != n {
		t.Fatalf("%d faces, want %d", len(ids), n)
	}
	return ids
}

// A photograph that was made smaller is found by its face, whatever its size.
func TestOtherSizeIsFound(t *testing.T) {
	dir := t.TempDir()
	var files []facestest.File
	err := drawn.Each(t.Context(), drawn.Options{People: 25, PerPerson: 2}, nil, func(path string, jpeg []byte) error {
		files = append(files, facestest.File{Name: fmt.Sprintf("p%02d.jpg", len(files)), Data: jpeg})
		return nil
	})
	if err != nil || len(files) != 50 {
		t.Fatal(len(files), err)
	}
	folder := facestest.Unpack(t, files)
	m, err := autoencoder.New("pca", pix.Prep{W: 32, H: 32, Auto: true}, 64, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Save(filepath.Join(dir, "m.safetensors")); err != nil {
		t.Fatal(err)
	}
	e, err := gallery.NewModel(m)
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(dir, "x.safetensors")
	update(t, index, folder, e, faces.All)
	g := openFaces(t, index, folder, e)
	for _, f := range files {
		m, err := pix.Open(filepath.Join(folder, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := g.Search(t.Context(), gallery.Query{Pictures: []*pix.Image{m.Resize(249, 249)}, K: 1})
		if err != nil || r.Results[0].ID != f.Name && r.Results[0].ID+".jpg" != f.Name {
			t.Errorf("%s finds %+v, %v", f.Name, r, err)
		}
	}
}
