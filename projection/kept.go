package projection

import (
	"context"
	"slices"

	"likeness/progress"
	"likeness/search"
)

// Kept says how well a layout keeps neighbours.
type Kept struct {
	// Share of the K nearest others of a point that are among its K nearest in the layout.
	Share float64 `json:"share"`
	// Chance is the share that a layout at random keeps.
	Chance float64 `json:"chance"`
	K      int     `json:"k"`
	// Measured is the number of points whose neighbours were compared: all up to
	// 5,000, else as many, evenly spread over the rows.
	Measured int `json:"measured"`
}

const (
	keptNeighbours = 10
	mostMeasured   = 5_000
)

// MeasureKept measures which share of the 10 true neighbours of N points a layout, N x 2,
// keeps. Both lists are exact. Of more than 5,000 points it looks at as many, evenly spread
// over the rows, and compares each with all.
func MeasureKept(ctx context.Context, points []float32, width int, positions []float32, report progress.Func) (Kept, error) {
	return measure(ctx, points, width, positions, nil, report)
}

// measure is MeasureKept; near, where not nil, are neighbours of all points.
func measure(ctx context.Context, points []float32, width int, positions []float32, near *search.Neighbours, report progress.Func) (Kept, error) {
	n := len(positions) / 2
	rows := make([]int, min(n, mostMeasured))
	for i := range rows {
		rows[i] = i * n / len(rows)
	}
	kept := Kept{K: min(keptNeighbours, n-1), Measured: len(rows), Share: 1, Chance: 1}
	if kept.K == 0 {
		return kept, nil
	}
	truthOf := func(i int) []int32 { of, _ := near.Of(rows[i]); return of[:kept.K] }
	if near == nil || near.K < kept.K {
		truth, err := search.NearestOthers(ctx, points, width, rows, kept.K, report)
		if err != nil {
			return Kept{}, err
		}
		truthOf = func(i int) []int32 { of, _ := truth.Of(i); return of }
	}
	shown, err := search.NearestOthers(ctx, positions, 2, rows, kept.K, nil)
	if err != nil {
		return Kept{}, err
	}
	same := 0
	for i := range rows {
		beside, _ := shown.Of(i)
		for _, row := range truthOf(i) {
			if slices.Contains(beside, row) {
				same++
			}
		}
	}
	kept.Share = float64(same) / float64(len(rows)*kept.K)
	kept.Chance = float64(kept.K) / float64(n-1)
	return kept, nil
}
