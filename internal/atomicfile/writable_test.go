package atomicfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckWritable(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		file:                             "",
		filepath.Join(dir, "new"):        "",
		dir:                              "it is a folder",
		os.DevNull:                       "it is not a regular file",
		filepath.Join(dir, "no", "file"): "there is no folder " + filepath.Join(dir, "no"),
		filepath.Join(file, "deeper"):    file + " is a file, expected a folder",
	} {
		err := CheckWritable(path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), path)) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind %v (%v)", left, err)
	}
}
