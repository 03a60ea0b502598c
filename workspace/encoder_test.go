package workspace_test

import (
	"os"
	"path/filepath"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/encoder"
	"likeness/faces"
	"likeness/gallery"
	"likeness/onnx/export"
	"likeness/pix"
	"likeness/workspace"
)

// An index that an encoder from elsewhere has made is brought up to date with it.
func TestIndexOfAnEncoder(t *testing.T) {
	dir := t.TempDir()
	m, err := autoencoder.New("conv", pix.Prep{W: 32, H: 32, Auto: true}, 8, 3)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := export.Model(m, export.Options{Part: export.Encoder})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "e.onnx")
	if err := os.WriteFile(file, graph.Marshal(), 0o644); err != nil {
		t.Fatal(err)
	}
	e, _, err := gallery.OpenEncoder(file, encoder.Wish{Mean: []float32{100}}, "")
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Load(t.Context(), dataset.Parse("drawn:6x2"), faces.Options{Prep: e.Prep()})
	if err != nil {
		t.Fatal(err)
	}
	index := filepath.Join(dir, "drawn-6x2"+workspace.IndexSuffix)
	if _, err := gallery.Update(t.Context(), index, e, set, gallery.UpdateOptions{ModelFile: file, Faces: faces.All}); err != nil {
		t.Fatal(err)
	}
	r, err := open(t, dir).IndexPictures(t.Context(), workspace.IndexOptions{Pictures: "drawn:6x2"})
	if err != nil || r.Encoded != 0 || r.Entries != 12 {
		t.Errorf("%+v, %v", r, err)
	}
}
