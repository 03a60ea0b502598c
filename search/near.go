package search

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"likeness/internal/kernel"
)

// blockFloats is how many numbers of points are compared with one point before
// the next one takes its turn: 128 KB, which a second-level cache holds.
const blockFloats = 32 << 10

// Near puts together the points that lie within a distance of each other,
// directly or by way of others, and gives each of them the number of its group;
// groups are numbered by their first points. It compares all with all, on all
// processors. When ctx ends it returns ctx's error.
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
	blocks := (n + rows - 1) / rows
	var next atomic.Int64
	var lock sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), max(blocks, 1)) {
		g.Go(func() error {
			d := make([]float32, rows)
			var pairs [][2]int
			for {
				at := int(next.Add(1)-1) * rows
				if at >= n {
					return nil
				}
				for from := at; from < n; from += rows {
					if err := ctx.Err(); err != nil {
						return err
					}
					to := min(from+rows, n)
					block := points[from*width : to*width]
					for i := at; i < min(at+rows, n); i++ {
						kernel.SquaredDistances(d[:to-from], points[i*width:(i+1)*width], block)
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
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return numbered(parent), nil
}
