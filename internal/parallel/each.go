// Package parallel spreads independent work over the processors.
package parallel

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// Each calls f for 0 to n-1 on all processors, each once and in no order. When
// ctx ends no further call begins, and its error is returned.
func Each(ctx context.Context, n int, f func(i int)) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), max(n, 1)) {
		g.Go(func() error {
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				i := int(next.Add(1) - 1)
				if i >= n {
					return nil
				}
				f(i)
			}
		})
	}
	return g.Wait()
}
