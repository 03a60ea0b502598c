package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/report"
)

// denoiser mends pictures, one after the other, as the flags of denoise say.
type denoiser struct {
	m      *autoencoder.Model
	mender *autoencoder.Mender // for any size; nil where the model has one
	f      *denoising
	bar    *progress
}

func (a *app) openDenoiser(path string, f *denoising) (*denoiser, error) {
	m, err := autoencoder.Open(path)
	if err != nil {
		return nil, err
	}
	if m.Training == nil || m.Training.Task != autoencoder.Denoise {
		return nil, fmt.Errorf("%s was not trained to remove noise: 'likeness train denoise' makes such models", path)
	}
	if !f.level.auto && m.Level == 0 {
		return nil, usagef("--level is for models that are told the level of the noise, and %s is not", path)
	}
	d := &denoiser{m: m, f: f}
	if m.Decoder == nil {
		d.mender, err = autoencoder.NewMender(m)
	}
	return d, err
}

// open reads a picture: as it is where the model takes any size, else
// prepared for the model.
func (d *denoiser) open(ctx context.Context, path string) (*pix.Image, error) {
	if d.m.Decoder != nil {
		return preparePicture(ctx, d.m.Prep, path)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return pix.Open(path)
}

// picture mends one, writes it, and gives its row of the figure.
func (d *denoiser) picture(ctx context.Context, path, target string, original *pix.Image, place uint64) (mended, report.Restoration, error) {
	w, h := original.W, original.H
	clean := make([]float32, w*h*3)
	original.Floats(clean)
	noisy := clean
	if d.f.noise > 0 {
		noisy = slices.Clone(clean)
		pix.Gaussian{Sigma: float32(d.f.noise)}.Corrupt(noisy, w, h, rand.New(rand.NewPCG(d.f.seed, place)))
	}
	r := mended{Image: path, Out: target, Width: w, Height: h}
	after, err := d.mend(ctx, &r, noisy)
	if err != nil {
		return r, report.Restoration{}, err
	}
	if d.f.strength != 1 {
		for k, v := range after {
			after[k] = noisy[k] + float32(d.f.strength)*(v-noisy[k])
		}
	}
	made := pix.FromFloats(after, w, h)
	if err := writeTarget(target, made); err != nil {
		return r, report.Restoration{}, err
	}
	figure := report.Restoration{Corrupted: original, Restored: made, Title: title(path)}
	if d.f.noise > 0 {
		r.NoisyMSE, r.NoisyPSNR, r.NoisySSIM = likeTo(noisy, clean, w, h)
		r.DenoisedMSE, r.DenoisedPSNR, r.DenoisedSSIM = likeTo(after, clean, w, h)
		figure.Original, figure.Corrupted = original, pix.FromFloats(noisy, w, h)
		figure.CorruptedMSE, figure.RestoredMSE = report.Measured(*r.NoisyMSE), report.Measured(*r.DenoisedMSE)
	}
	return r, figure, nil
}

// mend gives a picture without its noise, and tells of the noise.
func (d *denoiser) mend(ctx context.Context, r *mended, noisy []float32) ([]float32, error) {
	if d.mender == nil {
		return d.m.Reconstruct(ctx, noisy)
	}
	level := d.f.level.level
	if d.m.Level != 0 {
		estimate := pix.NoiseLevel(noisy, r.Width, r.Height)
		r.Level = &estimate
		if d.f.level.auto {
			level = estimate
			r.Hidden = hiddenLevel(noisy, r.Width, r.Height, estimate)
		}
	}
	if d.m.Level != 0 && level == 0 { // as it is, without the work
		r.kept = d.f.level.auto
		return slices.Clone(noisy), nil
	}
	return d.mender.Mend(ctx, noisy, r.Width, r.Height, level)
}

// likeTo holds a picture against the one it should be.
func likeTo(x, clean []float32, w, h int) (mse, psnr, ssim *float64) {
	m, s := meanSquare(x, clean), pix.SSIM(x, clean, w, h)
	if m > 0 {
		p := pix.PSNR(m)
		psnr = &p
	}
	return &m, psnr, &s
}

// Brightness speaks for noise from hiddenNoise on, where it shows hiddenTimes what
// colours do, in pictures with sides of hiddenSide and more: of sharp small ones all is
// detail. Of 60 LFW photographs none came to more than .007.
const (
	hiddenNoise = 0.03
	hiddenTimes = 3
	hiddenSide  = 64
)

// hiddenLevel is the level of noise that an estimate has not seen, or nil.
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

// place shows how far the pictures are, and in a large one how far that is.
func (d *denoiser) place(i, of int) {
	const what = "Denoising"
	d.bar.partly(what, i, of, 0, 1)
	if d.mender != nil {
		d.mender.Progress = func(done, total int) { d.bar.partly(what, i, of, done, total) }
	}
}

// stopped is why a picture was not written; those before it were, as a whole.
func stopped(ctx context.Context, err error, written int) error {
	if ctx.Err() == nil || written == 0 {
		return err
	}
	return fmt.Errorf("%w; %s written before", err, count(written, "picture"))
}
