package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
)

// warm keeps what was opened, by path, for all who ask. What was replaced on the disk is opened anew; who still uses the old
// one keeps it until it is released.
type warm[T any] struct {
	open  func(ctx context.Context, path string) (T, error)
	stamp func(ctx context.Context, path string) string // tells what is at a path from what was there
	shut  func(T) error
	with  []func(path string) string // files that belong to the one at path
	most  int                        // kept while nobody uses them
	lock  sync.Mutex
	kept  map[string]*opened[T]
	clock int
	ended bool // nothing is opened any more
}

// ErrClosed means that a workspace was closed.
var ErrClosed = errors.New("the workspace is closed")

// errOpening is the error of those who wait for one whose opening has panicked.
var errOpening = errors.New("it could not be opened")

// opened is one thing that was opened, or is being opened.
type opened[T any] struct {
	ready chan struct{} // closed once it is open, or has failed
	thing T
	err   error
	stamp string // of the file and of what lies beside it
	users int
	last  int  // when it was asked for last
	stale bool // another one has taken its place
}

// stampOf tells a file from another one at the same path; a model that comes with the program and a file that is not there
// have the same.
func stampOf(path string) string {
	info, err := os.Stat(path)
	if err != nil {
		return "-"
	}
	return fmt.Sprint(info.Size(), " ", info.ModTime().UnixNano())
}

func newWarm[T any](most int, with []func(path string) string, open func(ctx context.Context, path string) (T, error), shut func(T) error) *warm[T] {
	return &warm[T]{stamp: func(_ context.Context, path string) string { return stampOf(path) }, open: open, shut: shut, with: with, most: most, kept: map[string]*opened[T]{}}
}

// get returns the thing at a path. Several who ask at once wait for the one who opens it.
func (w *warm[T]) get(ctx context.Context, path string) (thing T, release func(), err error) {
	now := w.stamp(ctx, path)
	for _, beside := range w.with {
		now += " " + stampOf(beside(path))
	}
	w.lock.Lock()
	if w.ended {
		w.lock.Unlock()
		return thing, nil, ErrClosed
	}
	o := w.kept[path]
	if o != nil && o.stamp != now {
		w.retire(path)
		o = nil
	}
	first := o == nil
	if first {
		o = &opened[T]{ready: make(chan struct{}), stamp: now}
		w.kept[path] = o
	}
	w.clock++
	o.users++
	o.last = w.clock
	w.lock.Unlock()
	if first {
		w.begin(ctx, path, o)
	}
	select {
	case <-o.ready:
	case <-ctx.Done():
		w.release(path, o)
		return thing, nil, ctx.Err()
	}
	if o.err != nil {
		return thing, nil, o.err
	}
	return o.thing, sync.OnceFunc(func() { w.release(path, o) }), nil
}

// begin opens a thing. Who asked first does it, and others may wait for it when that one has left: so it is not cancelled, and
// a panic is that one's alone.
func (w *warm[T]) begin(ctx context.Context, path string, o *opened[T]) {
	o.err = errOpening
	defer func() {
		if o.err != nil {
			w.lock.Lock()
			if w.kept[path] == o {
				delete(w.kept, path) // the next one tries again
			}
			w.lock.Unlock()
		}
		close(o.ready)
	}()
	if o.thing, o.err = w.open(context.WithoutCancel(ctx), path); o.err != nil {
		o.err = unusableError{o.err}
	}
}

// release lets go of a thing.
func (w *warm[T]) release(path string, o *opened[T]) {
	w.lock.Lock()
	defer w.lock.Unlock()
	o.users--
	if o.users == 0 && o.stale {
		w.end(o)
	}
	for len(w.kept) > w.most {
		oldest := ""
		for p, other := range w.kept {
			if other.users == 0 && (oldest == "" || other.last < w.kept[oldest].last) {
				oldest = p
			}
		}
		if oldest == "" {
			break // all are in use
		}
		w.retire(oldest)
	}
}

// retire forgets a thing and closes it once nobody uses it. The caller holds the lock.
func (w *warm[T]) retire(path string) {
	o := w.kept[path]
	delete(w.kept, path)
	o.stale = true
	if o.users == 0 {
		w.end(o)
	}
}

// drop forgets what is at a path.
func (w *warm[T]) drop(path string) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.kept[path] != nil {
		w.retire(path)
	}
}

// end closes a thing. An error of closing what was only read changes nothing for anybody.
func (w *warm[T]) end(o *opened[T]) error {
	<-o.ready
	if o.err != nil {
		return nil
	}
	return w.shut(o.thing)
}

// close closes all that nobody uses; what is in use is closed when it is released.
func (w *warm[T]) close() error {
	w.lock.Lock()
	defer w.lock.Unlock()
	w.ended = true
	var errs []error
	for path, o := range w.kept {
		delete(w.kept, path)
		o.stale = true
		if o.users == 0 {
			errs = append(errs, w.end(o))
		}
	}
	return errors.Join(errs...)
}
