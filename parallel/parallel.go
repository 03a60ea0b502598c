// Package parallel spreads independent work over the processors.
//
// How many threads a piece of work may use is a property of the request that asks
// for it, as its deadline is: the caller sets it with WithThreads,
// and everything below keeps to it. No result in this module depends on it. How much memory
// may be taken for large pieces of work is such a property too, see WithMemory.
package parallel

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// threadsKey is the key of a context's limit.
type threadsKey struct{}

// WithThreads returns a context under which work runs on at most n threads at once.
// An n below 1 leaves ctx as it is.
func WithThreads(ctx context.Context, n int) context.Context {
	if n < 1 {
		return ctx
	}
	return context.WithValue(ctx, threadsKey{}, n)
}

// Threads returns how many threads work under ctx may use: the limit of WithThreads,
// or one for each processor (runtime.GOMAXPROCS) where there is none.
func Threads(ctx context.Context) int {
	if n, ok := ctx.Value(threadsKey{}).(int); ok {
		return n
	}
	return runtime.GOMAXPROCS(0)
}

// Each calls f once for each of 0 to n-1, in any order, on Threads(ctx) threads. When
// ctx ends, no further call begins and its error is returned.
func Each(ctx context.Context, n int, f func(i int)) error {
	return Workers(ctx, n, 1, func(next func() (int, bool)) {
		for i, ok := next(); ok; i, ok = next() {
			f(i)
		}
	})
}

// Workers calls work on up to Threads(ctx) threads at once, on fewer where there are
// not grain items for each of them. Each call asks next for items, 0 to n-1 in any order,
// until ok is false; what it allocates before its loop is its own. When ctx ends, next
// hands out no further items and the error of ctx is returned. A panic of work is the caller's, as it is on one thread: who
// serves others can recover from it.
func Workers(ctx context.Context, n, grain int, work func(next func() (i int, ok bool))) error {
	threads := min(Threads(ctx), n/max(grain, 1))
	if threads <= 1 {
		i := -1
		work(func() (int, bool) {
			i++
			return i, i < n && ctx.Err() == nil
		})
		return ctx.Err()
	}
	var taken atomic.Int64
	var failed atomic.Pointer[string]
	next := func() (int, bool) {
		if ctx.Err() != nil || failed.Load() != nil {
			return 0, false
		}
		i := taken.Add(1) - 1
		return int(i), i < int64(n)
	}
	var g errgroup.Group
	for range threads {
		g.Go(func() error {
			defer func() {
				if p := recover(); p != nil {
					text := fmt.Sprintf("%v\n%s", p, debug.Stack())
					failed.CompareAndSwap(nil, &text)
				}
			}()
			work(next)
			return nil
		})
	}
	_ = g.Wait() // no work returns an error
	if text := failed.Load(); text != nil {
		panic(*text)
	}
	return ctx.Err()
}
