package train

import (
	"context"
	"errors"
	"slices"

	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/pca"
	"likeness/pix"
)

// Yardsticks measures on the test pictures of a split what closed forms fitted
// to its training pictures reach without any training. All results are mean
// squared errors.
//
// The zero value has no closed forms and no pictures; On gives it these. Of it only
// Untouched, Clean and Levels without the Wiener filter may be asked.
type Yardsticks struct {
	learned *faces.Set // what closed forms are fitted to,
	train   []int      // by rows
	mean    []float32
	moments *pca.Moments // nil for pictures so large that their covariance is out of reach

	data *faces.Set
	test []int // rows of data
	prep pix.Prep
}

// largestCovariance is the number of values in a picture up to which the covariance is
// measured, which needs the square of it in memory (0.6 GB). For larger ones there is
// neither Wiener filter nor gaussian fill, and PCA takes another way, which is slower
// for small ones and as exact.
const largestCovariance = 64 * 64 * 3

// ErrLarge is returned for closed forms of pictures that are too large for them.
var ErrLarge = errors.New("train: the pictures are too large for this closed form")

// NewYardsticks fits mean and covariance to the training pictures, of pictures larger
// than 64x64 the mean alone.
func NewYardsticks(ctx context.Context, data *faces.Set, split faces.Split) (*Yardsticks, error) {
	y := &Yardsticks{learned: data, train: split.Train}
	if err := y.measure(ctx); err != nil {
		return nil, err
	}
	return y.On(data, split.Test), nil
}

// measure fits mean and covariance.
func (y *Yardsticks) measure(ctx context.Context) error {
	dim := y.learned.H * y.learned.W * 3
	if dim > largestCovariance {
		var err error
		y.mean, err = meanPicture(ctx, y.learned, y.train)
		return err
	}
	m, err := pca.MeasureRows(ctx, len(y.train), dim, y.read)
	if err != nil {
		return err
	}
	y.mean, y.moments = m.Mean, m
	return nil
}

// read gives training picture r.
func (y *Yardsticks) read(dst []float32, r int) { y.learned.Floats(dst, y.train[r]) }

// meanPicture is the mean of some rows of a set.
func meanPicture(ctx context.Context, data *faces.Set, rows []int) ([]float32, error) {
	sums := make([]float64, data.W*data.H*3)
	x := make([]float32, len(sums))
	for i, row := range rows {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		data.Floats(x, row)
		for k, v := range x {
			sums[k] += float64(v)
		}
	}
	for k, v := range sums {
		x[k] = float32(v / float64(len(rows)))
	}
	return x, nil
}

// On gives the same closed forms, measured on other pictures of the same size.
func (y *Yardsticks) On(data *faces.Set, test []int) *Yardsticks {
	other := *y
	other.data, other.test, other.prep = data, test, pix.Prep{W: data.W, H: data.H}
	return &other
}

// pieces goes through the test pictures in pieces, which bounds the memory; first is the
// place of a piece's first picture. It ends with the first error, and with ctx.
func (y *Yardsticks) pieces(ctx context.Context, f func(first int, clean []float32) error) error {
	images := max(1, min(512, 1<<23/(y.prep.W*y.prep.H*3)))
	for i := 0; i < len(y.test); i += images {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(i, y.data.AllFloats(y.test[i:min(i+images, len(y.test))])); err != nil {
			return err
		}
	}
	return nil
}

// mse is the error of what an answer makes of pieces of the test pictures.
func (y *Yardsticks) mse(ctx context.Context, answer func(first int, clean []float32) ([]float32, error)) (float64, error) {
	sum := 0.0
	err := y.pieces(ctx, func(first int, clean []float32) error {
		x, err := answer(first, clean)
		if err == nil {
			sum += kernel.SquaredError(x, clean)
		}
		return err
	})
	return sum / float64(len(y.test)*y.prep.W*y.prep.H*3), err
}

// MeanImage is the error of answering every picture with the mean one.
func (y *Yardsticks) MeanImage() float64 {
	mse, _ := y.mse(context.Background(), func(_ int, clean []float32) ([]float32, error) {
		return slices.Repeat(y.mean, len(clean)/len(y.mean)), nil
	})
	return mse
}

// PCA is the error of exact principal components with as many numbers as the
// code: the least a linear autoencoder can expect. A code beyond the rank of
// the training pictures gets all the components there are. It fails with
// pca.ErrUnsettled, with ErrLarge where the components would not fit into some 300 MB,
// and when ctx ends.
func (y *Yardsticks) PCA(ctx context.Context, code int) (float64, error) {
	if y.moments == nil && code*len(y.mean) > 1<<26 {
		return 0, ErrLarge
	}
	p, err := y.components(ctx, code)
	if err != nil {
		return 0, err
	}
	return y.mse(ctx, func(_ int, clean []float32) ([]float32, error) { return p.Rebuild(p.Project(clean)), nil })
}

// components are the leading ones of the training pictures, or all there are.
func (y *Yardsticks) components(ctx context.Context, code int) (*pca.PCA, error) {
	rows, dim := len(y.train), len(y.mean)
	k := min(code, dim, rows-1)
	if y.moments == nil {
		return pca.Leading(ctx, rows, dim, k, y.read)
	}
	return y.moments.PCA(ctx, k)
}

// wiener is the Wiener filter against noise of one level.
func (y *Yardsticks) wiener(ctx context.Context, sigma float64) (*pca.Wiener, error) {
	if y.moments == nil {
		return nil, ErrLarge
	}
	return y.moments.Wiener(ctx, sigma)
}

// Untouched is the error of leaving test pictures as c has spoilt them, with
// the very noise that a denoiser trained with that seed is measured on.
func (y *Yardsticks) Untouched(c pix.Corruption, seed uint64) float64 {
	mse, _ := y.mse(context.Background(), func(first int, clean []float32) ([]float32, error) {
		return CorruptedFrom(first, clean, c, y.prep, seed), nil
	})
	return mse
}

// Wiener is the error of the full-rank Wiener filter on the same spoilt
// pictures: the least a linear denoiser can expect against gaussian noise, as
// far as the test pictures have the covariance of the training pictures.
func (y *Yardsticks) Wiener(ctx context.Context, g pix.Gaussian, seed uint64) (float64, error) {
	w, err := y.wiener(ctx, float64(g.Sigma))
	if err != nil {
		return 0, err
	}
	return y.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		return w.Denoise(ctx, CorruptedFrom(first, clean, g, y.prep, seed))
	})
}

// Filter gives the pictures in noisy as the Wiener filter mends them.
func (y *Yardsticks) Filter(ctx context.Context, noisy []float32, g pix.Gaussian) ([]float32, error) {
	w, err := y.wiener(ctx, float64(g.Sigma))
	if err != nil {
		return nil, err
	}
	return w.Denoise(ctx, noisy)
}
