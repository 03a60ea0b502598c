package gallery_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"likeness/gallery"
)

func TestLink(t *testing.T) {
	dir := t.TempDir()
	set := filepath.Join(dir, "set")
	paint(t, set, map[string]int{"one/p.png": 1, "two/p.png": 2, "three/P.png": 3, "q.png": 4})
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	path := filepath.Join(dir, "x.safetensors")
	if _, err := gallery.Update(t.Context(), path, e, load(t, set, e.Prep()), gallery.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	g := open(t, path)
	folder := filepath.Join(dir, "chosen")
	l, err := g.Link(t.Context(), folder, []int{0, 1, 2, 3, 3})
	if err != nil || l.Linked != 4 || l.Without != 0 {
		t.Fatalf("%+v, %v", l, err)
	}
	there, err := os.ReadDir(folder)
	if err != nil || len(there) != 4 {
		t.Fatalf("%d links, %v", len(there), err)
	}
	seen := map[string]bool{}
	for _, entry := range there {
		seen[read(t, filepath.Join(folder, entry.Name()))] = true
	}
	if len(seen) != 4 {
		t.Errorf("the links lead to %d pictures", len(seen))
	}
	if _, err := g.Link(t.Context(), folder, []int{0}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("into a folder that is there: %v", err)
	}
	drawn, _, _ := drawnIndex(t, t.TempDir())
	if _, err := open(t, drawn).Link(t.Context(), filepath.Join(dir, "none"), []int{0}); !errors.Is(err, gallery.ErrNoFiles) {
		t.Errorf("links to drawn faces: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder of no links was left behind")
	}
}
