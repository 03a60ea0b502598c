package tutorial_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
	"likeness/tutorial"
)

// A little training on drawn faces already does something against strong noise, more
// than the Wiener filter against weaker noise, and nearly leaves clean pictures alone (drawn ones have sharp edges of colour).
func TestDenoiser(t *testing.T) {
	if testing.Short() {
		t.Skip("trains a denoiser")
	}
	ctx := context.Background()
	set, err := dataset.Load(ctx, dataset.Drawn(60, 3), faces.Options{Prep: pix.Prep{W: 16, H: 16, Auto: true}, NoCache: true, CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	run := tutorial.Run{Data: set, Out: t.TempDir(), Only: []string{"denoiser"}, Seed: 1, Epochs: 40}
	r, err := run.Do(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if m := r.Models[0]; len(r.Models) != 1 || m.Code != 0 || m.Epochs != 40 || !strings.HasPrefix(m.Corruption, "noise(") {
		t.Errorf("trained %+v", m)
	}
	if _, err := os.Stat(filepath.Join(run.Out, "figures", "denoiser.png")); err != nil {
		t.Error(err)
	}
	if len(r.Levels) != len(baseline.NoiseLevels()) || r.CleanMSE == nil {
		t.Fatalf("measured %+v, %v", r.Levels, r.CleanMSE)
	}
	for _, l := range r.Levels {
		if l.Wiener == nil || math.Abs(l.Noisy.MSE/(l.Sigma*l.Sigma)-1) > 0.05 || math.Abs(*l.Noisy.PSNR-pix.PSNR(l.Noisy.MSE)) > 1e-9 {
			t.Errorf("sigma %g: %+v", l.Sigma, l)
		}
		if !(l.Model.MSE < l.Noisy.MSE*0.7) || !(l.Model.SSIM > l.Noisy.SSIM) {
			t.Errorf("sigma %g: it made %+v of %+v", l.Sigma, l.Model, l.Noisy)
		}
		// Strong noise, where the filter is hard to beat, it would learn later.
		if l.Sigma <= 0.1 && !(l.Model.MSE < l.Wiener.MSE*0.8) {
			t.Errorf("sigma %g: it leaves an error of %g, the Wiener filter of %g", l.Sigma, l.Model.MSE, l.Wiener.MSE)
		}
	}
	if !(*r.CleanMSE < 3e-4) {
		t.Errorf("clean pictures changed by %g", *r.CleanMSE)
	}
}
