package search

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/parallel"
)

// TestNearestOthers compares with sorting all distances, copies of points included.
func TestNearestOthers(t *testing.T) {
	const n, width, k = 300, 7, 9
	rng := rand.New(rand.NewPCG(1, 2))
	points := make([]float32, n*width)
	for i := range points {
		points[i] = float32(rng.NormFloat64())
	}
	for copied := 1; copied < 15; copied++ { // more copies than neighbours
		copy(points[copied*width:(copied+1)*width], points[:width])
	}
	want := func(row int) []int32 {
		var all []candidate
		for i := range n {
			if i != row {
				d := Distance(points[i*width:(i+1)*width], points[row*width:(row+1)*width])
				all = append(all, candidate{d * d, i})
			}
		}
		slices.SortFunc(all, func(a, b candidate) int {
			return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.place, b.place))
		})
		var rows []int32
		for _, c := range all[:k] {
			rows = append(rows, int32(c.place))
		}
		return rows
	}
	for _, threads := range []int{1, 4} {
		got, err := NearestOthers(parallel.WithThreads(t.Context(), threads), points, width, nil, k, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			rows, distance := got.Of(i)
			if w := want(i); !slices.Equal(rows, w) || !slices.IsSorted(distance) {
				t.Fatalf("%d threads: point %d: %v at %v, want %v", threads, i, rows, distance, w)
			}
		}
	}
	some := []int{250, 3}
	got, err := NearestOthers(t.Context(), points, width, some, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range some {
		if rows, _ := got.Of(i); !slices.Equal(rows, want(row)) {
			t.Errorf("point %d: %v, want %v", row, rows, want(row))
		}
	}
	if few, err := NearestOthers(t.Context(), points[:2*width], width, nil, k, nil); err != nil || few.K != 1 || few.Rows[0] != 1 || few.Rows[1] != 0 {
		t.Errorf("of two points: %+v, %v", few, err)
	}
}
