package autoencoder_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/pix"
)

// striped is a picture whose colours are free of noise; with grain its brightness is not.
func striped(w, h int, grain float64) *pix.Image {
	rng := rand.New(rand.NewPCG(4, 4))
	m := pix.New(w, h)
	for i := 0; i < len(m.Pix); i += 3 {
		v := byte(min(max(float64(60+i/3%5*30)+grain*255*rng.NormFloat64(), 0), 255))
		m.Pix[i], m.Pix[i+1], m.Pix[i+2] = v, v, v
	}
	return m
}

func TestRestore(t *testing.T) {
	levelled := restless(t, 32, 32)
	levelled.Level = autoencoder.UnitNoise
	plain := restless(t, 32, 32)
	conv := newModel(t, "conv", 32, 32, 8)
	conv.Training = &autoencoder.Training{Task: autoencoder.Denoise}
	noisy := striped(80, 70, 0)
	x := make([]float32, len(noisy.Pix))
	noisy.Floats(x)
	pix.Gaussian{Sigma: 0.1}.Corrupt(x, 80, 70, rand.New(rand.NewPCG(2, 2)))
	noisy = pix.FromFloats(x, 80, 70)
	for name, c := range map[string]struct {
		m       *autoencoder.Model
		picture *pix.Image
		opt     autoencoder.RestoreOptions
		level   bool // is estimated
		kept    bool
		hidden  bool
		same    bool // the result is the picture
		err     string
	}{
		"clean":                   {m: levelled, picture: striped(70, 65, 0), level: true, kept: true, same: true},
		"noisy":                   {m: levelled, picture: noisy, level: true},
		"noise of brightness":     {m: levelled, picture: striped(70, 65, 0.1), level: true, kept: true, hidden: true, same: true},
		"given level":             {m: levelled, picture: striped(70, 65, 0.1), opt: autoencoder.RestoreOptions{Level: new(0.1)}, level: true},
		"level 0":                 {m: levelled, picture: noisy, opt: autoencoder.RestoreOptions{Level: new(0.0)}, level: true, same: true},
		"no strength":             {m: levelled, picture: noisy, opt: autoencoder.RestoreOptions{Strength: new(0.0)}, level: true, same: true},
		"small":                   {m: levelled, picture: striped(3, 1, 0.1), level: true, kept: true, same: true},
		"a model without levels":  {m: plain, picture: striped(33, 18, 0.1)},
		"a model with a code":     {m: conv, picture: striped(32, 32, 0.1)},
		"of another size":         {m: conv, picture: striped(33, 32, 0.1), err: "a picture of 33x32, the model takes pictures of 32x32 only"},
		"a level it does not use": {m: plain, picture: noisy, opt: autoencoder.RestoreOptions{Level: new(0.1)}, err: "does not use the level"},
		"a level below 0":         {m: levelled, picture: noisy, opt: autoencoder.RestoreOptions{Level: new(-0.1)}, err: "a level of -0.1"},
		"a level that is none":    {m: levelled, picture: noisy, opt: autoencoder.RestoreOptions{Level: new(math.NaN())}, err: "a level of NaN"},
		"a strength above 1":      {m: levelled, picture: noisy, opt: autoencoder.RestoreOptions{Strength: new(1.1)}, err: "a strength of 1.1"},
		"noise below 0":           {m: levelled, picture: noisy, opt: autoencoder.RestoreOptions{AddNoise: -1}, err: "added noise of -1"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := autoencoder.NewDenoiser(c.m)
			if err != nil {
				t.Fatal(err)
			}
			before := bytes.Clone(c.picture.Pix)
			r, err := d.Restore(t.Context(), c.picture, c.opt)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("%v, want an error that says %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if (r.Level != nil) != c.level || r.Kept != c.kept || (r.Hidden != nil) != c.hidden || r.NoisyMSE != nil {
				t.Errorf("%+v", r)
			}
			if r.Picture.W != c.picture.W || r.Picture.H != c.picture.H || bytes.Equal(r.Picture.Pix, before) != c.same {
				t.Errorf("a result of %dx%d, the same: %v", r.Picture.W, r.Picture.H, !c.same)
			}
			if !bytes.Equal(c.picture.Pix, before) {
				t.Error("the picture was changed")
			}
		})
	}
	if _, err := autoencoder.NewDenoiser(newModel(t, "conv", 32, 32, 8)); err == nil {
		t.Error("a model that was not trained to denoise was accepted")
	}
}

// Added noise follows from seed and stream, and the result is measured against the
// picture as it was.
func TestRestoreMeasures(t *testing.T) {
	m := newModel(t, autoencoder.Residual, 32, 32, 0) // untrained: it leaves pictures alone
	d, err := autoencoder.NewDenoiser(m)
	if err != nil {
		t.Fatal(err)
	}
	picture := striped(90, 80, 0)
	restore := func(seed, stream uint64) *autoencoder.Restored {
		r, err := d.Restore(t.Context(), picture, autoencoder.RestoreOptions{AddNoise: 0.05, Seed: seed, Stream: stream})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := restore(1, 0)
	if mse := *r.NoisyMSE; math.Abs(mse-0.0025) > 0.0002 || math.Abs(*r.DenoisedMSE-mse) > 1e-9 || math.Abs(*r.NoisyPSNR-pix.PSNR(mse)) > 1e-9 || !(*r.NoisySSIM < 1) {
		t.Errorf("noise of 0.05 is measured as %v", mse)
	}
	if r.Original != picture || bytes.Equal(r.Noisy.Pix, picture.Pix) {
		t.Error("the noisy picture is the original")
	}
	if !bytes.Equal(r.Noisy.Pix, restore(1, 0).Noisy.Pix) || bytes.Equal(r.Noisy.Pix, restore(1, 1).Noisy.Pix) || bytes.Equal(r.Noisy.Pix, restore(2, 0).Noisy.Pix) {
		t.Error("the noise does not follow from seed and stream")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Restore(ctx, picture, autoencoder.RestoreOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// What comes from outside ends in an error: a model file that has no code.
func TestNoCodeIsAnError(t *testing.T) {
	m := newModel(t, autoencoder.Residual, 32, 32, 0)
	x := make([]float32, m.Values())
	for name, call := range map[string]func() error{
		"Encode":        func() error { _, err := m.Encode(t.Context(), x); return err },
		"Decode":        func() error { _, err := m.Decode(t.Context(), x[:8]); return err },
		"Refine":        func() error { _, err := m.Refine(t.Context(), x, nil, 1); return err },
		"FitCorrection": func() error { return m.FitCorrection(t.Context(), x, 1) },
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), "without a code") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
