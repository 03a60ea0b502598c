// Package atomicfile writes whole files: a reader of the path sees the old
// contents or the new ones, never a part, also after a crash.
package atomicfile

import (
	"bufio"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// bufferSize is that of the writer handed to fill. Larger writes pass through
// it untouched, so it only has to be large enough for small ones.
const bufferSize = 64 << 10

// Write replaces path by what fill writes. The bytes go to a temporary
// neighbour, which is synced, given the permission bits of the file it
// replaces (0644 less the umask for a new one) and renamed over path; then the
// folder is synced.
//
// On an error path is untouched and the temporary file is gone. The one
// exception is a folder that fails to sync, where the new file is in place but
// might not survive a power cut. Errors name path and wrap their cause.
//
// A symbolic link is followed and its target replaced. Anything else at path
// that is not a regular file (a folder, a device) is refused.
func Write(path string, fill func(w io.Writer) error) error {
	target, mode, err := resolve(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := replace(target, mode, fill); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// WritePrivate is Write for a file that only its owner may read, also where the
// file that it replaces was open to others.
func WritePrivate(path string, fill func(w io.Writer) error) error {
	target, _, err := resolve(path)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := replace(target, private, fill); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}

// private are the permission bits of WritePrivate.
const private fs.FileMode = 0o600

// resolve follows links to the file that is to be replaced and gives its
// permission bits, or 0 when there is none yet.
func resolve(path string) (target string, mode fs.FileMode, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, lerr := os.Lstat(path); lerr == nil {
			return "", 0, replaceError("is a symbolic link to nothing")
		}
		return path, 0, nil
	}
	if err != nil {
		return "", 0, cause(err)
	}
	if info.IsDir() {
		return "", 0, replaceError("is a folder, not a file")
	}
	if !info.Mode().IsRegular() {
		return "", 0, replaceError("is not a regular file")
	}
	target, err = filepath.EvalSymlinks(path)
	if err != nil {
		return "", 0, cause(err)
	}
	return target, info.Mode().Perm(), nil
}

// replaceError says why what is at a path is not replaced. It is errReplace.
type replaceError string

var errReplace = errors.New("not replaced")

func (e replaceError) Error() string      { return string(e) }
func (replaceError) Is(target error) bool { return target == errReplace }

// replace does Write's work on a path that is no link.
func replace(path string, mode fs.FileMode, fill func(w io.Writer) error) error {
	dir := filepath.Dir(path)
	tmp, held, err := createNeighbour(path, mode)
	if err != nil {
		return cause(err)
	}
	defer func() { // also when fill panics; closing and removing are no-ops once renamed
		tmp.Close()
		os.Remove(tmp.Name())
		if held != nil {
			held.Close()
		}
	}()

	buffered := bufio.NewWriterSize(tmp, bufferSize)
	if err := fill(buffered); err != nil {
		return causeOf(err, tmp.Name())
	}
	if err := buffered.Flush(); err != nil {
		return cause(err)
	}
	if mode != 0 {
		if err := tmp.Chmod(mode); err != nil {
			return cause(err)
		}
	}
	if err := tmp.Sync(); err != nil {
		return cause(err)
	}
	// Closed before the rename: Windows renames no open file, and some network
	// file systems report a failed write only here.
	if err := tmp.Close(); err != nil {
		return cause(err)
	}
	if err := os.Rename(tmp.Name(), path); err != nil {
		return cause(err)
	}
	if err := syncFolder(dir); err != nil {
		return fmt.Errorf("syncing the folder: %w", cause(err))
	}
	return nil
}

// createNeighbour makes a new file beside path. It does not use os.CreateTemp,
// whose files are 0600 whatever the umask says. From its first byte the file is
// open to nobody to whom the one that it replaces, of the given mode, is not.
// held, which may be nil, keeps RemoveLeftovers away until it is closed.
func createNeighbour(path string, mode fs.FileMode) (tmp, held *os.File, err error) {
	if mode == 0 {
		mode = 0o644
	}
	for {
		name := filepath.Join(filepath.Dir(path), temporaryPrefix(path)+rand.Text()[:12]+".tmp")
		tmp, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644&mode|0o600)
		if err != nil {
			return nil, nil, err
		}
		held, taken := hold(name)
		if held == nil && !taken || held != nil && sameFile(held, name) {
			return tmp, held, nil
		}
		_ = tmp.Close() // nothing was written to it
		_ = os.Remove(name)
		if held != nil {
			_ = held.Close()
		}
	}
}

// sameFile reports whether an open file is still the one at path.
func sameFile(f *os.File, path string) bool {
	a, err1 := f.Stat()
	b, err2 := os.Lstat(path)
	return err1 == nil && err2 == nil && os.SameFile(a, b)
}

// temporaryPrefix begins the names of path's temporary neighbours.
func temporaryPrefix(path string) string {
	base := filepath.Base(path)
	if len(base) > 180 { // file systems end a name at 255 bytes
		base = base[:180]
	}
	return "." + base + "."
}

// cause drops the operation and the temporary file's name from an error of
// package os: Write names the path the caller knows.
func cause(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		return e.Err
	case *os.LinkError:
		return e.Err
	}
	return err
}

// causeOf is cause for an error that came through fill: the caller's own
// wrapping, and errors about other files, stay as they are.
func causeOf(err error, tmp string) error {
	if e, ok := err.(*fs.PathError); ok && e.Path == tmp {
		return e.Err
	}
	return err
}
