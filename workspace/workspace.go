// Package workspace opens a folder as a place to work in: it finds the models, finders,
// indexes, atlases, checkpoints, reports and pictures there by what they are, not by their
// names, and opens what is asked for once, for all who ask.
//
// There is no database: the folder is the truth. What appears in it later is seen, and what
// was replaced is opened anew, so that another program may work in the same folder.
//
// Things have the names that Files returns: paths relative to the folder, with slashes, and
// the names of the models that come with the program. Nothing else is opened, so that a name
// from a request cannot lead out of the folder.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/gallery"
	"likeness/latent"
	"likeness/models"
	"likeness/search/engine"
)

// ErrUnknown means that a workspace has nothing of a name, or not of the kind that was asked for.
var ErrUnknown = errors.New("not in this workspace")

// ErrUnusable means that a file of a workspace is broken, or of a kind that this program cannot use.
var ErrUnusable = errors.New("the file cannot be used")

// unusableError is an error of opening a file. Its text is that of the cause.
type unusableError struct{ cause error }

func (e unusableError) Error() string        { return e.cause.Error() }
func (e unusableError) Unwrap() error        { return e.cause }
func (e unusableError) Is(target error) bool { return target == ErrUnusable }

// Options say how a workspace is opened.
type Options struct {
	// Framer finds the faces in pictures that are searched for or indexed.
	Framer faces.Framer
	// Threads is how many threads one call works on; 0: as its context says, see package parallel.
	Threads int
	// Engines are collections of engines that are searched beside the indexes of the folder. They are opened when somebody
	// asks for them.
	Engines []engine.Location
	// OpenEngine opens them; nil: gallery.OpenEngine does.
	OpenEngine func(ctx context.Context, at engine.Location, opt engine.Options) (engine.Engine, error)
	// Observe, if not nil, is told of every call of an engine; see engine.Options.
	Observe func(engine, call string, took time.Duration, err error)
}

// Workspace is an open folder. Its methods may be called from several goroutines.
type Workspace struct {
	folder string
	opt    Options

	lock    sync.Mutex // of the scan
	scanned time.Time
	files   []File
	known   map[string]File // by name
	read    map[string]seen // what files said, as long as they do not change
	own     map[string]File // what the models that come with the program say, by name

	galleries *warm[*gallery.Gallery]
	engines   engines
	models    *warm[*Model]
	finders   *warm[*finder.Finder]
}

// Open opens a folder. It fails where that is no folder or cannot be read.
func Open(folder string, opt Options) (*Workspace, error) {
	full, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(full)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: folder, Err: errors.New("not a folder")}
	}
	w := &Workspace{folder: full, opt: opt, read: map[string]seen{}, own: map[string]File{}}
	w.engines.open = map[string]*openEngine{}
	if w.opt.OpenEngine == nil {
		w.opt.OpenEngine = gallery.OpenEngine
	}
	w.galleries = newWarm(8, []func(string) string{gallery.NamesFile, gallery.SpaceFile}, func(ctx context.Context, path string) (*gallery.Gallery, error) {
		if engine.IsLocation(path) {
			return w.openCollection(ctx, path)
		}
		for _, beside := range []string{gallery.NamesFile(path), gallery.SpaceFile(path), gallery.JudgedFile(path)} {
			if err := w.inside(beside); err != nil {
				return nil, err
			}
		}
		return gallery.Open(ctx, path, gallery.Options{Framer: opt.Framer, Threads: opt.Threads})
	}, (*gallery.Gallery).Close)
	w.galleries.stamp = w.stampOf
	w.models = newWarm(8, []func(string) string{latent.Beside}, w.openModel, func(*Model) error { return nil })
	w.finders = newWarm(2, nil, func(_ context.Context, path string) (*finder.Finder, error) { return finder.Open(path) },
		func(*finder.Finder) error { return nil })
	if _, err := w.Files(); err != nil {
		return nil, err
	}
	return w, nil
}

// Close closes all that is open, once nobody uses it any more.
func (w *Workspace) Close() error {
	return errors.Join(w.galleries.close(), w.models.close(), w.finders.close(), w.engines.close())
}

// Folder returns the path of the folder.
func (w *Workspace) Folder() string { return w.folder }

// Name returns the last part of the folder's path, by which a person knows it.
func (w *Workspace) Name() string { return filepath.Base(w.folder) }

// Framer returns what finds faces; nil where nobody does.
func (w *Workspace) Framer() faces.Framer { return w.opt.Framer }

// Model is an open model with what lies beside it.
type Model struct {
	*autoencoder.Model
	Name string
	Path string // as the libraries open it
	// Atlas describes the model's codes; nil where none lies beside the model, or it cannot be used, and Notes say why.
	Atlas *latent.Opened
}

