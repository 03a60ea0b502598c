package gallery_test

import (
	"path/filepath"
	"slices"
	"testing"

	"likeness/faces"
	"likeness/gallery"
	"likeness/search"
)

// What could not be read is not gone: its codes stay until it is known that it is.
func TestUpdateKeepsWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	folder, index := filepath.Join(dir, "set"), filepath.Join(dir, "x.safetensors")
	e := newModel(t, filepath.Join(dir, "m.safetensors"), 1)
	paint(t, folder, map[string]int{"Ada/a.png": 1, "Ada/b.png": 2, "Bob/c.png": 3, "Bob/d.png": 4})
	update := func(unreadable ...faces.Skip) *gallery.Changes {
		t.Helper()
		set := load(t, folder, e.Prep())
		set.Unreadable = unreadable
		c, err := gallery.Update(t.Context(), index, e, set, gallery.UpdateOptions{})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	update()
	remove(t, filepath.Join(folder, "Ada", "a.png"))
	remove(t, filepath.Join(folder, "Ada", "b.png"))
	remove(t, filepath.Join(folder, "Bob", "c.png"))
	if c := update(faces.Skip{Name: "Ada", Reason: "permission denied"}); c.Unread != 2 || c.Removed != 1 || c.Unchanged != 1 || c.Entries != 3 {
		t.Errorf("%+v", c)
	}
	f, err := search.OpenFile(index)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"Ada/a.png", "Ada/b.png", "Bob/d.png"}; !slices.Equal(f.Entries.IDs, want) {
		t.Errorf("ids %q, want %q", f.Entries.IDs, want)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if c := update(); c.Unread != 0 || c.Removed != 2 || c.Entries != 1 {
		t.Errorf("once it is known that they are gone: %+v", c)
	}
}
