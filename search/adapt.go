package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"likeness/pca"
)

// Adapt returns a space in which what varies within a person was learned further from pairs of codes of one person, such as
// those that somebody has confirmed. The covariance that the space was fitted with counts as the pictures that it was fitted
// to, and each pair as weight of them:
//
//	C = (n C0 + weight * sum over pairs of d d' / 2) / (n + weight * pairs)
//
// with d the difference of the pair's whitened unit vectors. What the story says of distances does not hold in the new space
// and is left out. Spaces whose name does not begin with "within" are an error.
func (s *Whitened) Adapt(ctx context.Context, codes []float32, dim int, pairs [][2]int, weight float64) (*Whitened, error) {
	if s.Within == nil {
		return nil, errors.New("the space " + s.Name() + " knows nothing of what varies within a person, so pairs of one person do not change it")
	}
	if len(pairs) == 0 || !(weight > 0) {
		return nil, errors.New("no pair of one person is known")
	}
	k := s.width()
	var differences []float32
	plain := &Whitened{Mean: s.Mean, Map: s.Map}
	m := plain.newMapper()
	a, b := make([]float32, k), make([]float32, k)
	for _, p := range pairs {
		for i, to := range [][]float32{a, b} {
			copy(m.view, codes[p[i]*dim:])
			m.one(to)
		}
		for j := range a { // Measure takes the mean away: a pair's difference counts in both directions
			differences = append(differences, (a[j]-b[j])/math.Sqrt2)
		}
		for j := range a {
			differences = append(differences, (b[j]-a[j])/math.Sqrt2)
		}
	}
	fresh, err := pca.Measure(ctx, differences, k)
	if err != nil {
		return nil, err
	}
	before, err := covarianceOf(s.Within, k)
	if err != nil {
		return nil, err
	}
	n, more := float64(max(1, s.Story.Pictures)), weight*float64(len(pairs))
	c := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			c.SetSym(i, j, (n*before.At(i, j)+more*fresh.Covariance[i*k+j])/(n+more))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	out := *s
	out.Story.Odds, out.Story.Chance, out.Story.Groups = nil, nil, nil
	out.Within, err = inverseRoot(c)
	return &out, err
}

// covarianceOf returns the covariance whose symmetric inverse root is given.
func covarianceOf(root []float32, k int) (*mat.SymDense, error) {
	r := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			r.SetSym(i, j, float64(root[i*k+j]))
		}
	}
	c, err := onEigenvalues(r, func(x float64) float64 { return 1 / (x * x) })
	if err != nil {
		return nil, fmt.Errorf("the within-person map %w", err)
	}
	out := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			out.SetSym(i, j, (c.At(i, j)+c.At(j, i))/2)
		}
	}
	return out, nil
}
