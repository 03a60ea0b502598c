package check

import (
	"context"
	"math"
	"slices"

	"likeness/faces/copies"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pca"
)

// Rotated is a picture that seems to be rotated.
type Rotated struct {
	Row int
	How copies.Symmetry // how it was rotated: by 90, 180 or 270 degrees
	// Margin is by how much better the picture fits the set when rotated back: the ratio of the errors before and after.
	Margin float64
}

// docs/results/data.md says how the margin was chosen and what it finds.
const (
	leastVoters     = 200  // with fewer pictures it cannot be decided which way is up
	mostVoters      = 4096 // principal components need no more
	rotatedMargin   = 1.3
	mostComponents  = 64
	rowsByComponent = 64
)

// findRotated returns the pictures that were rotated by quarters, in rising order, and whether that could be decided.
// The set itself defines what is upright: the leading principal components of all pictures rebuild a picture with less
// error the more it looks like most of them. So each picture is tried in all four rotations, and one that fits better by
// a clear margin when rotated is named. Where half of the pictures are rotated, or where a rotated picture looks like any
// other, none is. Pictures whose thumb is nil or flat are skipped.
func findRotated(ctx context.Context, thumbs []*copies.Thumb) (rotated []Rotated, voted bool, err error) {
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
	found := make([]Rotated, n)
	err = parallel.Each(ctx, n, func(i int) {
		u, v := make([]float32, copies.Size), make([]float32, copies.Size)
		thumbs[rows[i]].Unit(u)
		var misfit [4]float64
		for quarter := range misfit {
			copies.Turn(v, u, copies.Symmetry(quarter))
			misfit[quarter] = outside(p, v)
		}
		back := 1 + slices.Index(misfit[1:], slices.Min(misfit[1:]))
		found[i] = Rotated{Row: rows[i], How: copies.Symmetry(4 - back), Margin: misfit[0] / max(misfit[back], math.SmallestNonzeroFloat64)}
	})
	return slices.DeleteFunc(found, func(l Rotated) bool { return l.Margin < rotatedMargin }), true, err
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
