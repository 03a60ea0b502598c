package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"likeness/parallel"
	"likeness/pix"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"
)

// maxInFlight bounds the bytes of compressed pictures that have been read and not yet been worked on.
const maxInFlight = 128 << 20

// largePicture is the memory of a picture from which on what it leaves behind is collected at
// once: else the collector would wait until as much again is taken.
const largePicture = 256 << 20

// errPanicked ends the others where one has panicked.
var errPanicked = errors.New("panicked")

// Process walks src, runs work on the files that hold data on parallel.Threads(ctx) threads, and calls collect with every
// file and its result in the order of the source, whatever the number of threads. collect runs on one goroutine; the
// result of a file without data is R's zero value. fs.SkipAll from collect ends the walk without an error. An error of
// the walk is returned after all files before it were collected, so that what was collected does not depend on chance. A
// panic of work or collect is the caller's.
//
// Pictures wait for memory: those that are worked on at the same time take no more for decoding, by the sizes in their
// headers, than the limit of parallel.WithMemory, whatever the number of threads.
func Process[R any](ctx context.Context, src Source, want func(name string) bool,
	work func(File) R, collect func(File, R) error) error {
	threads := parallel.Threads(ctx)
	ctx = parallel.WithMemory(ctx, 0)
	type job struct {
		File
		bytes  int64
		result chan R // one slot, so that no worker ever waits
		err    error  // the end of the walk
	}
	group, ctx := errgroup.WithContext(ctx)
	var failed atomic.Pointer[string] // a panic, which is the caller's
	begin := func(work func() error) {
		group.Go(func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					text := fmt.Sprintf("%v\n%s", p, debug.Stack())
					failed.CompareAndSwap(nil, &text)
					err = errPanicked
				}
			}()
			return work()
		})
	}
	weight := semaphore.NewWeighted(maxInFlight)
	queue := make(chan job, 4*threads)
	ordered := make(chan job, 8*threads)

	begin(func() error {
		defer close(queue)
		defer close(ordered)
		err := src.Walk(ctx, want, func(m File) error {
			j := job{File: m, bytes: int64(len(m.Data))}
			if m.Data != nil {
				j.result = make(chan R, 1)
				if err := weight.Acquire(ctx, j.bytes); err != nil {
					return err
				}
				select {
				case queue <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
				j.Data = nil // the worker's alone from here
			}
			select {
			case ordered <- j:
			case <-ctx.Done():
				return ctx.Err()
			}
			return nil
		})
		if err == nil {
			return nil
		}
		select {
		case ordered <- job{err: err}:
			return nil
		case <-ctx.Done():
			return err
		}
	})
	for range threads {
		begin(func() error {
			for j := range queue {
				memory := pix.Memory(j.Data)
				release, err := parallel.Reserve(ctx, memory)
				if err != nil {
					return err
				}
				r := func() R {
					defer release()
					r := work(j.File)
					if memory >= largePicture {
						runtime.GC()
					}
					return r
				}()
				j.result <- r
				weight.Release(j.bytes)
			}
			return nil
		})
	}
	begin(func() error {
		for j := range ordered {
			if j.err != nil {
				return j.err
			}
			var r R
			if j.result != nil {
				select {
				case r = <-j.result:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if err := collect(j.File, r); err != nil {
				return err
			}
		}
		return nil
	})
	err := group.Wait()
	if text := failed.Load(); text != nil {
		panic(*text)
	}
	if errors.Is(err, fs.SkipAll) {
		return nil
	}
	return err
}
