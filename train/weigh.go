package train

import (
	"errors"
	"math"
)

// A denoiser that is told the level of noise has its errors in units of that noise
// (autoencoder.Model.Level), in which strong noise leaves the smaller ones. Weigh
// lets pictures with strong noise count more. Their weights need no common scale,
// for the optimizers take steps of the same length whatever the loss is multiplied by.

// weighedAt is the level at which a picture counts once, whatever Weigh is.
const weighedAt = 0.1

// weight is how often a picture with noise of the given level counts.
func (r *Run) weight(level float64) float32 {
	return float32(math.Pow(level/weighedAt, r.Weigh))
}

func (r *Run) checkWeigh() error {
	if r.Weigh > 0 && (r.Corruption == nil || r.Model.Level == 0) {
		return errors.New("pictures can be weighed by their noise only for a denoiser that is given its level")
	}
	return nil
}
