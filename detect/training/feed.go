package training

import (
	"context"
	"sync"

	"likeness/parallel"
)

// feed composes examples ahead of the training, in the order of their numbers.
type feed[E any] struct {
	ctx    context.Context
	cancel context.CancelFunc
	slots  []chan []E // slot number%len(slots) holds what the number gives
	at     uint64     // the number that comes next
	rest   []E
	wait   sync.WaitGroup
}

// newFeed begins to compose, on as many threads as ctx says, each one at most a few numbers ahead.
func newFeed[E any](ctx context.Context, compose func(number uint64) []E) *feed[E] {
	f := &feed[E]{}
	f.ctx, f.cancel = context.WithCancel(ctx)
	threads := parallel.Threads(ctx)
	ahead := max(2*batch/threads, 1) * threads
	f.slots = make([]chan []E, ahead)
	for i := range f.slots {
		f.slots[i] = make(chan []E, 1)
	}
	for t := range threads {
		f.wait.Go(func() {
			for n := uint64(t); ; n += uint64(threads) {
				select {
				case f.slots[n%uint64(ahead)] <- compose(n):
				case <-f.ctx.Done():
					return
				}
			}
		})
	}
	return f
}

// next returns the next n examples.
func (f *feed[E]) next(n int) ([]E, error) {
	for len(f.rest) < n {
		select {
		case some := <-f.slots[f.at%uint64(len(f.slots))]:
			f.rest = append(f.rest, some...)
			f.at++
		case <-f.ctx.Done():
			return nil, f.ctx.Err()
		}
	}
	out := f.rest[:n:n]
	f.rest = append([]E(nil), f.rest[n:]...)
	return out, nil
}

// stop ends the composing.
func (f *feed[E]) stop() {
	f.cancel()
	f.wait.Wait()
}
