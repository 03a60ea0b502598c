package pca

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/lapack/lapack64"
	"gonum.org/v1/gonum/mat"

	"likeness/internal/kernel"
)

// PCA is a set of leading principal components.
type PCA struct {
	Dim        int
	Mean       []float32 // Dim
	Components []float32 // K x Dim, orthonormal rows, by falling variance
	Variances  []float64 // K
}

// Iteration stops when the variance that the components explain grows by less
// than this share of the total from one round to the next.
const (
	tolerance = 1e-7
	maxRounds = 200
)

// ErrUnsettled is returned where the components explain more and more from round to
// round to the last.
var ErrUnsettled = errors.New("the iteration does not settle")

// PCA computes the k leading components by block subspace iteration with
// Rayleigh-Ritz (Halko, Martinsson and Tropp 2011, section 4.5): a block of
// somewhat more than k vectors is multiplied by the covariance and made
// orthonormal until the variance it explains stands still. It fails when k is
// not within 1 to Dim, with ErrUnsettled, or when ctx ends.
func (m *Moments) PCA(ctx context.Context, k int) (*PCA, error) {
	if k < 1 || k > m.Dim {
		return nil, fmt.Errorf("%d components of %d dimensions", k, m.Dim)
	}
	covariance := make([]float32, len(m.Covariance))
	for i, c := range m.Covariance {
		covariance[i] = float32(c)
	}
	return iterate(ctx, m.Mean, k, m.trace(), func(w, v []float32, block int) error {
		multiply(ctx, w, covariance, v, m.Dim, m.Dim, block)
		return ctx.Err()
	})
}

// iterate finds the k leading components of a covariance that is known by what it
// makes of a block of columns: w = C v, both Dim x block.
func iterate(ctx context.Context, mean []float32, k int, total float64, covary func(w, v []float32, block int) error) (*PCA, error) {
	dim := len(mean)
	block := min(dim, k+max(k/4, 16))
	v := make([]float32, dim*block)
	rng := rand.New(rand.NewPCG(1, uint64(block)))
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	previous := math.Inf(-1)
	w := make([]float32, len(v))
	for range maxRounds {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		orthonormalise(v, dim, block)
		if err := covary(w, v, block); err != nil {
			return nil, err
		}
		values, rotation, err := ritz(ctx, v, w, dim, block)
		if err != nil {
			return nil, err
		}
		explained := 0.0
		for _, x := range values[:k] {
			explained += x
		}
		if explained-previous <= tolerance*total || block == dim {
			return components(ctx, mean, v, rotation, values, block, k), nil
		}
		previous = explained
		if err := covary(v, w, block); err != nil { // one more power for free
			return nil, err
		}
	}
	return nil, fmt.Errorf("%w: %d components, %d rounds", ErrUnsettled, k, maxRounds)
}

// orthonormalise replaces the columns of v (rows x cols) by an orthonormal
// basis of their span.
func orthonormalise(v []float32, rows, cols int) {
	q := blas64.General{Rows: rows, Cols: cols, Stride: cols, Data: make([]float64, rows*cols)}
	for j := range cols { // columns of very different length would lose digits
		norm := 0.0
		for i := range rows {
			norm += float64(v[i*cols+j]) * float64(v[i*cols+j])
		}
		scale := 1 / max(math.Sqrt(norm), math.SmallestNonzeroFloat32)
		for i := range rows {
			q.Data[i*cols+j] = float64(v[i*cols+j]) * scale
		}
	}
	// LAPACK's own steps: mat.QR would make a square matrix of rows x rows.
	tau, work := make([]float64, cols), make([]float64, 1)
	lapack64.Geqrf(q, tau, work, -1)
	work = make([]float64, int(work[0]))
	lapack64.Geqrf(q, tau, work, len(work))
	lapack64.Orgqr(q, tau, work, len(work))
	for i, x := range q.Data {
		v[i] = float32(x)
	}
}

