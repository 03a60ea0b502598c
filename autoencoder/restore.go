package autoencoder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// RestoreOptions say how a picture is restored.
type RestoreOptions struct {
	// Level is the standard deviation of the noise, where the range of a picture is 1.
	// nil estimates it, see pix.NoiseLevel. Only models with a Level take one.
	Level *float64 `json:"level,omitempty"`
	// Strength is the share of the correction that is applied, from 0 to 1; nil: all.
	Strength *float64 `json:"strength,omitempty"`
	// AddNoise, above 0, adds gaussian noise of this standard deviation first, to measure
	// the result against the picture as it was. Seed and Stream choose the noise.
	AddNoise float64 `json:"add_noise,omitempty"`
	Seed     uint64  `json:"seed,omitempty"`
	Stream   uint64  `json:"stream,omitempty"` // such as the picture's number

	// Framer, if not nil, finds the faces of the pictures of a listing: only their heads are restored, the rest stays as it
	// is. A picture without a face is an error that wraps faces.ErrNoFace.
	Framer faces.Framer `json:"-"`

	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`                 // receives the steps of Denoiser.Denoise
}

// Check returns an error for options that no model takes.
func (o RestoreOptions) Check() error {
	switch {
	case o.Level != nil && (!(*o.Level >= 0) || math.IsInf(*o.Level, 0)):
		return fmt.Errorf("a level of %g, expected a number of 0 or more", *o.Level)
	case o.Strength != nil && !(*o.Strength >= 0 && *o.Strength <= 1):
		return fmt.Errorf("a strength of %g, expected a number from 0 to 1", *o.Strength)
	case !(o.AddNoise >= 0) || math.IsInf(o.AddNoise, 0):
		return fmt.Errorf("added noise of %g, expected a number of 0 or more", o.AddNoise)
	}
	return nil
}

// Restored is a restored picture. What is measured is measured against the picture as it
// was before noise was added, and nil when none was.
type Restored struct {
	Image  string   `json:"image"` // path of the picture, and
	Out    string   `json:"out"`   // of the result; both the caller's to set
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Faces  int      `json:"faces,omitempty"` // that were restored, where only they were
	Level  *float64 `json:"level"`           // of the noise, estimated; nil for a model that does not use it
	// Hidden is the level of noise in the picture's brightness where the estimate, which
	// uses its colours, misses it; nil where the two agree.
	Hidden *float64 `json:"hidden_level"`

	NoisyMSE     *float64 `json:"noisy_mse"`
	NoisyPSNR    *float64 `json:"noisy_psnr"` // decibels; nil also where there is no error at all
	NoisySSIM    *float64 `json:"noisy_ssim"`
	DenoisedMSE  *float64 `json:"denoised_mse"`
	DenoisedPSNR *float64 `json:"denoised_psnr"`
	DenoisedSSIM *float64 `json:"denoised_ssim"`

	Original *pix.Image `json:"-"` // the picture as it was given
	Noisy    *pix.Image `json:"-"` // the same with the added noise
	Picture  *pix.Image `json:"-"` // the result
	Kept     bool       `json:"-"` // unchanged, because no noise was found
}

// Open reads a picture as Restore takes it: in its own size where any will do, else
// prepared as the training pictures were.
func (d *Denoiser) Open(path string) (*pix.Image, error) {
	if d.AnySize() {
		return pix.Open(path)
	}
	return d.model.Prep.Open(path)
}

// Restore restores a picture: Denoise with the level estimated, the strength applied and
// the result measured. It fails for wrong options, for a level with a model that does not
// use it, for a picture of the wrong size (see Open), and when ctx ends.
func (d *Denoiser) Restore(ctx context.Context, picture *pix.Image, opt RestoreOptions) (*Restored, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	if opt.Level != nil && d.model.Level == 0 {
		return nil, errors.New("the model does not use the level of the noise")
	}
	ctx = parallel.WithThreads(ctx, opt.Threads)
	w, h := picture.W, picture.H
	clean := make([]float32, w*h*3)
	picture.Floats(clean)
	noisy := clean
	r := &Restored{Width: w, Height: h, Original: picture, Noisy: picture}
	if opt.AddNoise > 0 {
		noisy = slices.Clone(clean)
		pix.Gaussian{Sigma: float32(opt.AddNoise)}.Corrupt(noisy, w, h, rand.New(rand.NewPCG(opt.Seed, opt.Stream)))
		r.Noisy = pix.FromFloats(noisy, w, h)
	}
	after, err := d.restore(ctx, r, noisy, opt)
	if err != nil {
		return nil, err
	}
	if s := opt.Strength; s != nil && *s != 1 {
		for k, v := range after {
			after[k] = noisy[k] + float32(*s)*(v-noisy[k])
		}
	}
	r.Picture = pix.FromFloats(after, w, h)
	if opt.AddNoise > 0 {
		r.NoisyMSE, r.NoisyPSNR, r.NoisySSIM = likeTo(noisy, clean, w, h)
		r.DenoisedMSE, r.DenoisedPSNR, r.DenoisedSSIM = likeTo(after, clean, w, h)
	}
	return r, nil
}

// restore denoises at the level of the options or at the estimated one.
func (d *Denoiser) restore(ctx context.Context, r *Restored, noisy []float32, opt RestoreOptions) ([]float32, error) {
	if d.model.Level == 0 {
		return d.Denoise(ctx, noisy, r.Width, r.Height, 0, opt.Progress)
	}
	level := pix.NoiseLevel(noisy, r.Width, r.Height)
	r.Level = new(level)
	if opt.Level != nil {
		level = *opt.Level
	} else {
		r.Hidden = hiddenLevel(noisy, r.Width, r.Height, level)
	}
	if level == 0 { // unchanged, without the work
		r.Kept = opt.Level == nil
		return slices.Clone(noisy), ctx.Err()
	}
	return d.Denoise(ctx, noisy, r.Width, r.Height, level, opt.Progress)
}

// likeTo compares a picture with the one it should be.
func likeTo(x, clean []float32, w, h int) (mse, psnr, ssim *float64) {
	m, s := kernel.SquaredError(x, clean)/float64(len(x)), pix.SSIM(x, clean, w, h)
	if m > 0 {
		psnr = new(pix.PSNR(m))
	}
	return &m, psnr, &s
}

// A picture hides noise from the estimate when its brightness shows hiddenNoise and
// more, and hiddenTimes as much as its colours. Pictures with sides below hiddenSide are
// not checked: in sharp small ones all brightness is detail. Of 60 LFW photographs none
// came to more than .007.
const (
	hiddenNoise = 0.03
	hiddenTimes = 3
	hiddenSide  = 64
)

// hiddenLevel returns the level of noise that an estimate has missed, or nil.
func hiddenLevel(x []float32, w, h int, estimate float64) *float64 {
	if min(w, h) < hiddenSide {
		return nil
	}
	level := pix.BrightnessNoise(x, w, h)
	if level < hiddenNoise || level < hiddenTimes*estimate {
		return nil
	}
	return &level
}

// Inputs returns the corruption of a denoiser's training inputs; nil for none.
func (t *Training) Inputs() (pix.Corruption, error) {
	if t == nil || t.Corruption == "" {
		return nil, nil
	}
	return pix.ParseCorruption(t.Corruption)
}
