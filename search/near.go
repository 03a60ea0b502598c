package search

import (
	"context"
	"sync"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// blockFloats is how many numbers of points are compared with one point before
// the next one takes its turn: 128 KB, which a second-level cache holds.
const blockFloats = 32 << 10

// Near groups points: two that lie within a distance of each other, directly or by way
// of others, are in one group (single linkage). It returns the number of each point's
// group; groups are numbered by their first points. It compares all points with all,
// on parallel.Threads(ctx) threads.
func Near(ctx context.Context, points []float32, width int, limit float64) ([]int, error) {
	if width < 1 || len(points)%width != 0 {
		panic("search: the points are not of that width")
	}
	n := len(points) / width
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	most := float32(limit * limit)
	rows := max(1, blockFloats/width)
	var lock sync.Mutex
	err := parallel.Workers(ctx, (n+rows-1)/rows, 1, func(next func() (int, bool)) {
		d := make([]float32, rows)
		var pairs [][2]int
		for block, ok := next(); ok; block, ok = next() {
			at := block * rows
			for from := at; from < n && ctx.Err() == nil; from += rows {
				to := min(from+rows, n)
				others := points[from*width : to*width]
				for i := at; i < min(at+rows, n); i++ {
					kernel.SquaredDistances(d[:to-from], points[i*width:(i+1)*width], others)
					for j, v := range d[:to-from] {
						if v <= most && from+j > i {
							pairs = append(pairs, [2]int{i, from + j})
						}
					}
				}
				lock.Lock()
				for _, p := range pairs {
					a, b := root(parent, p[0]), root(parent, p[1])
					parent[max(a, b)] = min(a, b)
				}
				lock.Unlock()
				pairs = pairs[:0]
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return numbered(parent), nil
}
