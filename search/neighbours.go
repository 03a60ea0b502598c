package search

import (
	"context"
	"math"
	"slices"

	"likeness/internal/kernel"
	"likeness/progress"
)

// Neighbours are the nearest others of some points, K of each, the nearest first.
type Neighbours struct {
	K        int
	Rows     []int32   // len(rows) x K, of the points
	Distance []float32 // of the same shape
}

// Of returns the neighbours of the i-th of the rows that were asked for.
func (n *Neighbours) Of(i int) (rows []int32, distance []float32) {
	return n.Rows[i*n.K : (i+1)*n.K], n.Distance[i*n.K : (i+1)*n.K]
}

// NearestOthers returns the k nearest other points of the points in rows, of all points
// where rows is nil: the true ones, of equally near points those that come first. A point
// is not its own neighbour, its copies are. K is less than k where there are fewer
// others. It works on parallel.Threads(ctx) threads, whose number does not change the
// result.
func NearestOthers(ctx context.Context, points []float32, width int, rows []int, k int, report progress.Func) (*Neighbours, error) {
	if width < 1 || len(points)%width != 0 {
		panic("search: the points are not of that width")
	}
	n := len(points) / width
	if rows == nil {
		rows = make([]int, n)
		for i := range rows {
			rows[i] = i
		}
	}
	out := &Neighbours{K: max(min(k, n-1), 0)}
	if out.K == 0 {
		return out, nil
	}
	out.Rows, out.Distance = make([]int32, len(rows)*out.K), make([]float32, len(rows)*out.K)
	ix := &Exact{entries: Entries{Dim: width, Codes: points, IDs: make([]string, n)}, space: Euclidean{}, points: points, width: width}
	ix.rounded()
	const what = "Finding neighbours"
	report = report.Serial()
	// A part at a time, so that progress can be told in order.
	part := max(groupSize, (len(rows)+99)/100)
	for from := 0; from < len(rows); from += part {
		report.Report(what, from, len(rows))
		some := rows[from:min(from+part, len(rows))]
		err := inGroups(ctx, len(some), groupSize, func(first, end int) error {
			s := newScan(ix, end-first)
			for _, row := range some[first:end] {
				s.add(points[row*width:(row+1)*width], out.K+1, nil)
			}
			s.run()
			for i, row := range some[first:end] {
				at := (from + first + i) * out.K
				others(out.Rows[at:at+out.K], out.Distance[at:at+out.K], s.best[i].sorted(), row)
			}
			return ctx.Err()
		})
		if err != nil {
			return nil, err
		}
	}
	report.Report(what, len(rows), len(rows))
	return out, nil
}

// NearestTo returns the k nearest of some points to a place.
func NearestTo(ctx context.Context, points []float32, width int, place []float32, k int) (*Neighbours, error) {
	if width < 1 || len(points)%width != 0 || len(place) != width {
		panic("search: the points are not of that width")
	}
	n := len(points) / width
	distance := make([]float32, n)
	const stretch = 1 << 16
	err := inGroups(ctx, n, stretch, func(first, end int) error {
		kernel.SquaredDistances(distance[first:end], place, points[first*width:end*width])
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	best := newNearest(max(1, min(k, n)))
	for i, d := range distance {
		best.offer(candidate{float64(d), i})
	}
	found := best.sorted()
	out := &Neighbours{K: len(found), Rows: make([]int32, len(found)), Distance: make([]float32, len(found))}
	for i, c := range found {
		out.Rows[i], out.Distance[i] = int32(c.place), float32(math.Sqrt(c.distance))
	}
	return out, nil
}

// others writes all candidates but the point itself, or but the last where so many copies
// of it come before it that it is not among them.
func others(rows []int32, distance []float32, found []candidate, self int) {
	at := slices.IndexFunc(found, func(c candidate) bool { return c.place == self })
	if at < 0 {
		at = len(found) - 1
	}
	found = slices.Delete(found, at, at+1)
	for i, c := range found {
		rows[i], distance[i] = int32(c.place), float32(math.Sqrt(c.distance))
	}
}