// ritz solves the eigenproblem within the span of v, w being C v: eigenvalues
// by falling size, and the rotation (block x block, columns) that turns v into
// the eigenvectors.
func ritz(ctx context.Context, v, w []float32, dim, block int) ([]float64, *mat.Dense, error) {
	vt := make([]float32, len(v))
	kernel.Transpose(vt, dim, v, block, dim, block)
	g := make([]float32, block*block)
	multiply(ctx, g, vt, w, block, dim, block)
	s := mat.NewSymDense(block, nil)
	for i := range block {
		for j := i; j < block; j++ {
			s.SetSym(i, j, (float64(g[i*block+j])+float64(g[j*block+i]))/2)
		}
	}
	var eig mat.EigenSym
	if !eig.Factorize(s, true) {
		return nil, nil, fmt.Errorf("eigen-decomposition of the projected covariance failed")
	}
	up := eig.Values(nil)
	var vectors mat.Dense
	eig.VectorsTo(&vectors)
	values, rotation := make([]float64, block), mat.NewDense(block, block, nil)
	for j := range block {
		from := block - 1 - j
		values[j] = max(up[from], 0)
		for i := range block {
			rotation.Set(i, j, vectors.At(i, from))
		}
	}
	return values, rotation, nil
}

// components rotates the basis and keeps the first k vectors as rows. The sign
// is chosen so that each component's largest entry is positive.
func components(ctx context.Context, mean, v []float32, rotation *mat.Dense, values []float64, block, k int) *PCA {
	r := make([]float32, k*block) // k x block, the rotation transposed
	for i := range k {
		for j := range block {
			r[i*block+j] = float32(rotation.At(j, i))
		}
	}
	vt := make([]float32, len(v))
	dim := len(mean)
	kernel.Transpose(vt, dim, v, block, dim, block)
	p := &PCA{Dim: dim, Mean: mean, Components: make([]float32, k*dim), Variances: values[:k]}
	multiply(ctx, p.Components, r, vt, k, block, dim)
	for i := range k {
		row := p.Components[i*dim:][:dim]
		largest := row[0]
		for _, x := range row {
			if math.Abs(float64(x)) > math.Abs(float64(largest)) {
				largest = x
			}
		}
		if largest < 0 {
			kernel.Scale(row, -1)
		}
	}
	return p
}

// Project returns the codes of the rows in x: K values each, the coordinates of
// row-mean along the components. It runs on parallel.Threads(ctx) threads, and to its
// end also when ctx ends; so do Rebuild and MSE.
func (p *PCA) Project(ctx context.Context, x []float32) []float32 {
	n, k := len(x)/p.Dim, len(p.Variances)
	centred := append([]float32(nil), x...)
	for r := range n {
		kernel.Axpy(centred[r*p.Dim:][:p.Dim], -1, p.Mean)
	}
	across := make([]float32, len(p.Components))
	kernel.Transpose(across, k, p.Components, p.Dim, k, p.Dim)
	codes := make([]float32, n*k)
	multiply(ctx, codes, centred, across, n, p.Dim, k)
	return codes
}

// Rebuild turns codes back into rows.
func (p *PCA) Rebuild(ctx context.Context, codes []float32) []float32 {
	k := len(p.Variances)
	n := len(codes) / k
	x := make([]float32, n*p.Dim)
	multiply(ctx, x, codes, p.Components, n, k, p.Dim)
	for r := range n {
		kernel.Add(x[r*p.Dim:][:p.Dim], p.Mean)
	}
	return x
}

// MSE is the mean squared error of rebuilding the rows in x from their codes:
// the least that any linear autoencoder with K numbers fitted to the same data
// can expect.
func (p *PCA) MSE(ctx context.Context, x []float32) float64 {
	return kernel.SquaredError(p.Rebuild(ctx, p.Project(ctx, x)), x) / float64(len(x))
}
