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
	link, dangling := filepath.Join(dir, "link"), filepath.Join(dir, "dangling")
	for name, target := range map[string]string{link: "file", dangling: "nothing"} {
		if err := os.Symlink(target, name); err != nil {
			t.Skip("this system makes no symbolic links: ", err)
		}
	}
	for path, want := range map[string]string{
		file:                             "",
		filepath.Join(dir, "new"):        "",
		dir:                              "it is a folder, not a file",
		dangling:                         "it is a symbolic link to nothing",
		link:                             "",
		os.DevNull:                       "it is not a regular file",
		filepath.Join(dir, "no", "file"): "there is no folder " + filepath.Join(dir, "no"),
		filepath.Join(file, "deeper"):    file + " is a file, expected a folder",
	} {
		err := CheckWritable(path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.HasSuffix(err.Error(), want) || !strings.HasPrefix(err.Error(), path)) {
			t.Errorf("%s: error %v, want %q", path, err, want)
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 3 {
		t.Errorf("left behind %v (%v)", left, err)
	}
}