// Gallery returns the index or the collection of a name, open. Whoever asked calls release when it is done.
func (w *Workspace) Gallery(ctx context.Context, name string) (g *gallery.Gallery, release func(), err error) {
	path, err := w.Path(name, Index, Collection)
	if err != nil {
		return nil, nil, err
	}
	return w.galleries.get(ctx, path)
}

// Model returns the model of a name, open, with the atlas beside it. A checkpoint is a model, too. Whoever asked calls
// release when it is done; the model stays usable all the same, release only lets the workspace forget it.
func (w *Workspace) Model(ctx context.Context, name string) (m *Model, release func(), err error) {
	path, err := w.Path(name, ModelFile, Checkpoint)
	if err != nil {
		return nil, nil, err
	}
	return w.models.get(ctx, path)
}

// Finder returns the finder of a name, open, and release as Model does.
func (w *Workspace) Finder(ctx context.Context, name string) (f *finder.Finder, release func(), err error) {
	path, err := w.Path(name, FinderFile)
	if err != nil {
		return nil, nil, err
	}
	return w.finders.get(ctx, path)
}

// Forget closes what was opened of a name, so that it is opened anew when it is asked for again, such as after something
// beside it has changed.
func (w *Workspace) Forget(name string) {
	if f, ok := w.File(name); ok {
		w.galleries.drop(f.path)
		w.models.drop(f.path)
		w.finders.drop(f.path)
	}
}

// openModel opens a model and the atlas beside it, or the one that comes with the program.
func (w *Workspace) openModel(ctx context.Context, path string) (*Model, error) {
	m, err := autoencoder.Open(path)
	if err != nil {
		return nil, err
	}
	opened := &Model{Model: m, Name: w.nameOf(path), Path: path}
	if m.CheckCode() == nil {
		if err := w.inside(latent.Beside(path)); err != nil {
			return nil, err
		}
		opened.Atlas, err = latent.OpenOrFit(ctx, m, latent.Source{Model: path, Optional: true})
		if err != nil {
			return nil, err
		}
	}
	return opened, nil
}

// inside returns an error for a link that leads out of the folder: what lies beside a file is read and written with it.
func (w *Workspace) inside(path string) error {
	info, err := os.Lstat(path)
	if err != nil || info.Mode()&fs.ModeSymlink == 0 {
		return nil // there is none, or whoever opens it says what is wrong
	}
	root, err := filepath.EvalSymlinks(w.folder)
	if err != nil {
		return err
	}
	to, err := filepath.EvalSymlinks(path)
	if err == nil {
		if to, err = filepath.Rel(root, to); err == nil && filepath.IsLocal(to) {
			return nil
		}
	}
	return fmt.Errorf("%s is a link that leads out of the folder, and is not followed", path)
}

// nameOf returns the name of what lies at a path.
func (w *Workspace) nameOf(path string) string {
	if models.Is(path) {
		return path
	}
	name, err := filepath.Rel(w.folder, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(name)
}

// Path returns where the thing of a name lies, for the libraries that open it. It is one of those of the given kinds, of
// any kind without one.
func (w *Workspace) Path(name string, kinds ...Kind) (string, error) {
	f, ok := w.File(name)
	if !ok {
		return "", fmt.Errorf("%s: %w", name, ErrUnknown)
	}
	if f.Problem != "" {
		return "", unusableError{errors.New(f.Problem)}
	}
	if len(kinds) == 0 {
		return f.path, nil
	}
	for _, k := range kinds {
		if f.Kind == k {
			return f.path, nil
		}
	}
	return "", fmt.Errorf("%s is a %s, expected a %s: %w", name, f.Kind, kinds[0], ErrUnknown)
}

// NewPath returns the path of a file that does not exist yet, of a name that a person chose: no folder, no leading dot,
// and with one of the given endings. A name that is taken wraps fs.ErrExist.
func (w *Workspace) NewPath(name string, endings ...string) (string, error) {
	if name == "" || name != filepath.Base(filepath.FromSlash(name)) || !filepath.IsLocal(name) || name[0] == '.' {
		return "", fmt.Errorf("%q: expected the name of a file in this folder, without a path", name)
	}
	for _, c := range name {
		if c < ' ' || c == '\\' || c == ':' || c == '/' {
			return "", fmt.Errorf("%q: expected a name without %q", name, c)
		}
	}
	for _, ending := range endings {
		if len(name) > len(ending) && name[len(name)-len(ending):] == ending {
			path := filepath.Join(w.folder, name)
			if _, err := os.Lstat(path); err == nil {
				return "", fmt.Errorf("%s: %w", name, fs.ErrExist)
			}
			return path, nil
		}
	}
	return "", fmt.Errorf("%q: expected a name that ends in %s", name, endings[0])
}
