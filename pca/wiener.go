package pca

import (
	"context"
	"errors"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Wiener is the linear filter that removes white gaussian noise of a known
// strength from rows of known mean and covariance C with the least mean
// squared error (Wiener 1949). With the full covariance,
//
//	x = y - sigma^2 (C + sigma^2 I)^-1 (y - mean),
//
// which in the basis of the principal components shrinks each coordinate by
// variance/(variance + sigma^2). It is the best for rows that have this
// covariance; where it was estimated from few rows, others have another.
type Wiener struct {
	Sigma float64

	dim      int
	mean     []float32
	cholesky mat.Cholesky
}

// ErrWeakNoise is returned where the noise is so weak beside the data that
// rounding errors of the covariance would drown it.
var ErrWeakNoise = errors.New("the noise is too weak for the Wiener filter's precision")

// weakest is the smallest share of the total variance that the noise's may be:
// products of rows carry float32's rounding errors.
const weakest = 1e-7

// Wiener makes the filter for noise of standard deviation sigma > 0. It fails
// with ErrWeakNoise, and when ctx ends.
func (m *Moments) Wiener(ctx context.Context, sigma float64) (*Wiener, error) {
	if !(sigma > 0) || math.IsInf(sigma, 0) {
		return nil, fmt.Errorf("Wiener filter for noise of strength %g", sigma)
	}
	if sigma*sigma < weakest*m.trace() {
		return nil, ErrWeakNoise
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	w := &Wiener{Sigma: sigma, dim: m.Dim, mean: m.Mean}
	c := mat.NewSymDense(m.Dim, append([]float64(nil), m.Covariance...))
	for i := range m.Dim {
		c.SetSym(i, i, c.At(i, i)+sigma*sigma)
	}
	if !w.cholesky.Factorize(c) {
		return nil, ErrWeakNoise
	}
	return w, nil
}

// filterRows is how many rows Denoise solves for at a time.
const filterRows = 128

// Denoise filters the rows in y. It fails when ctx ends.
func (w *Wiener) Denoise(ctx context.Context, y []float32) ([]float32, error) {
	x := make([]float32, len(y))
	for i := 0; i < len(y); i += filterRows * w.dim {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		end := min(i+filterRows*w.dim, len(y))
		if err := w.filter(x[i:end], y[i:end]); err != nil {
			return nil, fmt.Errorf("Wiener filter: %w", err)
		}
	}
	return x, nil
}

// filter solves for the rows in y, which are the columns of the system.
func (w *Wiener) filter(x, y []float32) error {
	n := len(y) / w.dim
	centred := mat.NewDense(w.dim, n, nil)
	for r := range n {
		for j := range w.dim {
			centred.Set(j, r, float64(y[r*w.dim+j])-float64(w.mean[j]))
		}
	}
	var solved mat.Dense
	if err := w.cholesky.SolveTo(&solved, centred); err != nil {
		return err
	}
	for r := range n {
		for j := range w.dim {
			x[r*w.dim+j] = float32(float64(y[r*w.dim+j]) - w.Sigma*w.Sigma*solved.At(j, r))
		}
	}
	return nil
}
