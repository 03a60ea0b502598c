package faces

import (
	"context"
	"math"
	"slices"

	"likeness/faces/copies"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pca"
)

// Lying is a picture that seems to lie on its side or stand on its head.
type Lying struct {
	Row int
	How copies.Symmetry // how it was turned: by 90, 180 or 270 degrees
	// Margin is by how much better the picture fits the set when turned back: the ratio of the errors before and after.
	Margin float64
}

// What a picture is turned for; RESULTS.md says how the margin was chosen and what it finds.
const (
	leastVoters     = 200  // with fewer pictures there is no saying what upright is
	mostVoters      = 4096 // principal components need no more
	lyingMargin     = 1.3
	mostComponents  = 64
	rowsByComponent = 64
)

// findLying finds pictures that were turned by quarters, in rising order, and tells whether that could be said.
// The set itself says what is upright: the leading principal components of all pictures as they are rebuild a picture
// with less error the more it looks like most of them, so each is tried in all four turns, and one that fits better by a
// clear margin when turned is named. Where half of the pictures are turned, or where a turned picture looks like any
// other, nothing is. Pictures whose thumb is nil or flat are passed over.
func findLying(ctx context.Context, thumbs []*copies.Thumb) (lying []Lying, voted bool, err error) {
	var rows []int
	for i, t := range thumbs {
		if t != nil && !t.Flat() {
			rows = append(rows, i)
		}
	}
	n := len(rows)
	if n < leastVoters {
		return nil, false, nil
	}
	voters := min(n, mostVoters)
	p, err := pca.Leading(ctx, voters, copies.Size, min(n/rowsByComponent, mostComponents), func(dst []float32, r int) {
		thumbs[rows[r*n/voters]].Unit(dst)
	})
	if ctx.Err() != nil {
		return nil, false, ctx.Err()
	} else if err != nil { // the components did not settle; no reason to keep anybody from their pictures
		return nil, false, nil
	}
	found := make([]Lying, n)
	err = parallel.Each(ctx, n, func(i int) {
		u, v := make([]float32, copies.Size), make([]float32, copies.Size)
		thumbs[rows[i]].Unit(u)
		var misfit [4]float64
		for quarter := range misfit {
			copies.Turn(v, u, copies.Symmetry(quarter))
			misfit[quarter] = outside(p, v)
		}
		back := 1 + slices.Index(misfit[1:], slices.Min(misfit[1:]))
		found[i] = Lying{Row: rows[i], How: copies.Symmetry(4 - back), Margin: misfit[0] / max(misfit[back], math.SmallestNonzeroFloat64)}
	})
	return slices.DeleteFunc(found, func(l Lying) bool { return l.Margin < lyingMargin }), true, err
}

// outside is the squared length of what the components do not rebuild of x. They are orthonormal, so it is what the
// squares of the codes lack.
func outside(p *pca.PCA, x []float32) float64 {
	centred, sum := make([]float32, p.Dim), 0.0
	for i, v := range x {
		centred[i] = v - p.Mean[i]
		sum += float64(centred[i]) * float64(centred[i])
	}
	for at := 0; at < len(p.Components); at += p.Dim {
		code := float64(kernel.Dot(centred, p.Components[at:at+p.Dim]))
		sum -= code * code
	}
	return max(sum, 0)
}
