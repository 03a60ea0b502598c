package web

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

func onPage(ctx context.Context, page string) context.Context {
	return context.WithValue(ctx, pageKey{}, page)
}

// Pages take turns, however much one of them asks for.
func TestQueueIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		hold := make(chan struct{})
		var wait sync.WaitGroup
		wait.Go(func() { _ = q.do(t.Context(), func(context.Context) error { <-hold; return nil }) })
		synctest.Wait()
		var lock sync.Mutex
		var order []string
		for _, page := range []string{"a", "a", "a", "b", "c"} {
			wait.Go(func() {
				if err := q.do(onPage(t.Context(), page), func(context.Context) error {
					lock.Lock()
					defer lock.Unlock()
					order = append(order, page)
					return nil
				}); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		if q.length() != 5 {
			t.Errorf("%d wait, want 5", q.length())
		}
		close(hold)
		wait.Wait()
		if want := []string{"a", "b", "c", "a", "a"}; !slices.Equal(order, want) {
			t.Errorf("the order is %q, want %q", order, want)
		}
		if q.free != 1 || q.waiting != 0 || len(q.byPage) != 0 || len(q.pages) != 0 {
			t.Errorf("in the end the queue is %+v", q)
		}
	})
}

// A full queue refuses; whoever leaves makes room.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		hold := make(chan struct{})
		var wait sync.WaitGroup
		wait.Go(func() { _ = q.do(t.Context(), func(context.Context) error { <-hold; return nil }) })
		synctest.Wait()
		ctx, leave := context.WithCancel(t.Context())
		for range mostWaiting {
			wait.Go(func() {
				if err := q.do(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.Canceled) {
					t.Errorf("whoever left: %v", err)
				}
			})
		}
		synctest.Wait()
		if err := q.do(t.Context(), func(context.Context) error { return nil }); !errors.Is(err, errFull) {
			t.Errorf("one too many: %v, want errFull", err)
		}
		leave()
		synctest.Wait()
		if q.length() != 0 {
			t.Errorf("%d wait after all have left", q.length())
		}
		close(hold)
		wait.Wait()
		if err := q.do(t.Context(), func(context.Context) error { return nil }); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
