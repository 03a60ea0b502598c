package dataset

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestNameText(t *testing.T) {
	for _, n := range []Name{{Source: "drawn"}, {"a folder/lfw.tgz", "lfw, attributes.txt", ""}, {Source: "photos", Names: "file"}, {"photos", "table.txt", "my names.csv"}, Drawn(40, 5)} {
		if got := Parse(n.String()); got != n {
			t.Errorf("%q: got %+v", n, got)
		}
	}
}

func TestNameCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "attributes.txt")
	if err := os.WriteFile(file, []byte("x"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, n := range []Name{{Source: "drawn"}, Drawn(3, 4), {Source: dir}, {Source: dir, Attributes: file}, {Source: "drawn", Attributes: file}, {Source: dir, Names: "none"}, {Source: dir, Names: file}} {
		if err := n.Check(); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
	for _, text := range []string{"drawn:", "drawn:4", "drawn:0x5", "drawn:4x-1", "drawn:4x5x6", "drawn:04x5"} {
		var bad *NameError
		if err := (Name{Source: text}).Check(); !errors.As(err, &bad) {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := Load(t.Context(), Name{Source: text}, cacheless); !errors.As(err, &bad) {
			t.Errorf("loading %s: %v", text, err)
		}
	}
	var bad *NamesError
	if err := (Name{Source: dir, Names: "folder"}).Check(); !errors.As(err, &bad) {
		t.Errorf("names by a word that there is not: %v", err)
	}
	for _, n := range []Name{{Source: filepath.Join(dir, "none")}, {Source: dir, Attributes: filepath.Join(dir, "none")}, {Source: "drawn", Attributes: "none"}} {
		if err := n.Check(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", n, err)
		}
	}
}
