package quality

import (
	"context"
	"slices"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Agreement says how far neighbours share the attributes of a picture.
type Agreement struct {
	K          int     `json:"k"`
	Attributes int     `json:"attributes"`
	Nearest    float64 `json:"nearest"` // share of the k nearest's attributes that equal the query's
	Chance     float64 `json:"chance"`  // the same for the whole gallery
}

// Agree compares attributes, of which only whether they are above 0 counts,
// between each query and its k nearest. asked and known are the attributes of
// queries and gallery, row by row; with self, both are the same pictures, and
// none is its own neighbour.
func Agree(ctx context.Context, queries, gallery Points, asked, known [][]float32, self bool, k int) (Agreement, error) {
	if len(asked) != queries.Len() || len(known) != gallery.Len() || k < 1 {
		panic("quality: attributes do not match the points")
	}
	a := Agreement{K: k}
	if len(asked) == 0 || len(known) == 0 {
		return a, nil
	}
	a.Attributes = len(asked[0])
	above := make([]int, a.Attributes) // in the gallery
	for _, row := range known {
		for j, v := range row {
			above[j] += btoi(v > 0)
		}
	}
	type sums struct{ near, all, n float64 }
	out := make([]sums, len(asked))
	err := parallel.Each(ctx, len(asked), func(i int) {
		d := make([]float32, gallery.Len())
		kernel.SquaredDistances(d, queries.at(i), gallery.Values)
		order := make([]int, 0, len(d))
		for j := range d {
			if !self || j != i {
				order = append(order, j)
			}
		}
		slices.SortStableFunc(order, func(x, y int) int {
			switch {
			case d[x] < d[y]:
				return -1
			case d[x] > d[y]:
				return 1
			}
			return 0
		})
		s := &out[i]
		for _, n := range order[:min(k, len(order))] {
			for j, v := range asked[i] {
				s.near += float64(btoi(v > 0 == (known[n][j] > 0)))
				s.n++
			}
		}
		others := float64(len(order))
		for j, v := range asked[i] {
			same := above[j]
			if v <= 0 {
				same = len(known) - above[j]
			}
			if others > 0 {
				s.all += float64(same-btoi(self)) / others / float64(a.Attributes)
			}
		}
	})
	if err != nil {
		return a, err
	}
	var total sums
	for _, s := range out {
		total.near += s.near
		total.n += s.n
		total.all += s.all
	}
	if total.n > 0 {
		a.Nearest = total.near / total.n
	}
	a.Chance = total.all / float64(len(out))
	return a, nil
}
