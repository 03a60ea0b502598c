package workspace

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"likeness/models"
)

const (
	mostDepth = 4               // folders below the workspace's that are looked into
	mostSeen  = 50_000          // files that are looked at
	stale     = 2 * time.Second // a look at the folder is good for so long
	// staleName is how long it is good for a name that was not seen: who asks for many that there are not does not keep the
	// disk busy.
	staleName = 200 * time.Millisecond
)

// File is one thing in a workspace.
type File struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
	// BuiltIn marks a model that comes with the program.
	BuiltIn bool      `json:"built_in,omitempty"`
	Bytes   int64     `json:"bytes"`
	Changed time.Time `json:"changed,omitzero"`
	// Facts are what the file says of itself.
	Facts
	// Problem says why the file cannot be used; "" where it can.
	Problem string `json:"problem,omitempty"`

	path string
}

// seen is what a file said when it had a size and a time.
type seen struct {
	bytes   int64
	changed time.Time
	file    File
	nothing bool // of no kind
}

// Files returns all things in the workspace, those that come with the program last: by kind, those of the folder itself before those below, then the newest first.
// It looks at the folder again when the last look is some seconds old.
func (w *Workspace) Files() ([]File, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if time.Since(w.scanned) > stale {
		if err := w.scan(); err != nil {
			return nil, err
		}
	}
	return slices.Clone(w.files), nil
}

// Refresh looks at the folder at once, as after something was written to it.
func (w *Workspace) Refresh() {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.scanned = time.Time{}
}

// File returns the thing of a name.
func (w *Workspace) File(name string) (File, bool) {
	w.lock.Lock()
	defer w.lock.Unlock()
	f, ok := w.known[name]
	if age := time.Since(w.scanned); age > stale || !ok && age > staleName {
		if err := w.scan(); err == nil {
			f, ok = w.known[name]
		}
	}
	return f, ok
}

// scan looks at the folder.
func (w *Workspace) scan() error {
	read := map[string]seen{}
	pictures := map[string]int{} // by folder
	count := 0
	err := filepath.WalkDir(w.folder, func(path string, d fs.DirEntry, err error) error {
		name, rel := filepath.Rel(w.folder, path)
		if rel != nil {
			return rel
		}
		name = filepath.ToSlash(name)
		switch {
		case err != nil && path == w.folder:
			return err
		case err != nil: // a folder that may not be read
			return nil
		case d.IsDir() && name != "." && (d.Name()[0] == '.' || strings.Count(name, "/") >= mostDepth):
			return fs.SkipDir
		case !d.Type().IsRegular() || d.Name()[0] == '.':
			return nil
		}
		if count++; count > mostSeen {
			return fs.SkipAll
		}
		if isPicture(d.Name()) {
			folder, _, below := strings.Cut(name, "/") // the first folder: what is below it belongs to it
			if !below {
				folder = "."
			}
			pictures[folder]++
			return nil
		}
		if !mayBe(d.Name()) {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil // it has gone in the meantime
		}
		s, ok := w.read[path]
		if !ok || s.bytes != info.Size() || !s.changed.Equal(info.ModTime()) {
			s = seen{bytes: info.Size(), changed: info.ModTime()}
			s.file, ok = look(path, name)
			s.nothing = !ok
			s.file.Name, s.file.path, s.file.Bytes, s.file.Changed = name, path, info.Size(), info.ModTime()
		}
		read[path] = s
		return nil
	})
	if err != nil {
		return err
	}
	w.read, w.scanned = read, time.Now()
	w.files, w.known = nil, map[string]File{}
	for _, s := range read {
		if !s.nothing {
			w.files = append(w.files, s.file)
		}
	}
	for folder := range pictures { // the figures of a report are no photographs
		if slices.ContainsFunc(w.files, func(f File) bool { return f.Kind == Report && strings.HasPrefix(f.Name, folder+"/") }) {
			delete(pictures, folder)
		}
	}
	for folder, n := range pictures {
		w.files = append(w.files, File{Name: folder, Kind: Pictures, Facts: Facts{Count: n}, path: filepath.Join(w.folder, folder)})
	}
	for _, at := range w.opt.Engines {
		w.files = append(w.files, File{Name: at.String(), Kind: Collection, path: at.String()})
	}
	w.files = append(w.files, w.builtIn()...)
	slices.SortFunc(w.files, func(a, b File) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(strings.Count(a.Name, "/"), strings.Count(b.Name, "/")), b.Changed.Compare(a.Changed), cmp.Compare(a.Name, b.Name))
	})
	for _, f := range w.files {
		w.known[f.Name] = f
	}
	return nil
}

// place orders things: those of the folder by kind, then what comes with the program.
func place(f File) int {
	n := slices.Index(kinds, f.Kind)
	if f.BuiltIn {
		n += len(kinds)
	}
	return n
}

// builtIn returns the models that come with the program. They do not change, and are read once. The caller holds the lock.
func (w *Workspace) builtIn() []File {
	var list []File
	for _, name := range models.Names() {
		if !models.Has(name) || !models.Is(name) {
			continue
		}
		f, known := w.own[name]
		if !known {
			f = File{Name: name, BuiltIn: true, path: name}
			if file, err := models.Open(name); err != nil {
				f.Kind, f.Problem = ModelFile, err.Error()
			} else {
				f.Kind, f.Facts = describe(file)
				if err := file.Close(); err != nil {
					f.Problem = err.Error()
				}
			}
			w.own[name] = f
		}
		if f.Kind != Atlas { // that of a model belongs to it
			list = append(list, f)
		}
	}
	return list
}

// isPicture reports whether a file is a picture by its name, for counting alone: whoever reads pictures knows them by their
// contents.
func isPicture(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".jpg", ".jpeg", ".png", ".webp", ".gif", ".heic", ".heif", ".avif", ".bmp", ".tif", ".tiff", ".ppm", ".pgm":
		return true
	}
	return false
}

// mayBe reports whether a file is worth looking into.
func mayBe(name string) bool {
	lower := strings.ToLower(name)
	for _, ending := range []string{".safetensors", ".checkpoint", ".html", ".tgz", ".tar", ".tar.gz", ".zip"} {
		if strings.HasSuffix(lower, ending) {
			return true
		}
	}
	return false
}

// gone reports whether an error means that a file is not there any more.
func gone(err error) bool { return errors.Is(err, os.ErrNotExist) }
