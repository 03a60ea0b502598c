package latent

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"likeness/autoencoder"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// What new codes are drawn from.
const (
	FromMixture  = "mixture"  // the atlas's mixture of gaussians
	FromGaussian = "gaussian" // one gaussian with the codes' mean and covariance
)

// SampleOptions say which new faces are made.
type SampleOptions struct {
	Number int    `json:"number"`         // of faces, at least 1; what they take is at most 4 GiB
	From   string `json:"from,omitempty"` // FromMixture where it is empty, or FromGaussian
	// Spread multiplies the distances of new codes from the means: 1 draws faces as varied
	// as those that were learned, below 1 they are likelier and less varied, 0 is the means.
	Spread float64 `json:"spread"`
	Seed   uint64  `json:"seed"`

	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`
}

// mostSampled bounds the memory of one Sample, in bytes: every value of a picture is a
// float32 and then a byte.
const mostSampled = 4 << 30

// SampleResult describes new faces.
type SampleResult struct {
	Model      string       `json:"model"` // path of the model; the caller's to set
	File       string       `json:"file"`  // that was written; the caller's to set
	Number     int          `json:"number"`
	From       string       `json:"from"`
	Components int          `json:"components"` // gaussians that were drawn from
	Spread     float64      `json:"spread"`
	Seed       uint64       `json:"seed"`
	Mixture    MixtureStory `json:"mixture"` // the atlas's mixture, whatever was drawn from
	// Judged compares them with held-out faces; the caller's to set (package judge).
	Judged []SampleQuality `json:"judged,omitempty"`

	Pictures []*pix.Image `json:"-"`
}

// Sample draws codes from the distribution of a model's training codes and decodes
// them: new faces. The atlas must have a mixture.
func Sample(ctx context.Context, m *autoencoder.Model, a *Atlas, opt SampleOptions) (*SampleResult, error) {
	if opt.From == "" {
		opt.From = FromMixture
	}
	switch {
	case opt.Number < 1:
		return nil, fmt.Errorf("%d new faces, expected at least 1", opt.Number)
	case !(opt.Spread >= 0) || math.IsInf(opt.Spread, 0):
		return nil, fmt.Errorf("a spread of %g, expected a number of 0 or more", opt.Spread)
	case opt.From != FromMixture && opt.From != FromGaussian:
		return nil, fmt.Errorf("new faces from %q: expected %s or %s", opt.From, FromMixture, FromGaussian)
	case a == nil || a.Mixture == nil:
		return nil, errors.New("the atlas holds no mixture")
	}
	if most := mostSampled / (5 * m.Values()); opt.Number > most {
		return nil, fmt.Errorf("%d new faces at once: expected at most %d of this size", opt.Number, most)
	}
	if err := a.CheckModel(m.Fingerprint()); err != nil {
		return nil, err
	}
	mixture := a.Mixture
	if opt.From == FromGaussian {
		mixture = Gaussian(a.Whitening.Width())
	}
	r := &SampleResult{
		Number: opt.Number, From: opt.From, Components: mixture.Len(), Spread: opt.Spread, Seed: opt.Seed, Mixture: a.Mixture.Story,
	}
	ctx = parallel.WithThreads(ctx, opt.Threads)
	codes := a.Whitening.Draw(mixture, opt.Number, opt.Spread, opt.Seed)
	for piece := range slices.Chunk(codes, m.Piece()*m.Code) {
		opt.Progress.Report("Decoding new faces", len(r.Pictures), opt.Number)
		x, err := m.Decode(ctx, piece)
		if err != nil {
			return nil, err
		}
		for values := range slices.Chunk(x, m.Values()) {
			r.Pictures = append(r.Pictures, pix.FromFloats(values, m.Prep.W, m.Prep.H))
		}
	}
	return r, nil
}
