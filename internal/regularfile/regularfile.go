// Package regularfile opens files for reading that are regular ones: never a named pipe,
// which blocks until somebody writes to it, nor a device, a socket or a folder.
package regularfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Open opens a regular file, or what a link leads to where that is one. Anything else is
// not opened but refused with an *fs.PathError, whose Err is [ErrIrregular], or
// syscall.EISDIR for a folder.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if err := check(path, info); err != nil {
		return nil, err
	}
	// Something else may have taken its place: it is opened without waiting, and looked at
	// again.
	f, err := os.OpenFile(path, os.O_RDONLY|dontWait, 0)
	if err != nil {
		return nil, err
	}
	info, err = f.Stat()
	if err == nil {
		err = check(path, info)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// Read reads a whole regular file of at most limit bytes; a longer one is an error.
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("file is too large")}
	}
	return data, nil
}

// ErrIrregular is the error of something that is neither a regular file nor a folder.
var ErrIrregular = errors.New("not a regular file but a pipe, a device or a socket")

// Check returns the error of Open for what info describes, without the path, nil for a
// regular file.
func Check(info fs.FileInfo) error {
	switch {
	case info.IsDir():
		return syscall.EISDIR
	case !info.Mode().IsRegular():
		return ErrIrregular
	}
	return nil
}

func check(path string, info fs.FileInfo) error {
	if err := Check(info); err != nil {
		return &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return nil
}
