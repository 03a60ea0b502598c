package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// same compares with what a loop gives, number by number.
func sameNumbers(t *testing.T, what string, got, want []float32, bound float64) {
	t.Helper()
	for i := range got {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= bound*max(1, math.Abs(float64(want[i])))) && !(got[i] != got[i] && want[i] != want[i]) {
			t.Fatalf("%s: number %d is %v, want %v", what, i, got[i], want[i])
		}
	}
}

// Activations with a bias, in rows of all lengths, are their loops; NaN stays NaN.
func TestActivations(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for cols := 1; cols < 70; cols += 1 + cols/9 {
			for _, rows := range []int{1, 3} {
				x, bias, slopes := newGuarded(rows*cols, cols%16), make([]float32, cols), make([]float32, cols)
				fill(rng, x.data)
				fill(rng, bias)
				fill(rng, slopes)
				x.data[cols/2] = float32(math.NaN())
				was := append([]float32(nil), x.data...)
				want := make([]float32, len(was))
				for what, f := range map[string]struct{ do, portable func(x []float32) }{
					"AddBiasClamp": {func(x []float32) { AddBiasClamp(x, bias, -0.5, 0.75) }, func(x []float32) { addBiasClampPortable(x, bias, -0.5, 0.75) }},
					"AddBiasSlope": {func(x []float32) { AddBiasSlope(x, bias, slopes) }, func(x []float32) { addBiasSlopePortable(x, bias, slopes) }},
					"ScaleShift":   {func(x []float32) { ScaleShift(x, x, bias, slopes) }, func(x []float32) { scaleShiftPortable(x, x, bias, slopes) }},
					"Maximum":      {func(x []float32) { Maximum(x[:cols], bias) }, func(x []float32) { maximumPortable(x[:cols], bias) }},
				} {
					copy(x.data, was)
					copy(want, was)
					f.do(x.data)
					f.portable(want)
					x.check(t, what)
					sameNumbers(t, fmt.Sprintf("%s, %d rows of %d", what, rows, cols), x.data, want, 0)
				}
			}
		}
	})
}

func TestDepthwise(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for c := 1; c < 80; c += 1 + c/8 {
			for _, pixels := range []int{1, 3, 4, 9} {
				const width, taps = 12, 9
				step := c * (1 + pixels%2)
				x, w, bias := make([]float32, 3*width*c+pixels*step), make([]float32, taps*c), make([]float32, c)
				fill(rng, x)
				fill(rng, w)
				fill(rng, bias)
				var blocks []Block
				for k := range taps {
					blocks = append(blocks, Block{A: (k/3*width + k%3) * c, B: k * c})
				}
				got, want := newGuarded(pixels*c, pixels), make([]float32, pixels*c)
				for _, blocks := range [][]Block{blocks, blocks[2:5], nil} {
					Depthwise(got.data, x, w, bias, blocks, pixels, step, -1, 1.5)
					depthwisePortable(want, x, w, bias, blocks, pixels, step, -1, 1.5)
					got.check(t, "Depthwise")
					sameNumbers(t, fmt.Sprintf("%d pixels of %d channels", pixels, c), got.data, want, 1e-5)
				}
			}
		}
	})
}

// The transforms give a convolution of 3x3: what goes in, times the transformed weights, comes out as
// 4x4 pixels.
func TestWinograd(t *testing.T) {
	g := [6][3]float64{{1. / 4, 0, 0}, {-1. / 6, -1. / 6, -1. / 6}, {-1. / 6, 1. / 6, -1. / 6}, {1. / 24, 1. / 12, 1. / 6}, {1. / 24, -1. / 12, 1. / 6}, {0, 0, 1}}
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for c := 1; c < 70; c += 1 + c/5 {
			row, pixel, plane := 7*c, c, c+3
			src, weights := make([]float32, 6*row), make([]float32, 9*c)
			fill(rng, src)
			fill(rng, weights)
			planes, scratch := newGuarded(35*plane+c, c%16), make([]float32, WinogradScratch)
			WinogradInput(planes.data, plane, src, row, pixel, c, scratch)
			planes.check(t, "WinogradInput")
			want := make([]float32, len(planes.data))
			copy(want, planes.data)
			winogradInputPortable(want, plane, src, row, pixel, c)
			sameNumbers(t, fmt.Sprintf("in, %d channels", c), planes.data, want, 1e-4)
			for i := range 6 {
				for j := range 6 {
					for ch := range c {
						u := 0.0
						for k := range 3 {
							for l := range 3 {
								u += g[i][k] * g[j][l] * float64(weights[(3*k+l)*c+ch])
							}
						}
						planes.data[(6*i+j)*plane+ch] *= float32(u)
					}
				}
			}
			out := newGuarded(3*5*c+3*c+c, c%16)
			WinogradOutput(out.data, 5*c, c, planes.data, plane, c, scratch)
			out.check(t, "WinogradOutput")
			for y := range 4 {
				for x := range 4 {
					for ch := range c {
						want := 0.0
						for k := range 9 {
							want += float64(src[(y+k/3)*row+(x+k%3)*pixel+ch]) * float64(weights[k*c+ch])
						}
						if got := float64(out.data[y*5*c+x*c+ch]); math.Abs(got-want) > 1e-4*max(1, math.Abs(want)) {
							t.Fatalf("%d channels, pixel (%d, %d): %v, want %v", c, y, x, got, want)
						}
					}
				}
			}
		}
	})
}

func TestConvsRefuse(t *testing.T) {
	x := make([]float32, 100)
	s := make([]float32, WinogradScratch)
	for name, f := range map[string]func(){
		"bias":    func() { AddBiasClamp(x, x[:3], 0, 1) },
		"slopes":  func() { AddBiasSlope(x, x[:10], x[:9]) },
		"shift":   func() { ScaleShift(x, x, x[:10], x[:9]) },
		"maximum": func() { Maximum(x, x[1:]) },
		"tap":     func() { Depthwise(x, x, x, x[:4], []Block{{A: 97}}, 1, 4, 0, 1) },
		"pixels":  func() { Depthwise(x, x, x, x[:4], []Block{{}}, 26, 0, 0, 1) },
		"planes":  func() { WinogradInput(x, 3, x, 1, 1, 1, s) },
		"window":  func() { WinogradOutput(x[:5], 2, 1, x, 1, 1, s) },
		"scratch": func() { WinogradOutput(x, 2, 1, x, 1, 1, s[1:]) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}
