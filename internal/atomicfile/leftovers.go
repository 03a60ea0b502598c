package atomicfile

import (
	"os"
	"path/filepath"
	"regexp"
)

// RemoveLeftovers removes the temporary neighbours of path, which programs
// that were killed while they wrote it have left. The caller must know that
// nobody is writing it. What cannot be removed stays: it does no harm.
func RemoveLeftovers(path string) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	temporary := regexp.MustCompile("^" + regexp.QuoteMeta(temporaryPrefix(path)) + `[A-Z2-7]{12}\.tmp$`)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return
	}
	for _, e := range entries {
		if e.Type().IsRegular() && temporary.MatchString(e.Name()) {
			_ = os.Remove(filepath.Join(filepath.Dir(path), e.Name()))
		}
	}
}
