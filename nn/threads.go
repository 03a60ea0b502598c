package nn

import (
	"sync"
	"sync/atomic"
)

// onThreads calls work for i from 0 to count-1 on up to the given number of threads;
// thread, from 0, says which of them a call runs on.
func onThreads(threads, count int, work func(thread, i int)) {
	threads = min(threads, count)
	var next atomic.Int64
	loop := func(thread int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= count {
				return
			}
			work(thread, i)
		}
	}
	var wg sync.WaitGroup
	for thread := 1; thread < threads; thread++ {
		wg.Go(func() { loop(thread) })
	}
	loop(0)
	wg.Wait()
}
