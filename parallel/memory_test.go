package parallel

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// TestReserve: what is held at once never exceeds the limit, and more than all of it runs
// alone.
func TestReserve(t *testing.T) {
	const limit = 100
	ctx := WithMemory(WithThreads(t.Context(), 4), limit)
	if again := WithMemory(ctx, 1); again != ctx {
		t.Error("a second limit takes the place of the first")
	}
	var held, most atomic.Int64
	sizes := []int64{30, 60, 1000, 10, 100, 5, 40, 40}
	err := Each(ctx, 40*len(sizes), func(i int) {
		n := sizes[i%len(sizes)]
		release, err := Reserve(ctx, n)
		if err != nil {
			t.Error(err)
			return
		}
		n = min(n, limit)
		now := held.Add(n)
		for old := most.Load(); now > old && !most.CompareAndSwap(old, now); old = most.Load() {
		}
		held.Add(-n)
		release()
	})
	if err != nil || most.Load() > limit || most.Load() == 0 {
		t.Errorf("%d held at once of %d, %v", most.Load(), limit, err)
	}
}

func TestReserveEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(WithMemory(t.Context(), 0))
	release, err := Reserve(ctx, DefaultMemory)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	waited := make(chan error)
	go func() {
		_, err := Reserve(ctx, 1)
		waited <- err
	}()
	cancel()
	if err := <-waited; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	// Where no limit is set, nothing waits.
	for range 3 {
		if _, err := Reserve(t.Context(), 1<<50); err != nil {
			t.Error(err)
		}
	}
}
