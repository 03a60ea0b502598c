package search

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// inGroups calls do for groups of size of n items, on all processors, until ctx
// ends.
func inGroups(ctx context.Context, n, size int, do func(first, end int)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	inParallel((n+size-1)/size, 1, func(next func() int) {
		for i := next(); i >= 0 && ctx.Err() == nil; i = next() {
			do(i*size, min((i+1)*size, n))
		}
	})
	return ctx.Err()
}

// inParallel has work called on each processor, or on fewer where there are not
// grain items for each of them. It is to ask for items, 0 to n-1 in any order,
// until it gets -1.
func inParallel(n, grain int, work func(next func() int)) {
	threads := min(runtime.GOMAXPROCS(0), n/grain)
	if threads <= 1 {
		i := -1
		work(func() int {
			if i++; i < n {
				return i
			}
			return -1
		})
		return
	}
	var taken atomic.Int64
	var wg sync.WaitGroup
	for range threads {
		wg.Go(func() {
			work(func() int {
				if i := taken.Add(1) - 1; i < int64(n) {
					return int(i)
				}
				return -1
			})
		})
	}
	wg.Wait()
}
