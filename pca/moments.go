// Package pca has the closed forms that trained networks are measured
// against: exact principal component analysis, the best that any linear
// autoencoder can do, the Wiener filter, the best that any linear denoiser can
// do, and the conditional mean of what is hidden, the best linear filling.
//
// Data are float32 rows of equal length that lie one behind the other.
package pca

import (
	"context"
	"errors"
	"fmt"

	"likeness/internal/kernel"
	"likeness/parallel"
)

// Moments are the mean and the covariance of a set of rows.
type Moments struct {
	Rows, Dim  int
	Mean       []float32 // Dim
	Covariance []float64 // Dim x Dim, symmetric; divided by Rows
}

// chunkRows is how many rows one product of the covariance takes: enough to
// be worth the call, few enough for the second cache and for float32 sums.
const chunkRows = 256

// panelWidth is the number of columns that the widest kernel tile takes.
const panelWidth = 32

// Measure computes the moments of the rows of length dim in x. It fails when x
// is not a whole number of rows, and as MeasureRows does.
func Measure(ctx context.Context, x []float32, dim int) (*Moments, error) {
	if dim < 1 || len(x)%dim != 0 {
		return nil, fmt.Errorf("%d values are not a whole number of rows of %d", len(x), dim)
	}
	return MeasureRows(ctx, len(x)/dim, dim, func(dst []float32, r int) { copy(dst, x[r*dim:]) })
}

// MeasureRows computes the moments of rows that need not all be in memory: read
// writes row r to dst, of length dim, and is called twice for each row, from one
// goroutine. It fails when there are fewer than two rows or when ctx ends.
// Products are summed in float32 within chunks of rows and in float64 over them,
// in an order that does not depend on the number of processors.
func MeasureRows(ctx context.Context, rows, dim int, read func(dst []float32, r int)) (*Moments, error) {
	if rows < 2 {
		return nil, errors.New("at least two rows are needed")
	}
	m := &Moments{Rows: rows, Dim: dim, Mean: make([]float32, dim), Covariance: make([]float64, dim*dim)}
	sums, row := make([]float64, dim), make([]float32, dim)
	for r := range rows {
		read(row, r)
		for j, v := range row {
			sums[j] += float64(v)
		}
	}
	for j, s := range sums {
		m.Mean[j] = float32(s / float64(m.Rows))
	}
	stride := dim + 16 // the padding keeps columns out of one cache set
	centred := make([]float32, min(rows, chunkRows)*stride)
	for first := 0; first < rows; first += chunkRows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(chunkRows, rows-first)
		for r := range n {
			row := centred[r*stride:][:dim]
			read(row, first+r)
			kernel.Axpy(row, -1, m.Mean)
		}
		m.add(ctx, centred, n, stride)
	}
	m.finish()
	return m, nil
}

// add adds the products of some centred rows to the upper triangle.
func (m *Moments) add(ctx context.Context, centred []float32, rows, stride int) {
	eachPanel(ctx, m.Dim, func(col, width int) {
		panel := make([]float32, rows*panelWidth)
		for r := range rows {
			copy(panel[r*panelWidth:][:width], centred[r*stride+col:])
		}
		products := make([]float32, (col+width)*panelWidth)
		kernel.BlockGemm(products, panelWidth, centred, 1, stride, panel, panelWidth, oneBlock, col+width, width, rows, false)
		for r := range col + width {
			sums := m.Covariance[r*m.Dim+col:][:width]
			for j := range sums {
				sums[j] += float64(products[r*panelWidth+j])
			}
		}
	})
}

// finish divides by the number of rows and mirrors the upper triangle.
func (m *Moments) finish() {
	for i := range m.Dim {
		for j := i; j < m.Dim; j++ {
			v := m.Covariance[i*m.Dim+j] / float64(m.Rows)
			m.Covariance[i*m.Dim+j], m.Covariance[j*m.Dim+i] = v, v
		}
	}
}

// trace is the sum of all variances.
func (m *Moments) trace() float64 {
	sum := 0.0
	for i := range m.Dim {
		sum += m.Covariance[i*m.Dim+i]
	}
	return sum
}

var oneBlock = []kernel.Block{{}}

// eachPanel calls f for every panel of up to 32 of n columns, on parallel.Threads(ctx)
// threads. It goes through all of them, also when ctx ends: callers look at it between
// products.
func eachPanel(ctx context.Context, n int, f func(col, width int)) {
	_ = parallel.Each(context.WithoutCancel(ctx), (n+panelWidth-1)/panelWidth, func(i int) { // cannot fail
		f(i*panelWidth, min(panelWidth, n-i*panelWidth))
	})
}

// multiply writes the product of a (m x k) and b (k x n) into dst (m x n).
func multiply(ctx context.Context, dst, a, b []float32, m, k, n int) {
	eachPanel(ctx, n, func(col, width int) {
		panel := make([]float32, k*panelWidth)
		for r := range k {
			copy(panel[r*panelWidth:][:width], b[r*n+col:])
		}
		kernel.BlockGemm(dst[col:], n, a, k, 1, panel, panelWidth, oneBlock, m, width, k, false)
	})
}
