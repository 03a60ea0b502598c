package train

import (
	"context"
	"errors"

	"likeness/autoencoder"
	"likeness/internal/kernel"
	"likeness/internal/parallel"
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
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g := pix.Gaussian{Sigma: float32(sigma)}
		noisy := Corrupted(y.test, g, y.prep, seed)
		l := LevelScore{Sigma: sigma}
		var err error
		if l.Noisy, err = y.quality(ctx, noisy); err != nil {
			return nil, err
		}
		if l.Model, err = y.quality(ctx, m.Reconstruct(noisy)); err != nil {
			return nil, err
		}
		if wiener {
			switch filtered, err := y.Filter(ctx, noisy, g); {
			case errors.Is(err, pca.ErrWeakNoise):
			case err != nil:
				return nil, err
			default:
				q, err := y.quality(ctx, filtered)
				if err != nil {
					return nil, err
				}
				l.Wiener = &q
			}
		}
		all = append(all, l)
	}
	return all, nil
}

// Clean is the error that a denoiser brings into test pictures without noise.
func (y *Yardsticks) Clean(m *autoencoder.Model) float64 { return m.MSE(y.test, y.test) }

// quality holds pictures against the test pictures.
func (y *Yardsticks) quality(ctx context.Context, x []float32) (Quality, error) {
	size := y.prep.W * y.prep.H * 3
	each := make([]float64, len(x)/size)
	err := parallel.Each(ctx, len(each), func(i int) {
		each[i] = pix.SSIM(x[i*size:(i+1)*size], y.test[i*size:(i+1)*size], y.prep.W, y.prep.H)
	})
	q := Quality{MSE: kernel.SquaredError(x, y.test) / float64(len(x))}
	q.PSNR = pix.PSNR(q.MSE)
	for _, s := range each {
		q.SSIM += s / float64(len(each))
	}
	return q, err
}
