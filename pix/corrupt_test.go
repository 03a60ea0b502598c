package pix

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

func testRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func TestGaussian(t *testing.T) {
	const w, h, sigma = 64, 64, 0.1
	x := make([]float32, w*h*3)
	for i := range x {
		x[i] = 0.45
	}
	Gaussian{Sigma: sigma}.Corrupt(x, w, h, testRand())
	var sum, squares, above float64
	for _, v := range x {
		d := float64(v) - 0.45
		sum, squares = sum+d, squares+d*d
		if v > 0.5 {
			above++
		}
	}
	n := float64(len(x))
	if mean := sum / n; math.Abs(mean) > 4*sigma/math.Sqrt(n) {
		t.Errorf("mean is %v", mean)
	}
	if s := math.Sqrt(squares / n); math.Abs(s-sigma) > 4*sigma/math.Sqrt(2*n) {
		t.Errorf("standard deviation is %v, want %v", s, sigma)
	}
	if share := above / n; share < 0.25 || share > 0.36 {
		t.Errorf("%.2f of the values are above 0.5, want about 0.31: values must not be clamped", share)
	}
}

func TestOcclusion(t *testing.T) {
	rng := testRand()
	for range 200 {
		w, h := 1+rng.IntN(40), 1+rng.IntN(40)
		size := 1 + rng.IntN(20)
		x := make([]float32, w*h*3)
		Occlusion{Size: size}.Corrupt(x, w, h, rng)
		// What is black must be one rectangle of the sides promised.
		x0, y0, x1, y1, n := w, h, -1, -1, 0
		for i, v := range x {
			if v == 0 {
				continue
			}
			if v != -0.5 {
				t.Fatalf("value %v, want black", v)
			}
			px, py := i/3%w, i/3/w
			x0, y0, x1, y1, n = min(x0, px), min(y0, py), max(x1, px), max(y1, py), n+1
		}
		bw, bh := x1-x0+1, y1-y0+1
		if n != bw*bh*3 {
			t.Fatalf("%d values black, not a rectangle of %dx%d", n, bw, bh)
		}
		least := (size + 1) / 2
		if bw > size || bh > size || bw < min(least, w) || bh < min(least, h) {
			t.Fatalf("rectangle of %dx%d, want sides from %d to %d in %dx%d", bw, bh, least, size, w, h)
		}
	}
	few, many := make([]float32, 32*32*3), make([]float32, 32*32*3)
	Occlusion{}.Corrupt(few, 32, 32, testRand())
	Occlusion{Count: 20}.Corrupt(many, 32, 32, testRand())
	if a, b := blackShare(few), blackShare(many); a == 0 || a > 0.25 || b < 0.5 {
		t.Errorf("one rectangle covers %.2f, twenty cover %.2f", a, b)
	}
}

func blackShare(x []float32) float64 {
	n := 0
	for _, v := range x {
		if v == -0.5 {
			n++
		}
	}
	return float64(n) / float64(len(x))
}

// TestCorruptionRepeats: the same seed, the same numbers, now and in a later
// version: stored results depend on them.
func TestCorruptionRepeats(t *testing.T) {
	for _, c := range []struct {
		c    Corruption
		name string
		hash uint32
	}{
		{Gaussian{Sigma: 0.1}, "gaussian(sigma=0.1)", 0x33c04f9a},
		{Noise{Min: 0.02, Max: 0.6, Clean: 0.1}, "noise(min=0.02, max=0.6, clean=0.1)", 0xd1090e35},
		{Noise{Min: 0.02, Max: 0.6, Clean: 0.1, Middle: true}, "noise(min=0.02, max=0.6, clean=0.1, most in the middle)", 0xa6a48a66},
		{Sequence{Gaussian{Sigma: 0.1}, Occlusion{Count: 1, Size: 9}}, "gaussian(sigma=0.1), then occlusion(count=1, size=9)", 0xd98422cc},
		{Occlusion{}, "occlusion(count=1)", 0x53a29115},
		{Occlusion{Count: 3, Size: 9}, "occlusion(count=3, size=9)", 0x85bfd5b5},
	} {
		a, b := make([]float32, 20*30*3), make([]float32, 20*30*3)
		c.c.Corrupt(a, 20, 30, testRand())
		c.c.Corrupt(b, 20, 30, testRand())
		if !slices.Equal(a, b) {
			t.Errorf("%v: two results from one seed", c.c)
		}
		sum := fnv.New32a()
		for _, v := range a {
			u := math.Float32bits(v)
			sum.Write([]byte{byte(u), byte(u >> 8), byte(u >> 16), byte(u >> 24)})
		}
		if got := sum.Sum32(); got != c.hash {
			t.Errorf("%v: hash of the result is %#x, want %#x", c.c, got, c.hash)
		}
		if got := c.c.String(); got != c.name {
			t.Errorf("got %q, want %q", got, c.name)
		}
	}
}

