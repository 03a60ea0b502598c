package console

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"likeness/faces"
)

// PlainError returns an error's text in the words of a person at a terminal, without the
// names of system calls.
func PlainError(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*faces.NotDownloadedError](err); ok {
		text = strings.Replace(text, e.Error(), fmt.Sprintf("%s is not there: get it with 'likeness data get %s', or give the path of your copy", e.Path, e.Dataset), 1)
	}
	for _, e := range pathErrors(err) {
		text = strings.ReplaceAll(text, e.Error(), plainPath(e))
	}
	return strings.ReplaceAll(text, context.Canceled.Error(), "interrupted")
}

// pathErrors returns the system's errors about paths that an error wraps.
func pathErrors(err error) []*fs.PathError {
	switch e := err.(type) {
	case *fs.PathError:
		return []*fs.PathError{e}
	case interface{ Unwrap() error }:
		return pathErrors(e.Unwrap())
	case interface{ Unwrap() []error }:
		var all []*fs.PathError
		for _, part := range e.Unwrap() {
			all = append(all, pathErrors(part)...)
		}
		return all
	}
	return nil
}

// plainPath says what is wrong with a path.
func plainPath(e *fs.PathError) string {
	folder := filepath.Dir(e.Path)
	switch {
	case errors.Is(e.Err, fs.ErrNotExist) && !IsFolder(folder):
		return "there is no folder " + folder
	case errors.Is(e.Err, fs.ErrNotExist):
		return "there is no file " + e.Path
	case errors.Is(e.Err, fs.ErrPermission):
		return "no permission for " + e.Path
	case errors.Is(e.Err, syscall.ENOTDIR), e.Op == "mkdir" && errors.Is(e.Err, fs.ErrExist):
		for p := filepath.Clean(e.Path); ; p = filepath.Dir(p) {
			if info, err := os.Stat(p); err == nil && !info.IsDir() {
				return p + " is a file, expected a folder"
			} else if p == filepath.Dir(p) {
				break
			}
		}
	case errors.Is(e.Err, syscall.EISDIR):
		return e.Path + " is a folder, expected a file"
	}
	return e.Path + ": " + e.Err.Error()
}
