package train

import (
	"errors"
	"math"
)

// The loss of a denoiser with a Level (see autoencoder.Model) is in units of the noise,
// where pictures with strong noise have the smaller errors. Weigh lets them count more.
// The weights need no common scale: the optimizers take steps of the same length whatever
// the loss is multiplied by.

// weighedAt is the level at which a picture counts once, whatever Weigh is.
const weighedAt = 0.1

// weight returns how often a picture with noise of the given level counts in the loss.
func (r *Run) weight(level float64) float32 {
	return float32(math.Pow(level/weighedAt, r.Weigh))
}

func (r *Run) checkWeigh() error {
	if r.Weigh > 0 && (r.Corruption == nil || r.Model.Level == 0) {
		return errors.New("pictures can be weighed by their noise only for a denoiser that is given its level")
	}
	return nil
}
