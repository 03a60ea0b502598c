package baseline

import (
	"context"
	"slices"

	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/pix"
)

// Test measures on test pictures. The noise of each test picture follows from a seed and
// from its place among the test pictures (see Corrupted).
type Test struct {
	*Forms // nil: only Unchanged, Clean, Masked and Levels without the Wiener filter can be measured
	data   *faces.Set
	rows   []int
	prep   pix.Prep
}

// On returns a measure of the closed forms on the pictures of data, which are of the
// same size, in the given rows. f may be nil, for measures that need no closed form.
func (f *Forms) On(data *faces.Set, rows []int) *Test {
	return &Test{Forms: f, data: data, rows: rows, prep: pix.Prep{W: data.W, H: data.H}}
}

// pieces calls f for the test pictures in pieces, which bounds the memory; first is the
// place of a piece's first picture. It ends with the first error, and with ctx.
func (t *Test) pieces(ctx context.Context, f func(first int, clean []float32) error) error {
	images := max(1, min(512, 1<<23/(t.prep.W*t.prep.H*3)))
	for i := 0; i < len(t.rows); i += images {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(i, t.data.AllFloats(t.rows[i:min(i+images, len(t.rows))])); err != nil {
			return err
		}
	}
	return nil
}

// mse returns the error of the answers to pieces of the test pictures.
func (t *Test) mse(ctx context.Context, answer func(first int, clean []float32) ([]float32, error)) (float64, error) {
	sum := 0.0
	err := t.pieces(ctx, func(first int, clean []float32) error {
		x, err := answer(first, clean)
		if err == nil {
			sum += kernel.SquaredError(x, clean)
		}
		return err
	})
	return sum / float64(len(t.rows)*t.prep.W*t.prep.H*3), err
}

// MeanImage returns the error of answering every picture with the mean training picture.
func (t *Test) MeanImage(ctx context.Context) (float64, error) {
	mean, err := t.Mean(ctx)
	if err != nil {
		return 0, err
	}
	return t.mse(ctx, func(_ int, clean []float32) ([]float32, error) {
		return slices.Repeat(mean, len(clean)/len(mean)), nil
	})
}

// PCA returns the error of exact principal components with as many numbers as the
// code, which bounds every linear autoencoder on the training pictures from below.
// A code beyond the rank of these gets all components there are. Errors are those
// of Components.
func (t *Test) PCA(ctx context.Context, code int) (float64, error) {
	p, err := t.Components(ctx, code)
	if err != nil {
		return 0, err
	}
	return t.mse(ctx, func(_ int, clean []float32) ([]float32, error) { return p.Rebuild(ctx, p.Project(ctx, clean)), nil })
}

// Unchanged returns the error of leaving the test pictures as c has corrupted them.
func (t *Test) Unchanged(ctx context.Context, c pix.Corruption, seed uint64) (float64, error) {
	return t.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		return CorruptedFrom(first, clean, c, t.prep, seed), nil
	})
}

// Wiener returns the error of the full-rank Wiener filter on corrupted pictures: the
// least that a linear denoiser can expect against gaussian noise, as far as the test
// pictures have the covariance of the training pictures. Errors are those of Filter.
func (t *Test) Wiener(ctx context.Context, g pix.Gaussian, seed uint64) (float64, error) {
	w, err := t.filter(ctx, float64(g.Sigma))
	if err != nil {
		return 0, err
	}
	return t.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		return w.Denoise(ctx, CorruptedFrom(first, clean, g, t.prep, seed))
	})
}
