package pca

import (
	"context"
	"errors"
	"fmt"

	"likeness/internal/kernel"
)

// Leading computes the k leading components of rows that need not all be in
// memory, without their covariance, whose size is the square of theirs: for rows
// too long for Measure. It goes through all rows twice a round of PCA's iteration,
// so it takes longer where Measure would do; read is as for MeasureRows. It fails
// when there are fewer than two rows, when k is not within 1 to dim, with ErrUnsettled,
// or when ctx ends. Sums are float32.
func Leading(ctx context.Context, rows, dim, k int, read func(dst []float32, r int)) (*PCA, error) {
	switch {
	case rows < 2:
		return nil, errors.New("at least two rows are needed")
	case k < 1 || k > dim:
		return nil, fmt.Errorf("%d components of %d dimensions", k, dim)
	}
	sums, row := make([]float64, dim), make([]float32, dim)
	for r := range rows {
		read(row, r)
		for j, v := range row {
			sums[j] += float64(v)
		}
	}
	mean := make([]float32, dim)
	for j, s := range sums {
		mean[j] = float32(s / float64(rows))
	}
	chunk := make([]float32, min(rows, chunkRows)*dim)
	// each returns the centred rows chunk by chunk.
	each := func(f func(x []float32, n int)) error {
		for first := 0; first < rows; first += chunkRows {
			if err := ctx.Err(); err != nil {
				return err
			}
			n := min(chunkRows, rows-first)
			for r := range n {
				x := chunk[r*dim:][:dim]
				read(x, first+r)
				kernel.Axpy(x, -1, mean)
			}
			f(chunk[:n*dim], n)
		}
		return nil
	}
	total := 0.0
	if err := each(func(x []float32, _ int) {
		for _, v := range x {
			total += float64(v) * float64(v)
		}
	}); err != nil {
		return nil, err
	}
	return iterate(ctx, mean, k, total/float64(rows), func(w, v []float32, block int) error {
		clear(w)
		scores := make([]float32, chunkRows*block)
		err := each(func(x []float32, n int) {
			multiply(ctx, scores, x, v, n, dim, block)
			addTransposed(ctx, w, x, scores, n, dim, block)
		})
		kernel.Scale(w, 1/float32(rows))
		return err
	})
}

// addTransposed adds the transpose of a (rows x dim) times b (rows x cols) to dst
// (dim x cols).
func addTransposed(ctx context.Context, dst, a, b []float32, rows, dim, cols int) {
	eachPanel(ctx, dim, func(from, width int) {
		kernel.BlockGemm(dst[from*cols:], cols, a[from:], 1, dim, b, cols, oneBlock, width, cols, rows, true)
	})
}
