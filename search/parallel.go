package search

import (
	"context"

	"likeness/parallel"
)

// inGroups calls do for groups of size of n items, on parallel.Threads(ctx)
// threads, until ctx ends or do fails.
func inGroups(ctx context.Context, n, size int, do func(first, end int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := parallel.Each(ctx, (n+size-1)/size, func(i int) {
		if err := do(i*size, min((i+1)*size, n)); err != nil {
			cancel(err)
		}
	})
	if err != nil {
		return context.Cause(ctx)
	}
	return nil
}
