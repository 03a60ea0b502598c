package parallel_test

import (
	"context"
	"fmt"

	"likeness/parallel"
)

// A caller gives a request two threads; what works for it keeps to them.
func ExampleEach() {
	ctx := parallel.WithThreads(context.Background(), 2)
	squares := make([]int, 5)
	if err := parallel.Each(ctx, len(squares), func(i int) { squares[i] = i * i }); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(parallel.Threads(ctx), squares)
	// Output: 2 [0 1 4 9 16]
}
