// Package lockfile lets one process at a time change a file. The lock is the
// system's own, on a small file beside it, so it ends with the process that has
// it, however that ends: no lock is ever stale. The small file names the owner and
// goes with the lock, which github.com/gofrs/flock leaves to its callers.
package lockfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"
)

// Suffix is added to the path of a file for that of its lock.
const Suffix = ".lock"

// Lock is held until Release.
type Lock struct {
	file *os.File
	path string
}

// turns orders what goroutines do under one lock after the other: Go's memory
// model knows nothing of the system's locks.
var turns atomic.Int64

// patience is how long Acquire waits before it calls waiting.
const patience = time.Second

// errTaken is what tryLock says when another has the lock.
var errTaken = errors.New("taken")

// Acquire waits until no other process, and nobody else in this one, holds the
// lock of the file at path, and takes it. The file need not be there; its folder
// must be. A symbolic link is followed, so that all names of a file share a lock.
//
// waiting, if not nil, is called once with the owner of the lock when that takes
// longer than a second. When ctx ends, Acquire returns an error that wraps ctx's.
func Acquire(ctx context.Context, path string, waiting func(owner string)) (*Lock, error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	path += Suffix
	began, pause := time.Now(), 2*time.Millisecond
	for {
		l, err := try(path)
		switch {
		case err == nil:
			turns.Load()
			return l, nil
		case err != errTaken:
			return nil, fmt.Errorf("locking with %s: %w", path, cause(err))
		}
		if waiting != nil && time.Since(began) > patience {
			waiting(owner(path))
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("%s is held by %s: %w", path, owner(path), ctx.Err())
		case <-time.After(pause):
			pause = min(2*pause, 100*time.Millisecond)
		}
	}
}

// Held reports whether the lock of the file at path is held, and who has it. It takes no lock, but for a moment one that
// a killed process left behind.
func Held(path string) (by string, held bool) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	path += Suffix
	file, err := os.OpenFile(path, os.O_RDWR|openFlags, 0)
	if err != nil {
		return owner(path), busy(err)
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !ours(file, info) {
		return "", false
	}
	return owner(path), tryLock(file) == errTaken
}

// try takes the lock or fails with errTaken.
func try(path string) (*Lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|openFlags, 0o644)
	if err != nil {
		if isLink(path) {
			return nil, errNotOurs
		}
		if busy(err) {
			return nil, errTaken
		}
		return nil, err
	}
	if err := tryLock(file); err != nil {
		_ = file.Close() // nothing was written to it
		return nil, err
	}
	// Whoever had the lock before may have removed the file between our opening
	// and locking it. Then the next one would lock another file.
	held, err1 := file.Stat()
	there, err2 := os.Stat(path)
	if err1 != nil || err2 != nil || !os.SameFile(held, there) {
		_ = file.Close()
		return nil, errTaken
	}
	if !ours(file, held) {
		_ = file.Close()
		return nil, errNotOurs
	}
	// Only for people to read, so it does not matter whether it can be written.
	text := fmt.Sprintf(begin+"%d since %s\n", os.Getpid(), time.Now().Format(time.RFC3339))
	_ = file.Truncate(0)
	_, _ = file.WriteAt([]byte(text), 0)
	return &Lock{file, path}, nil
}

// errNotOurs is the error for a file of somebody's own, or a link, in the place of a lock.
var errNotOurs = errors.New("it is there and no lock of this program: rename it, or remove it")

// begin is how the text in a lock's file begins.
const begin = "process "

// ours reports whether an open file is one that a lock may be written to: a regular one,
// empty or with the text of an earlier lock.
func ours(file *os.File, info fs.FileInfo) bool {
	if !info.Mode().IsRegular() || info.Size() > longest {
		return false
	}
	text := make([]byte, len(begin))
	n, err := file.ReadAt(text, 0)
	return n == 0 && errors.Is(err, io.EOF) || string(text[:n]) == begin
}

// longest bounds the text in a lock's file.
const longest = 400

// isLink reports whether there is a symbolic link at path.
func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// Release returns the lock back and removes its file.
func (l *Lock) Release() error {
	turns.Add(1)
	if removeFirst {
		_ = os.Remove(l.path) // one left behind does no harm
	}
	err := l.file.Close()
	if !removeFirst {
		_ = os.Remove(l.path) // fails while another has it open, as it should
	}
	if err != nil {
		return fmt.Errorf("releasing %s: %w", l.path, cause(err))
	}
	return nil
}

// owner reads who has a lock.
func owner(path string) string {
	file, err := os.OpenFile(path, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return "another process"
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, longest))
	if text := strings.TrimSpace(string(b)); err == nil && strings.HasPrefix(text, begin) {
		return text
	}
	return "another process"
}

// cause drops what the error of package os says besides its reason.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
