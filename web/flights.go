package web

import (
	"context"
	"sync"
	"time"
)

// grace is how long work goes on that nobody waits for: a page that asks for something long asks again when its request
// has timed out, a page that has left does not.
const grace = 10 * time.Second

// mostFlights is how many values one flights keeps.
const mostFlights = 64

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

// over reports whether it is computed.
func (f *flight[T]) over() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
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
	if !f.s.jobs.begin(func() {
		defer cancel()
		one.err = f.s.guard(func() (err error) { one.value, err = compute(ctx); return err })
		if one.err != nil {
			f.lock.Lock()
			f.drop(one)
			f.lock.Unlock()
		}
		close(one.done)
	}) {
		cancel()
		one.err = errClosing
		close(one.done)
		return one
	}
	f.keep(key, one)
	return one
}

// keep puts a flight in its place; where there are many, one that is over goes. The caller holds the lock.
func (f *flights[T]) keep(key string, one *flight[T]) {
	if f.all == nil {
		f.all = map[string]*flight[T]{}
	}
	for other, old := range f.all {
		if len(f.all) < mostFlights {
			break
		}
		if old.over() {
			delete(f.all, other)
		}
	}
	f.all[key] = one
}

// drop forgets a flight. The caller holds the lock.
func (f *flights[T]) drop(one *flight[T]) {
	for key, other := range f.all {
		if other == one {
			delete(f.all, key)
		}
	}
}

// leave cancels work that nobody waits for, after a while.
func (f *flights[T]) leave(one *flight[T]) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if one.users--; one.users == 0 {
		one.idle = time.AfterFunc(grace, func() { f.giveUp(one) })
	}
}

// giveUp cancels a flight that nobody waits for: who asks again from now on begins another one.
func (f *flights[T]) giveUp(one *flight[T]) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if one.users > 0 || one.over() {
		return
	}
	f.drop(one)
	one.cancel()
}

// put keeps a value that was made elsewhere.
func (f *flights[T]) put(key string, value T) {
	f.lock.Lock()
	defer f.lock.Unlock()
	one := &flight[T]{done: make(chan struct{}), value: value, cancel: func() {}}
	close(one.done)
	f.keep(key, one)
}