// TestNoise: the levels lie where they should, evenly in their root, or most of them
// in the middle of their logarithms. A triangle has a quarter of itself below
// 1/sqrt(8) of its base.
func TestNoise(t *testing.T) {
	for _, c := range []struct {
		n               Noise
		quarter, middle float64 // quantiles
	}{
		{Noise{Min: 0.01, Max: 1, Clean: 0.25}, 0.105625, 0.3025},
		{Noise{Min: 0.01, Max: 1, Clean: 0.25, Middle: true}, 0.01 * math.Pow(100, 1/math.Sqrt(8)), 0.1},
	} {
		const pictures, w, h = 4000, 12, 12
		clean, quarter, low, rng := 0, 0, 0, testRand()
		for range pictures {
			x := make([]float32, w*h*3)
			c.n.Corrupt(x, w, h, rng)
			sum := 0.0
			for _, v := range x {
				sum += float64(v) * float64(v)
			}
			s := math.Sqrt(sum / float64(len(x)))
			switch {
			case s == 0:
				clean++
				continue
			case s < 0.008 || s > 1.25:
				t.Fatalf("%v: a level of %g", c.n, s)
			}
			if s < c.middle {
				low++
			}
			if s < c.quarter {
				quarter++
			}
		}
		share := func(n, of int) float64 { return float64(n) / float64(of) }
		if s := share(clean, pictures); math.Abs(s-0.25) > 0.03 {
			t.Errorf("%v: %.3f of the pictures are clean, want 0.25", c.n, s)
		}
		if s := share(low, pictures-clean); math.Abs(s-0.5) > 0.04 {
			t.Errorf("%v: %.3f of the levels are in the lower half, want 0.5", c.n, s)
		}
		if s := share(quarter, pictures-clean); math.Abs(s-0.25) > 0.04 {
			t.Errorf("%v: %.3f of the levels are in the lowest quarter", c.n, s)
		}
	}
}

func TestPower(t *testing.T) {
	for _, x := range []float64{1, 1.5, 27.5, 1e6} {
		for _, to := range []float64{0, 0.25, 0.3, 0.999} {
			if got, want := power(x, to), math.Pow(x, to); math.Abs(got-want) > 1e-7*want {
				t.Errorf("%g to the power of %g is %g, want %g", x, to, got, want)
			}
		}
	}
}

func TestParseCorruption(t *testing.T) {
	for _, c := range []Corruption{
		Gaussian{Sigma: 0.1}, Noise{Min: 0.02, Max: 0.6, Clean: 0.05}, Occlusion{Count: 3, Size: 8},
		Noise{Min: 0.02, Max: 0.55, Middle: true},
		Sequence{Noise{Min: 0.25, Max: 0.3}, Occlusion{Count: 1, Size: 2}},
	} {
		got, err := ParseCorruption(c.String())
		if err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%v came back as %v, %v", c, got, err)
		}
	}
	for _, text := range []string{"", "gaussian(sigma=0.1) ", "gaussian(sigma=x)", "noise(min=0.1, max=0.2)", "noise(min=0, max=0.2, clean=0)", "noise(min=0.3, max=0.2, clean=0)", "noise(min=0.1, max=0.2, clean=2)", "noise(min=0.1, max=0.2, clean=2, most in the middle)", "noise(min=0.1, max=0.2, clean=0, most)", "rain", "occlusion(count=1, size=2), then "} {
		if c, err := ParseCorruption(text); err == nil {
			t.Errorf("%q was taken for %v", text, c)
		}
	}
}

func TestParts(t *testing.T) {
	g, o := Gaussian{Sigma: 0.1}, Occlusion{Count: 2, Size: 5}
	for _, c := range []struct {
		of      Corruption
		parts   int
		covered bool
	}{{nil, 0, false}, {g, 1, false}, {o, 1, true}, {Sequence{o, g}, 2, true}, {Sequence{g, Sequence{g, o}}, 3, true}, {Sequence{}, 0, false}} {
		parts := Parts(c.of)
		got, ok := Covered(c.of)
		if len(parts) != c.parts || ok != c.covered || ok && got != o {
			t.Errorf("%v: parts %v, covered by %v, %v", c.of, parts, got, ok)
		}
	}
}
