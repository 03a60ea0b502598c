package parallel

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 7, 1000} {
		calls := make([]int, n)
		if err := Each(t.Context(), n, func(i int) { calls[i]++ }); err != nil {
			t.Fatal(err)
		}
		for i, c := range calls {
			if c != 1 {
				t.Fatalf("of %d: %d was called %d times", n, i, c)
			}
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Each(ctx, 5, func(int) { t.Error("called after the end") }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}

func TestThreads(t *testing.T) {
	ctx := t.Context()
	if got := Threads(WithThreads(ctx, 0)); got != Threads(ctx) {
		t.Errorf("0 threads: %d, want the %d of no limit", got, Threads(ctx))
	}
	ctx = WithThreads(ctx, 3)
	if got := Threads(ctx); got != 3 {
		t.Errorf("%d threads, want 3", got)
	}
	if got := Threads(WithThreads(ctx, 2)); got != 2 {
		t.Errorf("the inner limit gives %d threads, want 2", got)
	}
}

// TestWorkersKeepToTheLimit holds every worker until all that may run have begun.
func TestWorkersKeepToTheLimit(t *testing.T) {
	for _, c := range []struct{ threads, n, grain, want int }{{3, 100, 1, 3}, {3, 2, 1, 2}, {3, 100, 50, 2}, {3, 100, 101, 1}, {1, 100, 1, 1}, {4, 0, 1, 1}} {
		var running, most, items atomic.Int64
		err := Workers(WithThreads(t.Context(), c.threads), c.n, c.grain, func(next func() (int, bool)) {
			running.Add(1)
			for running.Load() < int64(c.want) { // all of them come, or this never ends
				runtime.Gosched()
			}
			for _, ok := next(); ok; _, ok = next() {
				items.Add(1)
				most.Store(max(most.Load(), running.Load()))
			}
		})
		if err != nil || items.Load() != int64(c.n) || running.Load() != int64(c.want) {
			t.Errorf("%+v: %d workers, %d items, error %v", c, running.Load(), items.Load(), err)
		}
	}
}

func TestWorkersEndWithTheContext(t *testing.T) {
	for _, threads := range []int{1, 3} {
		ctx, cancel := context.WithCancel(WithThreads(t.Context(), threads))
		var items atomic.Int64
		err := Each(ctx, 1000, func(int) {
			items.Add(1)
			cancel()
		})
		if !errors.Is(err, context.Canceled) || items.Load() > int64(threads) {
			t.Errorf("%d threads: %d items after the end, error %v", threads, items.Load(), err)
		}
	}
}

// A panic on another thread is the caller's, with the place where it came from, and no further item is begun for long.
func TestPanics(t *testing.T) {
	for _, threads := range []int{1, 4} {
		begun := int64(0)
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "bad item") {
					t.Errorf("%d threads: recovered %v", threads, p)
				}
			}()
			_ = Each(WithThreads(t.Context(), threads), 1_000_000_000, func(i int) {
				if atomic.AddInt64(&begun, 1) == 10 {
					panic("bad item")
				}
			})
		}()
		if begun > 100_000_000 {
			t.Errorf("%d threads: %d items were begun", threads, begun)
		}
	}
}
