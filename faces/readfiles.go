package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ReadFiles reads single files of a source by the paths that a Set has in Files, without loading a set, and calls visit
// for each, in the source's order. From a folder it opens the files alone; a tar archive is read up to the last of them.
// A file that is not there, or that holds no picture, is an error that wraps fs.ErrNotExist; an error of visit ends the
// reading and is returned as it is.
func ReadFiles(ctx context.Context, src Source, files []string, visit func(file string, data []byte) error) error {
	if f, ok := src.(named); ok {
		src = f.Source
	}
	if dir, ok := src.(folder); ok {
		return dir.read(ctx, files, visit)
	}
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		wanted[f] = true
	}
	if len(wanted) == 0 {
		return nil
	}
	err := src.Walk(ctx, func(name string) bool { return wanted[name] }, func(f File) error {
		if !wanted[f.Name] || f.Data == nil {
			return nil
		}
		delete(wanted, f.Name)
		if err := visit(f.Name, f.Data); err != nil {
			return err
		}
		if len(wanted) == 0 {
			return fs.SkipAll
		}
		return nil
	})
	if errors.Is(err, fs.SkipAll) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range files {
		if wanted[f] {
			return fmt.Errorf("%s has no picture %s%w", src.Name(), f, missing{})
		}
	}
	return nil
}

// read opens files below the folder, which may also lie there under names that cleanName has changed.
func (s folder) read(ctx context.Context, names []string, visit func(string, []byte) error) error {
	var listed map[string]file
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return err
		}
		f := file{name: name}
		if filepath.IsLocal(filepath.FromSlash(name)) {
			f = inspect(name, filepath.Join(string(s), filepath.FromSlash(name)))
		}
		if f.path == "" || f.reason != "" {
			if listed == nil {
				files, err := s.files(ctx)
				if err != nil {
					return err
				}
				listed = make(map[string]file, len(files))
				for _, f := range files {
					listed[f.name] = f
				}
			}
			var ok bool
			if f, ok = listed[name]; !ok {
				return fmt.Errorf("%s has no picture %s%w", s, name, missing{})
			}
		}
		if f.reason != "" {
			return fmt.Errorf("%s: %s", f.path, f.reason)
		}
		m := File{Name: name}
		if f.take(&m, all); m.Skip != "" {
			if _, err := os.Stat(f.path); errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("%s has no picture %s%w", s, name, missing{})
			}
			return fmt.Errorf("%s: %s", f.path, m.Skip)
		}
		if err := visit(name, m.Data); err != nil {
			return err
		}
	}
	return nil
}
