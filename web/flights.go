package web

import (
	"context"
	"sync"
	"time"
)

// grace is how long work goes on that nobody waits for: a page that asks for something long asks again when its request
// has timed out, a page that has left does not.
const grace = 10 * time.Second

// flights computes things once for all who ask, by their keys, and keeps them. What nobody waits for any more is
// cancelled.
type flights[T any] struct {
	s    *Server
	lock sync.Mutex
	all  map[string]*flight[T]
}

type flight[T any] struct {
	done   chan struct{}
	value  T
	err    error
	users  int // who wait
	cancel context.CancelFunc
	idle   *time.Timer
}

// get returns what a key stands for; compute makes it where nobody has asked for it yet. A failure is not kept.
func (f *flights[T]) get(ctx context.Context, key string, compute func(ctx context.Context) (T, error)) (T, error) {
	f.lock.Lock()
	one := f.all[key]
	if one == nil {
		one = f.begin(ctx, key, compute)
	}
	one.users++
	if one.idle != nil {
		one.idle.Stop()
		one.idle = nil
	}
	f.lock.Unlock()
	defer f.leave(one)
	select {
	case <-one.done:
		return one.value, one.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// begin computes in the background. The caller holds the lock.
func (f *flights[T]) begin(ctx context.Context, key string, compute func(ctx context.Context) (T, error)) *flight[T] {
	// It belongs to the page that asked first, whose turn in the queue it takes.
	ctx = context.WithValue(f.s.ctx, pageKey{}, pageOf(ctx))
	ctx, cancel := context.WithCancel(ctx)
	one := &flight[T]{done: make(chan struct{}), cancel: cancel}
	if f.all == nil {
		f.all = map[string]*flight[T]{}
	}
	f.all[key] = one
	f.s.jobs.Add(1)
	go func() {
		defer f.s.jobs.Done()
		defer cancel()
		one.value, one.err = compute(ctx)
		if one.err != nil {
			f.lock.Lock()
			if f.all[key] == one {
				delete(f.all, key)
			}
			f.lock.Unlock()
		}
		close(one.done)
	}()
	return one
}

// leave cancels work that nobody waits for, after a while.
func (f *flights[T]) leave(one *flight[T]) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if one.users--; one.users == 0 {
		one.idle = time.AfterFunc(grace, one.cancel)
	}
}

// put keeps a value that was made elsewhere.
func (f *flights[T]) put(key string, value T) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.all == nil {
		f.all = map[string]*flight[T]{}
	}
	one := &flight[T]{done: make(chan struct{}), value: value, cancel: func() {}}
	close(one.done)
	f.all[key] = one
}
