package search

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"likeness/internal/atomicfile"
	"likeness/internal/lockfile"
	"likeness/safetensors"
)

// Update changes an index file that others may be changing at the same time. It calls
// change with what the file holds, or nil where there is no file, and writes what change
// returns; nil leaves the file as it is. Meanwhile everybody else who writes the file
// with Update or Save, in this process or another, waits, so that no change is lost;
// readers see the old contents until the new ones are complete. change should therefore
// be quick: do long work before, on what OpenFile returns, and only merge in change.
//
// change need not close the old file, and the new one may use its codes. waiting, if not
// nil, is called once with the owner of the lock when it takes long to get. Where locks
// do not work, as on some network file systems, a file that another program has replaced
// in the meantime is left alone, and the error says so.
func Update(ctx context.Context, path string, waiting func(owner string), change func(old *File) (*File, error)) error {
	var old *File
	defer func() {
		if old != nil {
			_ = old.Close() // nothing was written to it
		}
	}()
	return changeFile(ctx, path, waiting, func() (*File, *state, error) {
		seen, err := stateOf(path)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
		if seen.info != nil {
			if old, err = OpenFile(path); err != nil {
				return nil, nil, err
			}
		}
		f, err := change(old)
		return f, &seen, err
	})
}

// changeFile writes what make returns, if anything, under the file's lock. make
// also returns the state in which it found the file, nil where that does not
// matter.
func changeFile(ctx context.Context, path string, waiting func(owner string), make func() (*File, *state, error)) (err error) {
	lock, err := lockfile.Acquire(ctx, path, waiting)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	defer func() {
		if failed := lock.Release(); err == nil {
			err = failed
		}
	}()
	f, seen, err := make()
	if f == nil || err != nil {
		return err
	}
	out, err := f.tensors()
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := safetensors.CheckReplace(path, out.Metadata["format"]); err != nil {
		return err
	}
	atomicfile.RemoveLeftovers(path)
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := out.Write(w); err != nil || seen == nil {
			return err
		}
		now, err := stateOf(path)
		if err != nil {
			return err
		}
		if !now.same(*seen) {
			return errors.New("another program has replaced it in the meantime: what that wrote is kept; run this again")
		}
		return nil
	})
}

// state identifies one version of a file.
type state struct {
	info fs.FileInfo // nil: no file
	size int64
	time time.Time
}

func stateOf(path string) (state, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return state{}, nil
	case err != nil:
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return state{}, err
	}
	return state{info, info.Size(), info.ModTime()}, nil
}

func (s state) same(t state) bool {
	if s.info == nil || t.info == nil {
		return s.info == nil && t.info == nil
	}
	return os.SameFile(s.info, t.info) && s.size == t.size && s.time.Equal(t.time)
}
