package atomicfile

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// What killed programs have left goes, what is being written stays.
func TestRemoveLeftovers(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	kept := []string{".m.safetensors.notes.tmp", ".other.txt", "m.safetensors.ABCDEFGHIJKL.tmp"}
	for _, name := range append(kept, ".m.safetensors.ABCDEFGHIJKL.tmp", ".other.png.ABCDEFGHIJKL.tmp") {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	there := func() int {
		list, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if err := Write(path, func(w io.Writer) error {
		RemoveLeftovers(path)
		if n := there(); n != len(kept)+2 { // another file's, and the one being written
			t.Errorf("%d files", n)
		}
		RemoveLeftoversIn(dir)
		if n := there(); n != len(kept)+1 {
			t.Errorf("%d files", n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if n := there(); n != len(kept)+1 {
		t.Errorf("%d files", n)
	}
}
