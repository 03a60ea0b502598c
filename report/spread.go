package report

import (
	"cmp"
	"slices"
)

// spread moves positions as little as possible so that neighbours are at least gap apart
// and all lie in [low, high], if they fit.
func spread(want []float64, gap, low, high float64) []float64 {
	order := make([]int, len(want))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(want[a], want[b])
	})
	// Merge neighbours that collide into runs, each centred on the mean of
	// what its members want.
	type run struct {
		sum   float64 // of want minus the offset within the run
		n     int
		start float64
	}
	var runs []run
	place := func(r run) run {
		r.start = r.sum / float64(r.n)
		r.start = min(r.start, high-float64(r.n-1)*gap)
		r.start = max(r.start, low)
		return r
	}
	for _, i := range order {
		r := place(run{sum: want[i], n: 1})
		for len(runs) > 0 {
			last := runs[len(runs)-1]
			if last.start+float64(last.n)*gap <= r.start {
				break
			}
			r = place(run{sum: last.sum + r.sum - float64(r.n*last.n)*gap, n: last.n + r.n})
			runs = runs[:len(runs)-1]
		}
		runs = append(runs, r)
	}
	out := make([]float64, len(want))
	k := 0
	for _, r := range runs {
		for j := range r.n {
			out[order[k]] = r.start + float64(j)*gap
			k++
		}
	}
	return out
}
