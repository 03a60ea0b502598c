package faces

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"time"

	"likeness/internal/regularfile"
)

// folder is the path of a folder that holds pictures, at any depth: an unpacked archive or somebody's photographs.
type folder string

// file is a file below a folder.
type file struct {
	name   string // relative path with slashes, clean
	path   string // where to open it
	size   int64
	mtime  time.Time
	reason string // why it cannot be read, "" when it can
	failed bool   // that could change without the file being changed
}

func (s folder) Name() string { return string(s) }

func (s folder) Kind() string { return "folder" }

// fingerprint hashes the paths, sizes and modification times of all files. It does not read them: a folder of
// photographs may be many gigabytes. A file changed without a change of its size or its time goes unnoticed.
func (s folder) Fingerprint(ctx context.Context) (string, error) {
	files, err := s.files(ctx)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%q %d %d %q\n", f.name, f.size, f.mtime.UnixNano(), f.reason)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// files lists what is below the folder, sorted by path as an archive of it would be. Links to files are followed, links
// to folders are not, for they may lead in a circle.
func (s folder) files(ctx context.Context) ([]file, error) {
	root, err := filepath.EvalSymlinks(string(s))
	if err != nil {
		return nil, err
	}
	var files []file
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if path == root {
			return err
		}
		rel, relErr := filepath.Rel(root, path)
		if relErr != nil {
			return relErr
		}
		name := cleanName(filepath.ToSlash(rel))
		switch {
		case ignored(name) && entry.IsDir():
			return fs.SkipDir
		case ignored(name):
			return nil
		case err != nil: // a folder that cannot be read; its other neighbours may
			files = append(files, file{name: name, path: path, reason: withoutPath(err), failed: true})
			return nil
		case entry.IsDir():
			return nil
		case len(files) >= maxMembers:
			return fmt.Errorf("%s holds more than %d files", s, maxMembers)
		}
		files = append(files, inspect(name, path))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", s, err)
	}
	sort.SliceStable(files, func(i, j int) bool { return files[i].name < files[j].name })
	return files, nil
}

// inspect looks at a file without opening it, which could block on a pipe.
func inspect(name, path string) file {
	f := file{name: name, path: path}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		f.reason, f.failed = withoutPath(err), !errors.Is(err, fs.ErrNotExist) // a link that leads nowhere holds nothing
	case info.IsDir():
		f.reason = "a link to a folder; links to folders are not followed"
	case !info.Mode().IsRegular():
		f.reason = "not a plain file"
	default:
		f.size, f.mtime = info.Size(), info.ModTime()
		f.reason = skipReason(name, uint64(f.size))
	}
	return f
}

func (s folder) Walk(ctx context.Context, want func(string) bool, visit func(File) error) error {
	return s.pick(ctx, none, want, visit)
}

func (s folder) pick(ctx context.Context, pass func(File) bool, want func(string) bool, visit func(File) error) error {
	files, err := s.files(ctx)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		m := File{Name: shorten(f.name), Stamp: f.stamp()}
		if m.Passed = pass(m); !m.Passed {
			m.Skip, m.Unreadable = f.reason, f.failed
		}
		if m.Skip == "" && !m.Passed {
			f.take(&m, want)
		}
		if err := visit(m); err != nil {
			return err
		}
	}
	return nil
}

// stamp is File.Stamp.
func (f file) stamp() string {
	return fmt.Sprintf("%d %d %s", f.size, f.mtime.UnixNano(), f.reason)
}

// take opens a file and reads it into m, if it is wanted. A file that is named like a picture and is not wanted is not
// opened.
func (f file) take(m *File, want func(string) bool) {
	if isPicture(f.name) && !want(f.name) {
		m.Unwanted = true
		return
	}
	r, err := regularfile.Open(f.path)
	if err == nil {
		defer r.Close()
		err = m.take(r, uint64(f.size), want)
	}
	if err != nil {
		m.Data, m.Skip, m.Unreadable = nil, withoutPath(err), true
	}
}

// all wants every file.
func all(string) bool { return true }

// withoutPath returns what went wrong without the path, which stands beside it already and would make the text
// different in each place that the same folder lies in.
func withoutPath(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
