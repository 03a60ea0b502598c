package pca

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/mat"

	"likeness/parallel"
)

// Filler puts in the place of hidden values those that are to be expected of the
// visible ones, if rows are gaussian with mean m and covariance C: the conditional
// mean, which of all answers has the least mean squared error, and which of all
// linear ones has it for rows of any kind with these moments,
//
//	x_h = m_h + C_hv (C_vv + ridge I)^-1 (x_v - m_v)
//	    = m_h - P_hh^-1 P_hv (x_v - m_v),  P = (C + ridge I)^-1,
//
// with h for the hidden values and v for the visible (Bishop 2006, Pattern
// Recognition and Machine Learning, section 2.3.1). In the second form P is the same
// for all rows, and each asks only for a system as large as its hidden part. The
// Filler is told which part that is; a method that must find it has the harder task.
type Filler struct {
	dim       int
	mean      []float32
	precision []float64 // P, dim x dim, symmetric
}

// ErrSmallRidge is returned where the ridge is so small beside the data that rounding
// errors of the covariance would drown it.
var ErrSmallRidge = errors.New("the ridge is too small for the fill's precision")

// FillRidge is the ridge for rows without noise, as a share of the mean variance of
// their values; it was chosen on a part of LFW's training pictures, as docs/results/denoiser.md shows.
const FillRidge = 0.05

// Filler makes the fill for rows with noise of variance ridge > 0 on every value, or,
// with ridge 0, for rows without noise: FillRidge then takes its place, for a covariance
// that was measured on rows is not to be trusted in its least directions. It
// fails with ErrSmallRidge, and when ctx ends.
func (m *Moments) Filler(ctx context.Context, ridge float64) (*Filler, error) {
	if !(ridge >= 0) || math.IsInf(ridge, 0) {
		return nil, fmt.Errorf("fill with a ridge of %g", ridge)
	}
	if ridge == 0 {
		ridge = FillRidge * m.trace() / float64(m.Dim)
	}
	if !(ridge >= weakest*m.trace() && ridge > 0) {
		return nil, ErrSmallRidge
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p := mat.NewSymDense(m.Dim, append([]float64(nil), m.Covariance...))
	for i := range m.Dim {
		p.SetSym(i, i, p.At(i, i)+ridge)
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(p) {
		return nil, ErrSmallRidge
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := cholesky.InverseTo(p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSmallRidge, err)
	}
	f := &Filler{dim: m.Dim, mean: m.Mean, precision: p.RawSymmetric().Data}
	for i := range m.Dim { // only the upper triangle is there
		for j := range i {
			f.precision[i*m.Dim+j] = f.precision[j*m.Dim+i]
		}
	}
	return f, nil
}

// Fill returns the rows in x with the values that hidden, as long as x, marks filled in;
// what stands in their place is not looked at. It takes k^3/3 operations and 16 k^2
// bytes for a row with k hidden values, on all processors. It fails when ctx ends.
func (f *Filler) Fill(ctx context.Context, x []float32, hidden []bool) ([]float32, error) {
	if len(hidden) != len(x) || len(x)%f.dim != 0 {
		panic("pca: Fill: hidden is not as long as the rows")
	}
	filled := append([]float32(nil), x...)
	var failed error
	var mu sync.Mutex
	err := parallel.Each(ctx, len(x)/f.dim, func(r int) {
		if err := f.row(filled[r*f.dim:][:f.dim], hidden[r*f.dim:][:f.dim]); err != nil {
			mu.Lock()
			failed = fmt.Errorf("fill: %w", err)
			mu.Unlock()
		}
	})
	return filled, errors.Join(err, failed)
}

// row fills one row in place.
func (f *Filler) row(x []float32, hidden []bool) error {
	var h []int
	d := make([]float64, f.dim) // what is seen, from the mean
	for j, hides := range hidden {
		if hides {
			h = append(h, j)
		} else {
			d[j] = float64(x[j]) - float64(f.mean[j])
		}
	}
	if len(h) == 0 {
		return nil
	}
	part := mat.NewSymDense(len(h), nil)
	seen := mat.NewVecDense(len(h), nil)
	for a, i := range h {
		row, sum := f.precision[i*f.dim:][:f.dim], 0.0
		for j, v := range row {
			sum += v * d[j]
		}
		seen.SetVec(a, sum)
		for b := a; b < len(h); b++ {
			part.SetSym(a, b, row[h[b]])
		}
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(part) {
		return ErrSmallRidge
	}
	var step mat.VecDense
	if err := cholesky.SolveVecTo(&step, seen); err != nil {
		return err
	}
	for a, i := range h {
		x[i] = float32(float64(f.mean[i]) - step.AtVec(a))
	}
	return nil
}
