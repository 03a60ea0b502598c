package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/latent"
	"likeness/recipe"
)

// PathError is returned for a name that is not that of a file in the folder.
type PathError struct{ Name, Expected string }

func (e *PathError) Error() string { return fmt.Sprintf("%q: expected %s", e.Name, e.Expected) }

// Endings of files.
const (
	modelEnding      = ".safetensors"
	checkpointEnding = ".checkpoint"
)

// inFolder turns the names in options into paths, all inside the folder, and returns the run's id.
func (h *Runs) inFolder(o recipe.Options) (id string, _ recipe.Options, err error) {
	const name = "the name of a model file in this folder, such as conv-32.safetensors"
	id = filepath.ToSlash(filepath.Clean(o.Out))
	if o.Out == "" || !strings.HasSuffix(id, modelEnding) || strings.HasSuffix(id, latent.Suffix) || strings.HasPrefix(filepath.Base(id), ".") {
		return "", o, &PathError{o.Out, name}
	}
	if o.Out, err = h.inside(id); err != nil {
		return "", o, &PathError{id, name}
	}
	if info, err := os.Lstat(o.Out); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", o, &PathError{id, "a file, not a link"}
	}
	const set = "drawn faces, a published data set, or a folder, archive or file in this folder"
	for _, part := range []*string{&o.Data.Source, &o.Data.Attributes, &o.Data.Names} {
		if *part == "" || part == &o.Data.Source && (dataset.Name{Source: *part}).IsDrawn() || faces.Published(*part) || *part == "lfw-attributes" {
			continue
		}
		if part == &o.Data.Names && (*part == faces.NamesFolders || *part == faces.NamesFile || *part == faces.NamesNone) {
			continue
		}
		path, err := h.inside(*part)
		if err != nil {
			return "", o, &PathError{*part, set}
		}
		*part = path
	}
	return id, o, nil
}

// inside returns the path of a name in the folder. Links that lead out of it are errors.
func (h *Runs) inside(name string) (string, error) {
	local := filepath.FromSlash(name)
	if !filepath.IsLocal(local) {
		return "", errors.New("it is not in the folder")
	}
	root, err := filepath.EvalSymlinks(h.folder)
	if err != nil {
		return "", err
	}
	path := filepath.Join(h.folder, local)
	there, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		there, err = filepath.EvalSymlinks(filepath.Dir(path))
	}
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(root, there); err != nil || !filepath.IsLocal(rel) {
		return "", errors.New("it leads out of the folder")
	}
	return path, nil
}

// path returns the path of a run's model.
func (h *Runs) path(id string) string { return filepath.Join(h.folder, filepath.FromSlash(id)) }

// relative returns an error whose text has the names of files as seen from the folder.
func (h *Runs) relative(err error) error {
	prefix := h.folder + string(filepath.Separator)
	if text := strings.ReplaceAll(err.Error(), prefix, ""); text != err.Error() {
		return relativeError{text, err}
	}
	return err
}

type relativeError struct {
	text string
	err  error
}

func (e relativeError) Error() string { return e.text }
func (e relativeError) Unwrap() error { return e.err }

// FreeName returns a name for a new model of a kind and a code, such as conv-32.safetensors, that no file in the folder has.
func (h *Runs) FreeName(kind string, code int) string {
	base := fmt.Sprintf("%s-%d", kind, code)
	if code == 0 {
		base = kind
	}
	for n := 1; ; n++ {
		name := base + modelEnding
		if n > 1 {
			name = fmt.Sprintf("%s-%d%s", base, n, modelEnding)
		}
		_, err1 := os.Lstat(h.path(name))
		_, err2 := os.Lstat(h.path(name) + checkpointEnding)
		if errors.Is(err1, fs.ErrNotExist) && errors.Is(err2, fs.ErrNotExist) && !h.known(name) {
			return name
		}
	}
}

func (h *Runs) known(id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs[id] != nil
}
