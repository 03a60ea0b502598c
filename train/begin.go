package train

import (
	"context"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/pca"
)

// largestCovariance is the number of values in a picture up to which Begin takes
// the way over the covariance, which is faster and needs its square in memory.
const largestCovariance = 64 * 64 * 3

// Begin fits what a new model begins with to the pictures that it is to learn:
// exact PCA for the architecture "residual", nothing for others. It comes before
// Run.Do and before a checkpoint is gone on with.
func Begin(ctx context.Context, m *autoencoder.Model, data *faces.Set, split faces.Split) error {
	if !m.BeginsWithPCA() {
		return nil
	}
	rows, dim := len(split.Train), m.Values()
	read := func(dst []float32, r int) { data.Floats(dst, split.Train[r]) }
	k := min(m.Code, dim, rows-1)
	var p *pca.PCA
	var err error
	if dim <= largestCovariance {
		var moments *pca.Moments
		if moments, err = pca.MeasureRows(ctx, rows, dim, read); err == nil {
			p, err = moments.PCA(ctx, k)
		}
	} else {
		p, err = pca.Leading(ctx, rows, dim, k, read)
	}
	if err != nil {
		return err
	}
	m.Begin(p)
	return nil
}
