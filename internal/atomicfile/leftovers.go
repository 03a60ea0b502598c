package atomicfile

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// RemoveLeftovers removes the temporary neighbours of path that programs which
// were killed while they wrote it have left. Those that are being written stay,
// and so does what cannot be removed: it does no harm.
func RemoveLeftovers(path string) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	removeLeftovers(filepath.Dir(path), temporaryPrefix(path))
}

// RemoveLeftoversIn is RemoveLeftovers for all files of a folder.
func RemoveLeftoversIn(folder string) { removeLeftovers(folder, ".") }

// temporary are the names of temporary neighbours.
var temporary = regexp.MustCompile(`^\..+\.[A-Z2-7]{12}\.tmp$`)

// randomLength is that of what follows the prefix.
const randomLength = 12 + len(".tmp")

func removeLeftovers(folder, prefix string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := e.Name()
		if e.Type().IsRegular() && temporary.MatchString(name) && (prefix == "." || len(name) == len(prefix)+randomLength && strings.HasPrefix(name, prefix)) {
			removeUnheld(filepath.Join(folder, name))
		}
	}
}
