package tutorial_test

import (
	"context"
	"math"
	"testing"

	"likeness/faces"
	"likeness/pix"
	"likeness/train"
	"likeness/tutorial"
)

// A little training on drawn faces already does something against strong noise,
// and nearly leaves clean pictures alone (drawn ones have sharp edges of colour).
func TestDenoiser(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a denoiser")
	}
	ctx := context.Background()
	set, err := faces.Load(ctx, "drawn", faces.Options{Prep: pix.Prep{W: 16, H: 16, Auto: true}, People: 60, PerPerson: 3, NoCache: true, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	split, err := faces.RandomSplit(set.Len(), 0.2, 42)
	if err != nil {
		t.Fatal(err)
	}
	r := tutorial.DenoiserRun{Data: set, Split: split, SplitName: "a fifth", Seed: 1, Epochs: 8}
	m, err := r.Train(ctx)
	if err != nil {
		t.Fatal(err)
	}
	y, err := train.NewYardsticks(ctx, set, split)
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Judge(ctx, m, y)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Levels) != len(train.NoiseLevels) || d.Figure == nil {
		t.Fatalf("%+v", d)
	}
	for _, l := range d.Levels {
		if l.Wiener == nil || math.Abs(l.Noisy.MSE/(l.Sigma*l.Sigma)-1) > 0.05 || math.Abs(l.Noisy.PSNR-pix.PSNR(l.Noisy.MSE)) > 1e-9 {
			t.Errorf("sigma %g: %+v", l.Sigma, l)
		}
		if !(l.Model.MSE < l.Noisy.MSE*0.7) || !(l.Model.SSIM > l.Noisy.SSIM) {
			t.Errorf("sigma %g: it made %+v of %+v", l.Sigma, l.Model, l.Noisy)
		}
	}
	if !(d.CleanMSE < 3e-4) {
		t.Errorf("clean pictures changed by %g", d.CleanMSE)
	}
}
