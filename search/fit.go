package search

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"likeness/pca"
)

// SpaceOptions says how FitSpace fits. The zero value of every number has what
// was measured best.
type SpaceOptions struct {
	Components int     // of the codes; 0: 512, or what the codes allow
	Shrink     float64 // this share of the mean variance is added to each; 0: 0.05
	Blend      float64 // share of plain directions in the within-person covariance; 0: 0.05
	// Swap, as Whitened has it, is needed for the spaces with a mirror. Where
	// its own numbers are only the first ones of a code, Own says how many.
	Swap []int
	Own  int
	// People are the names of the codes, "" where one is not known; the spaces
	// called within need them.
	People []string
	Source string // for the story
}

// mostComponents bounds the default.
const mostComponents = 512

// FitSpace fits the space of a name to N codes of dim numbers. Names only count
// for the spaces called within. It fails when the name is not known, the codes
// are too few or do not differ, names are needed and no person has two codes,
// or ctx ends.
func FitSpace(ctx context.Context, name string, codes []float32, dim int, opt SpaceOptions) (Space, error) {
	named, mirror := namesMatter(name), Mirrored(name)
	switch name {
	case whitened, whitenedMirror, within, withinMirror:
	default:
		return SpaceNamed(name)
	}
	if dim < 1 || len(codes)%dim != 0 {
		return nil, fmt.Errorf("%d numbers are no codes of %d", len(codes), dim)
	}
	if i := notFinite(codes); i >= 0 {
		return nil, fmt.Errorf("code %d has %v at place %d, expected finite numbers", i/dim, codes[i], i%dim)
	}
	n, own := len(codes)/dim, dim
	s := &Whitened{Story: Story{Pictures: n, Shrink: opt.Shrink, Source: opt.Source}}
	if mirror {
		if err := checkSwap(opt.Swap, dim); err != nil {
			return nil, err
		}
		s.Swap = opt.Swap
	}
	if opt.Own > 0 {
		own = min(opt.Own, dim)
	}
	if own != dim && !mirror {
		return nil, fmt.Errorf("codes of %d numbers of which %d are the face's own: only a space with a mirror compares them", dim, own)
	}
	if s.Story.Shrink == 0 {
		s.Story.Shrink = 0.05
	}
	if err := s.fitMap(ctx, firsts(codes, dim, own), own, opt.Components); err != nil {
		return nil, err
	}
	if !named {
		return s, nil
	}
	if len(opt.People) != n {
		return nil, fmt.Errorf("space %s: %d names for %d codes", name, len(opt.People), n)
	}
	s.Story.Blend = opt.Blend
	if s.Story.Blend == 0 {
		s.Story.Blend = 0.05
	}
	return s, s.fitWithin(ctx, codes, dim, opt.People)
}

// firsts is the first own numbers of each code.
func firsts(codes []float32, dim, own int) []float32 {
	if own == dim {
		return codes
	}
	out := make([]float32, 0, len(codes)/dim*own)
	for i := 0; i < len(codes); i += dim {
		out = append(out, codes[i:i+own]...)
	}
	return out
}

// checkSwap returns an error unless swap reorders dim numbers.
func checkSwap(swap []int, dim int) error {
	if len(swap) != dim {
		return fmt.Errorf("a mirror of %d numbers for codes of %d", len(swap), dim)
	}
	seen := make([]bool, dim)
	for _, j := range swap {
		if j < 0 || j >= dim || seen[j] {
			return errors.New("a mirror that does not reorder a code's numbers")
		}
		seen[j] = true
	}
	return nil
}

