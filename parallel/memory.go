package parallel

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// DefaultMemory is what WithMemory allows where nothing else is asked for: 1 GiB.
const DefaultMemory = 1 << 30

// memory is a limit that everything under a context shares.
type memory struct {
	free  *semaphore.Weighted
	bytes int64
}

type memoryKey struct{}

// WithMemory returns a context under which Reserve hands out at most so many bytes at a time,
// DefaultMemory for an n below 1. A limit that ctx has already stays, so that all the work
// of a request shares it.
func WithMemory(ctx context.Context, n int64) context.Context {
	if _, has := ctx.Value(memoryKey{}).(*memory); has {
		return ctx
	}
	if n < 1 {
		n = DefaultMemory
	}
	return context.WithValue(ctx, memoryKey{}, &memory{semaphore.NewWeighted(n), n})
}

// Reserve waits until n bytes of the context's memory are free and takes them until release
// is called. More than the whole limit waits for all of it, so that one large piece of work
// runs alone in place of never. It fails when ctx ends first. Whoever holds a reservation
// must not ask for another. Without a limit nothing is held.
func Reserve(ctx context.Context, n int64) (release func(), err error) {
	m, has := ctx.Value(memoryKey{}).(*memory)
	if !has || n < 1 {
		return func() {}, ctx.Err()
	}
	n = min(n, m.bytes)
	if err := m.free.Acquire(ctx, n); err != nil {
		return nil, err
	}
	return func() { m.free.Release(n) }, nil
}
