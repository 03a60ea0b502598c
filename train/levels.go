package train

import (
	"context"
	"errors"

	"likeness/autoencoder"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pca"
	"likeness/pix"
)

// NoiseLevels are those that denoisers are judged at.
var NoiseLevels = []float64{0.05, 0.1, 0.2, 0.5}

// Quality is how like some pictures are to what they should be.
type Quality struct {
	MSE  float64 `json:"mse"`
	PSNR float64 `json:"psnr"` // of MSE, in decibels
	SSIM float64 `json:"ssim"` // the mean of the pictures'
}

// LevelScore is what a denoiser does to the test pictures with gaussian noise of
// one standard deviation, beside doing nothing and the Wiener filter for just
// that noise.
type LevelScore struct {
	Sigma  float64  `json:"sigma"`
	Noisy  Quality  `json:"noisy"`
	Wiener *Quality `json:"wiener"` // nil where it was not to be had
	Model  Quality  `json:"model"`
}

// Better tells whether the model has less error than anything beside it.
func (l LevelScore) Better() bool {
	return l.Model.MSE < l.Noisy.MSE && (l.Wiener == nil || l.Model.MSE < l.Wiener.MSE)
}

// Levels judges a denoiser at several levels of noise. The noise of each test
// picture follows from the seed, the same at every level but for its size.
// Without wiener that filter is left out, as it is where the noise is too weak for
// its precision. It fails when ctx ends.
func (y *Yardsticks) Levels(ctx context.Context, m *autoencoder.Model, sigmas []float64, wiener bool, seed uint64) ([]LevelScore, error) {
	var all []LevelScore
	for _, sigma := range sigmas {
		var filter *pca.Wiener
		if wiener {
			var err error
			if filter, err = y.wiener(ctx, float64(float32(sigma))); err != nil && !errors.Is(err, pca.ErrWeakNoise) {
				return nil, err
			}
		}
		l, err := y.level(ctx, m, sigma, filter, seed)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// level judges a denoiser at one level of noise, beside a filter if there is one.
func (y *Yardsticks) level(ctx context.Context, m *autoencoder.Model, sigma float64, filter *pca.Wiener, seed uint64) (LevelScore, error) {
	l := LevelScore{Sigma: sigma}
	if filter != nil {
		l.Wiener = &Quality{}
	}
	err := y.pieces(ctx, func(first int, clean []float32) error {
		noisy := CorruptedFrom(first, clean, pix.Gaussian{Sigma: float32(sigma)}, y.prep, seed)
		if err := y.add(ctx, &l.Noisy, noisy, clean); err != nil {
			return err
		}
		restored, err := m.Reconstruct(ctx, noisy)
		if err != nil {
			return err
		}
		if err := y.add(ctx, &l.Model, restored, clean); err != nil || filter == nil {
			return err
		}
		filtered, err := filter.Denoise(ctx, noisy)
		if err != nil {
			return err
		}
		return y.add(ctx, l.Wiener, filtered, clean)
	})
	for _, q := range []*Quality{&l.Noisy, &l.Model, l.Wiener} {
		if q != nil {
			q.PSNR = pix.PSNR(q.MSE)
		}
	}
	return l, err
}

// Clean is the error that a denoiser brings into test pictures without noise.
func (y *Yardsticks) Clean(ctx context.Context, m *autoencoder.Model) (float64, error) {
	return y.mse(ctx, func(_ int, clean []float32) ([]float32, error) { return m.Reconstruct(ctx, clean) })
}

// add holds some of the test pictures against what they should be.
func (y *Yardsticks) add(ctx context.Context, q *Quality, x, clean []float32) error {
	size := y.prep.W * y.prep.H * 3
	each := make([]float64, len(x)/size)
	err := parallel.Each(ctx, len(each), func(i int) {
		each[i] = pix.SSIM(x[i*size:(i+1)*size], clean[i*size:(i+1)*size], y.prep.W, y.prep.H)
	})
	n := float64(len(y.test))
	q.MSE += kernel.SquaredError(x, clean) / (n * float64(size))
	for _, s := range each {
		q.SSIM += s / n
	}
	return err
}
