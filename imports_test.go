package likeness_test

import (
	"fmt"
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

// storeys lists all rooms (packages) of the house from the bottom to the top;
// ARCHITECTURE.md draws the same. A room may import rooms of lower storeys only, so
// rooms of one storey do not know each other.
var storeys = []struct {
	about string
	rooms []string
}{
	{"things that know nothing of the house", []string{"internal/kernel", "internal/atomicfile", "internal/lockfile", "internal/regularfile", "internal/half", "internal/wire", "internal/heif", "parallel", "progress", "faces/facestest", "bench/turns"}},
	{"pixels, files, painted people", []string{"pix", "safetensors", "faces/drawn", "tensorboard", "mlflow", "gallery/journal"}},
	{"closed forms, copies of pictures, foreign files", []string{"pca", "faces/copies", "safetensors/readtest", "models", "onnx", "hdf5", "npy"}},
	{"networks, where pictures come from, straight faces, codes to search", []string{"nn", "faces", "align", "search", "report", "embeddings", "onnx/runtime"}},
	{"names of data sets, hyperparameters, descriptors, layouts, judges of search, Keras's networks", []string{"dataset", "faces/check", "faces/facestest/squares", "hyper", "describe", "projection", "nn/nntest", "search/quality", "search/searchtest", "search/engine", "keras"}},
	{"models, faces found in photographs, engines", []string{"autoencoder", "detect", "encoder", "search/weaviate", "search/pgvector", "search/engine/enginetest"}},
	{"baselines, whitened codes, people found", []string{"baseline", "latent", "finder", "detect/scene", "detect/quality", "bench/firststeps/cases", "onnx/export", "exchange/card", "pytorch"}},
	{"training, evaluation, galleries, judges of edits", []string{"train", "detect/training", "evaluation", "gallery", "latent/judge"}},
	{"a training job; a folder to work in", []string{"recipe", "workspace", "exchange", "inspect"}},
	{"trainings in the background, and recorded", []string{"runs", "tracking"}},
	{"the exercise; pages and their API; peers side by side", []string{"tutorial", "web", "models/pack", "bench/engines", "bench/far", "bench/photographs", "bench/firststeps", "bench/onnx", "bench/search", "bench/serve", "bench/speed"}},
	{"how the program speaks to a person", []string{"cmd/likeness/internal/console"}},
	{"the program", []string{"cmd/likeness"}},
}

// rule forbids imports whatever the storeys say. Rooms and imports are matched by
// path.Match-like patterns: "..." at the end stands for the room and all below it.
type rule struct {
	why    string
	rooms  []string // that must not import; "..." alone: all
	except []string // of them
	never  []string // imports: rooms, or paths of other modules
}

var rules = []rule{
	{"the kernel, files and workers are of use to anybody: they import nothing of the house", []string{"internal/...", "parallel", "progress"}, nil, []string{"likeness/..."}},
	{"a network knows numbers, not pictures", []string{"nn"}, nil, []string{"pix", "faces/...", "dataset"}},
	{"search and projection know codes, not where they come from", []string{"search/...", "projection"}, nil, []string{"nn", "autoencoder", "finder", "faces/...", "dataset"}},
	{"sources of pictures plug in: faces knows none by name", []string{"faces"}, nil, []string{"faces/drawn", "dataset"}},
	{"a figure knows pictures and numbers, no model", []string{"report"}, nil, []string{"autoencoder", "train", "latent/...", "finder", "nn", "baseline", "evaluation", "search/...", "dataset", "faces/..."}},
	{"libraries return values; only who writes a page draws figures (inspect recognises pages)", []string{"..."}, []string{"report", "tutorial", "workspace", "inspect", "web", "cmd/..."}, []string{"report"}},
	{"flags, terminals and bars belong to the program", []string{"..."}, []string{"cmd/...", "bench/..."}, []string{"github.com/spf13/...", "github.com/schollz/...", "golang.org/x/term", "flag"}},
	{"nothing is built on the program or on a bench", []string{"..."}, []string{"cmd/...", "bench/..."}, []string{"cmd/...", "bench/..."}},
	{"what evaluates does not train", []string{"evaluation", "baseline", "latent/...", "finder"}, nil, []string{"train", "recipe", "tutorial"}},
	{"nothing leaves the machine but by a download, what a training tells the server that it is to be recorded on, and the codes for an engine that is named; only pages are served", []string{"..."}, []string{"faces", "web", "mlflow", "search/engine", "search/weaviate", "search/pgvector", "bench/serve"}, []string{"net", "net/..."}},
}

// houseImports returns what each room imports outside of its tests, which may look
// upwards, as paths of imports by room.
func houseImports(t *testing.T) map[string][]string {
	t.Helper()
	imports := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "examples") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		room := filepath.ToSlash(filepath.Dir(path))
		if imports[room] == nil {
			imports[room] = map[string]bool{}
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
			imports[room][imported] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for room, list := range imports {
		out[room] = slices.Sorted(maps.Keys(list))
	}
	return out
}

// matches reports whether a path is one of some patterns.
func matches(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		below, all := strings.CutSuffix(p, "...")
		if !all {
			return path == p
		}
		return below == "" || path == strings.TrimSuffix(below, "/") || strings.HasPrefix(path, below)
	})
}

