package pix

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// formula repeats the pictures of testdata/similar.py: smooth ones and, beside
// them, ones spoilt by numbers that look random.
func formula(w, h int, amount float64) (clean, spoilt []float32) {
	clean, spoilt = make([]float32, w*h*3), make([]float32, w*h*3)
	for i := range clean {
		x, y, c := i/3%w, i/3/w, i%3
		v := uint32(i) + 3*7919
		v = (v ^ v>>15) * 2654435761
		v = (v ^ v>>13) * 1597334677
		s := float64((x*3+y*5+c*11)%64)/64 - 0.5
		clean[i], spoilt[i] = float32(s), float32(s+amount*(float64(v>>24)/255-0.5))
	}
	return clean, spoilt
}

func TestSSIM(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "similar.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		W, H         int
		Amount, SSIM float64
	}
	if err := json.Unmarshal(raw, &cases); err != nil || len(cases) < 20 {
		t.Fatalf("%d cases, %v", len(cases), err)
	}
	for _, c := range cases {
		x, y := formula(c.W, c.H, c.Amount)
		got := SSIM(x, y, c.W, c.H)
		if !(math.Abs(got-c.SSIM) < 1e-6) {
			t.Errorf("%dx%d, %g: %.9f, the reference has %.9f", c.W, c.H, c.Amount, got, c.SSIM)
		}
		if back := SSIM(y, x, c.W, c.H); math.Abs(back-got) > 1e-12 {
			t.Errorf("%dx%d, %g: %.9f one way, %.9f the other", c.W, c.H, c.Amount, got, back)
		}
	}
}

func TestPSNR(t *testing.T) {
	for mse, want := range map[float64]float64{1: 0, 0.01: 20, 0.001: 30, 0: math.Inf(1)} {
		if got := PSNR(mse); got != want && !(math.Abs(got-want) < 1e-12) {
			t.Errorf("PSNR(%g) is %g, want %g", mse, got, want)
		}
	}
}