// fitMap fits the centre and the whitening map.
func (s *Whitened) fitMap(ctx context.Context, codes []float32, dim, components int) error {
	n := len(codes) / dim
	if n < 2 {
		return fmt.Errorf("a whitened space needs at least 2 codes, there are %d", n)
	}
	k := components
	if k == 0 {
		k = mostComponents
	}
	// n pictures span n-1 directions, and the last of them are chance.
	k = max(1, min(k, dim, n/2))
	m, err := pca.Measure(ctx, codes, dim)
	if err != nil {
		return err
	}
	p, err := m.PCA(ctx, k)
	if err != nil {
		return err
	}
	sum, total := 0.0, 0.0
	for i := range dim {
		total += m.Covariance[i*dim+i]
	}
	for _, v := range p.Variances {
		sum += v
	}
	if !(sum > 0) {
		return errors.New("the codes do not differ, so no space can be fitted to them")
	}
	add := s.Story.Shrink * sum / float64(k)
	s.Mean, s.Map = p.Mean, p.Components
	for i, v := range p.Variances {
		scale := float32(1 / math.Sqrt(v+add))
		for j := range dim {
			s.Map[i*dim+j] *= scale
		}
	}
	s.Story.Components, s.Story.Kept = k, sum/total
	return nil
}

// fitWithin fits the within-person map to whitened unit vectors.
func (s *Whitened) fitWithin(ctx context.Context, codes []float32, dim int, people []string) error {
	groups, names := map[string][]int{}, []string(nil)
	for i, p := range people {
		if p == "" {
			continue
		}
		if len(groups[p]) == 0 {
			names = append(names, p)
		}
		groups[p] = append(groups[p], i)
	}
	plain := &Whitened{Mean: s.Mean, Map: s.Map}
	k, own := s.width(), len(s.Mean)
	z, err := plain.Points(ctx, firsts(codes, dim, own), own)
	if err != nil {
		return err
	}
	var rest []float32
	for _, p := range names {
		rows := groups[p]
		if len(rows) < 2 {
			continue
		}
		s.Story.People++
		mean := make([]float64, k)
		for _, r := range rows {
			for j, v := range z[r*k : (r+1)*k] {
				mean[j] += float64(v) / float64(len(rows))
			}
		}
		fair := math.Sqrt(float64(len(rows)) / float64(len(rows)-1)) // for the mean is theirs
		for _, r := range rows {
			for j, v := range z[r*k : (r+1)*k] {
				rest = append(rest, float32((float64(v)-mean[j])*fair))
			}
		}
	}
	if s.Story.People == 0 {
		return errors.New("no person has two pictures, so what varies within a person cannot be learned")
	}
	m, err := pca.Measure(ctx, rest, k) // their mean is 0
	if err != nil {
		return err
	}
	trace := 0.0
	for i := range k {
		trace += m.Covariance[i*k+i]
	}
	if !(trace > 0) {
		return errors.New("the pictures of each person do not differ, so what varies within a person cannot be learned")
	}
	c := mat.NewSymDense(k, nil)
	for i := range k {
		for j := i; j < k; j++ {
			v := (1 - s.Story.Blend) * m.Covariance[i*k+j]
			if i == j {
				v += s.Story.Blend * trace / float64(k)
			}
			c.SetSym(i, j, v)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.Within, err = inverseRoot(c)
	return err
}

// inverseRoot is the symmetric inverse square root of c, row by row.
func inverseRoot(c *mat.SymDense) ([]float32, error) {
	root, err := onEigenvalues(c, func(x float64) float64 { return 1 / math.Sqrt(x) })
	if err != nil {
		return nil, fmt.Errorf("the within-person covariance %w; a larger blend makes it so", err)
	}
	k := c.SymmetricDim()
	out := make([]float32, k*k)
	for i := range k {
		for j := range k {
			out[i*k+j] = float32(root.At(i, j))
		}
	}
	return out, nil
}

// onEigenvalues returns the matrix with the eigenvectors of c, and f of its eigenvalues, all of which must be positive.
func onEigenvalues(c *mat.SymDense, f func(x float64) float64) (*mat.Dense, error) {
	k := c.SymmetricDim()
	var eig mat.EigenSym
	if !eig.Factorize(c, true) {
		return nil, errors.New("has no eigenvectors, and should be positive")
	}
	values := eig.Values(nil)
	var v, scaled, out mat.Dense
	eig.VectorsTo(&v)
	scaled.CloneFrom(&v)
	for j, x := range values {
		if !(x > 0) {
			return nil, errors.New("is not positive")
		}
		for i := range k {
			scaled.Set(i, j, v.At(i, j)*f(x))
		}
	}
	out.Mul(&scaled, v.T())
	return &out, nil
}
