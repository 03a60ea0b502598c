//go:build unix

package regularfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestOpen opens files and links to them at once, and refuses everything else without
// waiting: nobody ever writes to the pipe.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(in("file"), []byte("face"), 0o600); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "file", "to-pipe": "pipe", "to-null": os.DevNull} {
		if err := os.Symlink(to, in(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(in("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"file", "link"} {
		if data, err := Read(in(name), 4); err != nil || string(data) != "face" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
	for path, want := range map[string]error{
		in("pipe"): ErrIrregular, in("to-pipe"): ErrIrregular, in("to-null"): ErrIrregular, os.DevNull: ErrIrregular,
		dir: syscall.EISDIR, in("none"): fs.ErrNotExist,
	} {
		if f, err := Open(path); f != nil || !errors.Is(err, want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want it to be %v", path, err, want)
		}
	}
	if _, err := Read(in("file"), 3); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("4 bytes where 3 are allowed: %v", err)
	}
}
