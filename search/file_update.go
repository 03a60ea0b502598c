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
)

// Update changes an index file that others may be changing at the same time:
// change is given what the file holds, or nil where there is no file, and gives
// what it shall hold, or nil to leave it. Meanwhile all others wait who write the
// file with Update or Save, in this process or another, so that nobody's work is
// lost; those who read it see the old contents until the new ones are whole. So
// change should be quick: what takes long is better done before, of what OpenFile
// gives, and only put together here.
//
// change need not close the old file, and the new one may use its codes.
// waiting, if not nil, is told once who holds the file when that takes long.
// Where locks do not work, as on some network file systems, a file that another
// has replaced in the meantime is left alone, with an error that says so.
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

// changeFile writes what make gives, if anything, under the file's lock. make
// also tells the state in which it found the file, nil where that does not
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
	atomicfile.RemoveLeftovers(path) // nobody else is writing
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

// state tells one writing of a file from another.
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
