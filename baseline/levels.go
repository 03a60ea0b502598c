package baseline

import (
	"context"
	"errors"

	"likeness/autoencoder"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pca"
	"likeness/pix"
)

// NoiseLevels returns the standard deviations of gaussian noise that denoisers are
// measured at.
func NoiseLevels() []float64 { return []float64{0.05, 0.1, 0.2, 0.5} }

// Quality compares pictures with what they should be.
type Quality struct {
	MSE  float64  `json:"mse"`
	PSNR *float64 `json:"psnr"` // of MSE, in decibels; nil where there is no error at all
	SSIM float64  `json:"ssim"` // mean over the pictures
}

// LevelScore compares a denoiser with doing nothing and with the Wiener filter, on
// test pictures with gaussian noise of one standard deviation.
type LevelScore struct {
	Sigma  float64  `json:"sigma"`
	Noisy  Quality  `json:"noisy"`
	Wiener *Quality `json:"wiener"` // for this sigma; nil where it was not measured
	Model  Quality  `json:"model"`
}

// Levels measures a denoiser at several levels of noise. The noise of each test
// picture follows from the seed; levels differ only in its strength. The Wiener
// filter is left out without wiener, and where the noise is too weak for its
// precision. Levels fails when ctx ends.
func (t *Test) Levels(ctx context.Context, m *autoencoder.Model, sigmas []float64, wiener bool, seed uint64) ([]LevelScore, error) {
	var all []LevelScore
	for _, sigma := range sigmas {
		var filter *pca.Wiener
		if wiener {
			var err error
			if filter, err = t.filter(ctx, float64(float32(sigma))); err != nil && !errors.Is(err, pca.ErrWeakNoise) {
				return nil, err
			}
		}
		l, err := t.level(ctx, m, sigma, filter, seed)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}

// level measures a denoiser at one level of noise, and a filter if it is not nil.
func (t *Test) level(ctx context.Context, m *autoencoder.Model, sigma float64, filter *pca.Wiener, seed uint64) (LevelScore, error) {
	l := LevelScore{Sigma: sigma}
	if filter != nil {
		l.Wiener = &Quality{}
	}
	err := t.pieces(ctx, func(first int, clean []float32) error {
		noisy := CorruptedFrom(first, clean, pix.Gaussian{Sigma: float32(sigma)}, t.prep, seed)
		if err := t.add(ctx, &l.Noisy, noisy, clean); err != nil {
			return err
		}
		restored, err := m.Reconstruct(ctx, noisy)
		if err != nil {
			return err
		}
		if err := t.add(ctx, &l.Model, restored, clean); err != nil || filter == nil {
			return err
		}
		filtered, err := filter.Denoise(ctx, noisy)
		if err != nil {
			return err
		}
		return t.add(ctx, l.Wiener, filtered, clean)
	})
	for _, q := range []*Quality{&l.Noisy, &l.Model, l.Wiener} {
		if q != nil && q.MSE > 0 {
			q.PSNR = new(pix.PSNR(q.MSE))
		}
	}
	return l, err
}

// Clean returns the error that a denoiser brings into test pictures without noise.
func (t *Test) Clean(ctx context.Context, m *autoencoder.Model) (float64, error) {
	return t.mse(ctx, func(_ int, clean []float32) ([]float32, error) { return m.Reconstruct(ctx, clean) })
}

// add adds some of the test pictures to a comparison.
func (t *Test) add(ctx context.Context, q *Quality, x, clean []float32) error {
	size := t.prep.W * t.prep.H * 3
	each := make([]float64, len(x)/size)
	err := parallel.Each(ctx, len(each), func(i int) {
		each[i] = pix.SSIM(x[i*size:(i+1)*size], clean[i*size:(i+1)*size], t.prep.W, t.prep.H)
	})
	n := float64(len(t.rows))
	q.MSE += kernel.SquaredError(x, clean) / (n * float64(size))
	for _, s := range each {
		q.SSIM += s / n
	}
	return err
}
