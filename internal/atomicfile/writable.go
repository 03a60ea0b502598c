package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// CheckWritable returns an error where Write could not write to path, so that a caller
// can ask before the work whose result it is to hold.
func CheckWritable(path string) error {
	target, _, err := resolve(path)
	switch {
	case errors.Is(err, errReplace):
		return fmt.Errorf("%s cannot be written: it %w", path, err)
	case err == nil:
		path = target
	}
	folder := filepath.Dir(path)
	probe, err := os.CreateTemp(folder, ".likeness-*")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", path, folderError(folder, err))
	}
	_ = probe.Close() // nothing was written to it
	return os.Remove(probe.Name())
}

// folderError says why no file can be made in a folder.
func folderError(folder string, err error) error {
	info, failed := os.Stat(folder)
	switch {
	case errors.Is(failed, fs.ErrNotExist):
		return fmt.Errorf("there is no folder %s", folder)
	case failed == nil && !info.IsDir():
		return fmt.Errorf("%s is a file, expected a folder", folder)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("no permission to write to the folder %s", folder)
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok { // less the name of the probe
		err = e.Err
	}
	return err
}
