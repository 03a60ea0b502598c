package likeness_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors says on which floor of the house each room stands; ARCHITECTURE.md
// draws the same. A room may only import rooms on lower floors.
var floors = map[string]int{
	"cmd/likeness":           11,
	"bench/far":              9,
	"bench/firststeps":       9,
	"bench/firststeps/cases": 7,
	"bench/search":           9,
	"bench/speed":            9,
	"bench/turns":            1,
	"tutorial":               10,
	"report":                 7,
	"finder":                 9,
	"search":                 7,
	"search/quality":         8,
	"search/searchtest":      8,
	"latent":                 7,
	"latent/judge":           8,
	"recipe":                 9,
	"train":                  8,
	"baseline":               7,
	"hyper":                  5,
	"autoencoder":            6,
	"describe":               5,
	"align":                  4,
	"nn":                     4,
	"nn/nntest":              5,
	"faces":                  4,
	"dataset":                5,
	"faces/drawn":            3,
	"faces/check":            5,
	"faces/facestest":        2,
	"faces/copies":           3,
	"pca":                    3,
	"pix":                    2,
	"safetensors":            2,
	"safetensors/readtest":   3,
	"internal/atomicfile":    1,
	"internal/kernel":        1,
	"parallel":               1,
	"progress":               1,
	"internal/lockfile":      1,
}

// TestImportsRunDownward reads the import lines of every file that is not a
// test; tests may look upwards.
func TestImportsRunDownward(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		room := filepath.ToSlash(filepath.Dir(path))
		seen[room] = true
		floor, ok := floors[room]
		if !ok {
			t.Errorf("%s: the room %s has no floor", path, room)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			imported, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if below, ok := strings.CutPrefix(imported, "likeness/"); ok && floors[below] >= floor {
				t.Errorf("%s, on floor %d, imports %s, on floor %d", path, floor, below, floors[below])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range slices.Sorted(maps.Keys(floors)) {
		if !seen[room] {
			t.Errorf("the room %s is not there", room)
		}
	}
}
