package pca

import (
	"errors"
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Wiener is the linear filter that removes white gaussian noise of a known
// strength from rows of known mean and covariance C with the least mean
// squared error (Wiener 1949). With the full covariance,
//
//	x = y - sigma^2 (C + sigma^2 I)^-1 (y - mean),
//
// which in the basis of the principal components shrinks each coordinate by
// variance/(variance + sigma^2).
type Wiener struct {
	Sigma float64

	dim      int
	mean     []float32
	cholesky mat.Cholesky
}

// Wiener makes the filter for noise of standard deviation sigma > 0.
func (m *Moments) Wiener(sigma float64) (*Wiener, error) {
	if !(sigma > 0) {
		return nil, fmt.Errorf("pca: Wiener filter for noise of strength %g", sigma)
	}
	w := &Wiener{Sigma: sigma, dim: m.Dim, mean: m.Mean}
	c := mat.NewSymDense(m.Dim, nil)
	for i := range m.Dim {
		for j := i; j < m.Dim; j++ {
			c.SetSym(i, j, float64(m.Covariance[i*m.Dim+j]))
		}
		c.SetSym(i, i, c.At(i, i)+sigma*sigma)
	}
	if !w.cholesky.Factorize(c) {
		return nil, errors.New("pca: the covariance is not positive: noise too weak for its rounding errors")
	}
	return w, nil
}

// Denoise filters the rows in y.
func (w *Wiener) Denoise(y []float32) ([]float32, error) {
	n := len(y) / w.dim
	centred := mat.NewDense(w.dim, n, nil) // columns are rows of y
	for r := range n {
		for j := range w.dim {
			centred.Set(j, r, float64(y[r*w.dim+j])-float64(w.mean[j]))
		}
	}
	var solved mat.Dense
	if err := w.cholesky.SolveTo(&solved, centred); err != nil {
		return nil, fmt.Errorf("pca: Wiener filter: %w", err)
	}
	x := make([]float32, len(y))
	for r := range n {
		for j := range w.dim {
			x[r*w.dim+j] = float32(float64(y[r*w.dim+j]) - w.Sigma*w.Sigma*solved.At(j, r))
		}
	}
	return x, nil
}
