package gallery

import (
	"os"
	"path/filepath"
	"testing"

	"likeness/dataset"
)

// An index whose ids lead out of its folder names no file there.
func TestIDsStayInTheFolder(t *testing.T) {
	dir := t.TempDir()
	inside := filepath.Join(dir, "in")
	if err := os.Mkdir(inside, 0o777); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Join(dir, "secret.jpg"), filepath.Join(inside, "a.jpg")} {
		if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p := &partPictures{name: dataset.Name{Source: inside}}
	for id, want := range map[string]string{"../secret.jpg": "", "a/../../secret.jpg": "", filepath.Join(dir, "secret.jpg"): "", "a.jpg": filepath.Join(inside, "a.jpg")} {
		if got := p.pathOf(id); got != want {
			t.Errorf("%s: %q, want %q", id, got, want)
		}
	}
}