// violations returns what is wrong with the imports of rooms.
func violations(imports map[string][]string) []string {
	storey := map[string]int{}
	for i, s := range storeys {
		for _, room := range s.rooms {
			storey[room] = i + 1
		}
	}
	var wrong []string
	for _, room := range slices.Sorted(maps.Keys(imports)) {
		at, known := storey[room]
		if !known {
			wrong = append(wrong, fmt.Sprintf("the room %s is on no storey: give it one, in imports_test.go and in ARCHITECTURE.md", room))
		}
		if base := room[strings.LastIndex(room, "/")+1:]; slices.Contains([]string{"util", "utils", "common", "types", "helpers", "misc"}, base) {
			wrong = append(wrong, fmt.Sprintf("%s: a room is called by its subject, not %s", room, base))
		}
		for _, imported := range imports[room] {
			other, inside := strings.CutPrefix(imported, "likeness/")
			switch {
			case !inside || !known:
			case storey[other] == 0:
				wrong = append(wrong, fmt.Sprintf("%s imports %s, which is on no storey", room, other))
			case storey[other] >= at:
				wrong = append(wrong, fmt.Sprintf("%s, on storey %d (%s), imports %s, on storey %d (%s)", room, at, storeys[at-1].about, other, storey[other], storeys[storey[other]-1].about))
			}
			for _, r := range rules {
				if matches(room, r.rooms) && !matches(room, r.except) && (matches(imported, r.never) || inside && matches(other, r.never)) {
					wrong = append(wrong, fmt.Sprintf("%s imports %s: %s", room, imported, r.why))
				}
			}
		}
	}
	for _, room := range slices.Sorted(maps.Keys(storey)) {
		if _, there := imports[room]; !there {
			wrong = append(wrong, fmt.Sprintf("the room %s is not there", room))
		}
	}
	return wrong
}

func TestImports(t *testing.T) {
	for _, text := range violations(houseImports(t)) {
		t.Error(text)
	}
	seen := map[string]bool{}
	for _, s := range storeys {
		for _, room := range s.rooms {
			if seen[room] {
				t.Errorf("the room %s is on two storeys", room)
			}
			seen[room] = true
		}
	}
}

// The checker finds what it is for: each of these changes to the house is one mistake.
func TestImportsFindViolations(t *testing.T) {
	add := func(room, imported string) func(map[string][]string) {
		return func(m map[string][]string) { m[room] = append(m[room], imported) }
	}
	for _, c := range []struct {
		change func(map[string][]string)
		want   string
	}{
		{add("autoencoder", "likeness/train"), "autoencoder, on storey 6 (models, faces found in photographs, engines), imports train, on storey 8"},
		{add("nn", "likeness/align"), "nn, on storey 4"}, // a neighbour
		{add("nowhere", "likeness/pix"), "the room nowhere is on no storey"},
		{add("train", "likeness/nowhere"), "train imports nowhere, which is on no storey"},
		{add("common", "fmt"), "a room is called by its subject, not common"},
		{func(m map[string][]string) { delete(m, "pca") }, "the room pca is not there"},
		{add("internal/kernel", "likeness/parallel"), "they import nothing of the house"},
		{add("parallel", "likeness/pix"), "they import nothing of the house"},
		{add("report", "likeness/autoencoder"), "a figure knows pictures and numbers, no model"},
		{add("report", "likeness/latent/judge"), "a figure knows pictures and numbers, no model"},
		{add("report", "likeness/nn"), "a figure knows pictures and numbers, no model"},
		{add("latent", "likeness/report"), "only who writes a page draws figures"},
		{add("evaluation", "github.com/spf13/cobra"), "flags, terminals and bars belong to the program"},
		{add("train", "flag"), "flags, terminals and bars belong to the program"},
		{add("tutorial", "golang.org/x/term"), "flags, terminals and bars belong to the program"},
		{add("recipe", "likeness/cmd/likeness"), "nothing is built on the program"},
		{add("tutorial", "likeness/bench/turns"), "nothing is built on the program or on a bench"},
		{add("search/quality", "likeness/finder"), "search and projection know codes"},
		{add("nn", "likeness/pix"), "a network knows numbers"},
		{add("faces", "likeness/faces/drawn"), "faces knows none by name"},
		{add("latent/judge", "likeness/train"), "what evaluates does not train"},
		{add("search", "net/http"), "nothing leaves the machine"},
	} {
		imports := houseImports(t)
		before := len(violations(imports))
		c.change(imports)
		if after := violations(imports); len(after) == before || !slices.ContainsFunc(after, func(text string) bool { return strings.Contains(text, c.want) }) {
			t.Errorf("want a violation that says %q, got %q", c.want, after)
		}
	}
	for pattern, paths := range map[string][2]string{"net/...": {"net/http", "network"}, "search/...": {"search", "searching"}, "...": {"anything", ""}, "pix": {"pix", "pix/a"}} {
		if !matches(paths[0], []string{pattern}) || paths[1] != "" && matches(paths[1], []string{pattern}) {
			t.Errorf("%s: matches %s: %v, %s: %v", pattern, paths[0], matches(paths[0], []string{pattern}), paths[1], matches(paths[1], []string{pattern}))
		}
	}
}
