package gallery

import (
	"slices"
	"testing"
)

// Every so-many-th pair is taken, and those of a large collection at once.
func TestSomeOfPairs(t *testing.T) {
	for n := range 12 {
		for step := 1; step < 30; step++ {
			var want, got [][2]int
			count := 0
			for i := range n {
				for j := i + 1; j < n; j++ {
					if count++; count%step == 0 {
						want = append(want, [2]int{i, j})
					}
				}
			}
			for i, j := range someOfPairs(n, step) {
				got = append(got, [2]int{i, j})
			}
			if !slices.Equal(got, want) {
				t.Errorf("every %d. pair of %d things: %v, want %v", step, n, got, want)
			}
		}
	}
	const n, most = 10_000_000, 1000
	count := 0
	for range someOfPairs(n, n*(n-1)/2/most) {
		count++
	}
	if count < most || count > most+1 {
		t.Errorf("%d pairs, want %d", count, most)
	}
}
