package faces_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"likeness/faces"
)

// A folder's pictures are those that Load has, and each has an id of its own.
func TestPictures(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.jpg", "one/a.jpg", "one/a.png", "two/a.jpg", "two/deep/c.GIF", "two/notes.txt", "two/empty.png", ".hidden/a.jpg"} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		data := []byte("never opened")
		if name == "two/empty.png" {
			data = nil
		}
		if err := os.WriteFile(path, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	list, skips, err := faces.Pictures(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, p := range list {
		ids = append(ids, p.ID)
		if p.Path != filepath.Join(dir, filepath.FromSlash(p.Name)) {
			t.Errorf("%s is at %s", p.Name, p.Path)
		}
	}
	if want := []string{"b", "one/a.jpg", "one/a.png", "two/a", "two/deep/c"}; !slices.Equal(ids, want) {
		t.Errorf("ids %q, want %q", ids, want)
	}
	if len(skips) != 2 || skips[0].Name != "two/empty.png" || skips[1].Name != "two/notes.txt" {
		t.Errorf("skipped %v", skips)
	}
	if _, _, err := faces.Pictures(context.Background(), filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a folder that is not there was listed")
	}
}
