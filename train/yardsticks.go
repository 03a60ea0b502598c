package train

import (
	"context"
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
	moments *pca.Moments
	data    *faces.Set
	test    []int // rows of data
	prep    pix.Prep
}

// NewYardsticks fits mean and covariance to the training pictures.
func NewYardsticks(ctx context.Context, data *faces.Set, split faces.Split) (*Yardsticks, error) {
	m, err := pca.MeasureRows(ctx, len(split.Train), data.H*data.W*3, func(dst []float32, r int) {
		data.Floats(dst, split.Train[r])
	})
	if err != nil {
		return nil, err
	}
	return (&Yardsticks{moments: m}).On(data, split.Test), nil
}

// On gives the same closed forms, measured on other pictures of the same size.
func (y *Yardsticks) On(data *faces.Set, test []int) *Yardsticks {
	return &Yardsticks{moments: y.moments, data: data, test: test, prep: pix.Prep{W: data.W, H: data.H}}
}

// pieces goes through the test pictures in pieces, which bounds the memory; first is the
// place of a piece's first picture. It ends with the first error, and with ctx.
func (y *Yardsticks) pieces(ctx context.Context, f func(first int, clean []float32) error) error {
	const images = 512
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
		return slices.Repeat(y.moments.Mean, len(clean)/y.moments.Dim), nil
	})
	return mse
}

// PCA is the error of exact principal components with as many numbers as the
// code: the least a linear autoencoder can expect. A code beyond the rank of
// the training pictures gets all the components there are.
func (y *Yardsticks) PCA(ctx context.Context, code int) (float64, error) {
	p, err := y.moments.PCA(ctx, min(code, y.moments.Dim, y.moments.Rows-1))
	if err != nil {
		return 0, err
	}
	return y.mse(ctx, func(_ int, clean []float32) ([]float32, error) { return p.Rebuild(p.Project(clean)), nil })
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
	w, err := y.moments.Wiener(ctx, float64(g.Sigma))
	if err != nil {
		return 0, err
	}
	return y.mse(ctx, func(first int, clean []float32) ([]float32, error) {
		return w.Denoise(ctx, CorruptedFrom(first, clean, g, y.prep, seed))
	})
}

// Filter gives the pictures in noisy as the Wiener filter mends them.
func (y *Yardsticks) Filter(ctx context.Context, noisy []float32, g pix.Gaussian) ([]float32, error) {
	w, err := y.moments.Wiener(ctx, float64(g.Sigma))
	if err != nil {
		return nil, err
	}
	return w.Denoise(ctx, noisy)
}

// MeanImage is Yardsticks.MeanImage alone, for pictures so large that their
// covariance is out of reach.
func MeanImage(ctx context.Context, data *faces.Set, split faces.Split) (float64, error) {
	answer, err := meanPicture(ctx, data, split)
	if err != nil {
		return 0, err
	}
	x, sum := make([]float32, len(answer)), 0.0
	for i, row := range split.Test {
		if i%256 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		data.Floats(x, row)
		sum += kernel.SquaredError(answer, x)
	}
	return sum / float64(len(x)*len(split.Test)), nil
}

// meanPicture is the mean of the training pictures.
func meanPicture(ctx context.Context, data *faces.Set, split faces.Split) ([]float32, error) {
	sum := make([]float64, data.W*data.H*3)
	x := make([]float32, len(sum))
	for i, row := range split.Train {
		if i%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		data.Floats(x, row)
		for k, v := range x {
			sum[k] += float64(v)
		}
	}
	for k, v := range sum {
		x[k] = float32(v / float64(len(split.Train)))
	}
	return x, nil
}

// Untouched is Yardsticks.Untouched alone.
func Untouched(ctx context.Context, data *faces.Set, split faces.Split, c pix.Corruption, seed uint64) (float64, error) {
	prep := pix.Prep{W: data.W, H: data.H}
	sum, values := 0.0, data.W*data.H*3
	for i := range split.Test {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		clean := data.AllFloats(split.Test[i : i+1])
		sum += kernel.SquaredError(CorruptedFrom(i, clean, c, prep, seed), clean)
	}
	return sum / float64(values*len(split.Test)), nil
}
