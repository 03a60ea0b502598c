package faces

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
)

func TestFind(t *testing.T) {
	nope := filepath.Join(t.TempDir(), "nope")
	_, err := Find(nope)
	if !errors.Is(err, fs.ErrNotExist) || err.Error() != "there is no file or folder "+nope {
		t.Error(err)
	}
	t.Setenv("LIKENESS_DATA", nope)
	if _, err := Find("lfw"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	for source, want := range map[string]string{"..": ".."} {
		if path, err := Find(source); path != want || err != nil {
			t.Errorf("%s: %q, %v", source, path, err)
		}
	}
}
