package pix

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// The level of the noise is found on a picture with edges in brightness, of any
// size, and a clean one has none.
func TestNoiseLevel(t *testing.T) {
	for _, size := range [][2]int{{32, 32}, {33, 57}, {200, 150}, {900, 700}} {
		w, h := size[0], size[1]
		for _, sigma := range []float64{0, 0.02, 0.05, 0.1, 0.2, 0.5} {
			x := make([]float32, w*h*3)
			for i := range x {
				px, py := i/3%w, i/3/w
				x[i] = float32((px*px/7+py*3)%10)/10 - 0.5 // gray stripes and checks
				x[i] += float32(i%3) * float32(px) / 400   // a slow change of colour
			}
			if sigma > 0 {
				Gaussian{Sigma: float32(sigma)}.Corrupt(x, w, h, rand.New(rand.NewPCG(uint64(w), 3)))
			}
			got := NoiseLevel(x, w, h)
			// The scatter of the median: 1.17/sqrt(2 n) of sigma for n independent values.
			slack := 4*sigma*1.17/math.Sqrt(float64(min(w*h, levelPlaces/4))) + 1e-6
			if !(math.Abs(got-sigma) <= slack) {
				t.Errorf("%dx%d: %.4f, want %.4f within %.4f", w, h, got, sigma, slack)
			}
		}
	}
	for _, size := range [][2]int{{1, 1}, {1, 9}, {9, 1}} {
		if got := NoiseLevel(make([]float32, size[0]*size[1]*3), size[0], size[1]); got != 0 {
			t.Errorf("%v: %g", size, got)
		}
	}
}

// Brightness shows noise that is alike in the channels, and independent noise with the
// level that NoiseLevel gives it.
func TestBrightnessNoise(t *testing.T) {
	for _, size := range [][2]int{{200, 150}, {900, 700}} {
		w, h := size[0], size[1]
		for _, sigma := range []float64{0, 0.03, 0.1} {
			x, gray := make([]float32, w*h*3), make([]float32, w*h*3)
			for i := range x {
				x[i] = float32(i/3%w)/float32(2*w) - 0.25 // a slow change
			}
			copy(gray, x)
			if sigma > 0 {
				Gaussian{Sigma: float32(sigma)}.Corrupt(x, w, h, rand.New(rand.NewPCG(uint64(w), 3)))
				Gaussian{Sigma: float32(sigma / math.Sqrt(3))}.Corrupt(gray, w, h, rand.New(rand.NewPCG(uint64(w), 4)))
			}
			for i := range gray {
				gray[i] = gray[i/3*3]
			}
			if got := BrightnessNoise(x, w, h); math.Abs(got-sigma) > 0.05*sigma+1e-6 {
				t.Errorf("%dx%d, independent noise: %.4f, want %.4f", w, h, got, sigma)
			}
			if got := BrightnessNoise(gray, w, h); math.Abs(got-sigma) > 0.05*sigma+1e-6 {
				t.Errorf("%dx%d, noise in brightness: %.4f, want %.4f", w, h, got, sigma)
			}
			if got := NoiseLevel(gray, w, h); got != 0 {
				t.Errorf("%dx%d: the channels are alike, but differ by %.4f", w, h, got)
			}
		}
	}
	for _, size := range [][2]int{{1, 1}, {2, 9}, {9, 2}, {3, 3}} {
		if got := BrightnessNoise(make([]float32, size[0]*size[1]*3), size[0], size[1]); got != 0 {
			t.Errorf("%v: %g", size, got)
		}
	}
}

func TestMiddle(t *testing.T) {
	rng := testRand()
	for n := 1; n < 60; n++ {
		x := make([]float32, n)
		for i := range x {
			x[i] = float32(rng.IntN(n)) // with equal ones
		}
		sorted := slices.Sorted(slices.Values(x))
		if got := middle(x); got != sorted[n/2] {
			t.Fatalf("%d elements: %g, want %g", n, got, sorted[n/2])
		}
	}
}

func BenchmarkNoiseLevel(b *testing.B) {
	x := make([]float32, 32*32*3)
	Gaussian{Sigma: 0.1}.Corrupt(x, 32, 32, testRand())
	for b.Loop() {
		NoiseLevel(x, 32, 32)
	}
}
