package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestExact holds the kernels that promise equal bits to their portable twins.
func TestExact(t *testing.T) {
	kernels := []struct {
		name     string
		inputs   int
		run, ref func(x [][]float32)
	}{
		{"Add", 2, func(x [][]float32) { Add(x[0], x[1]) }, func(x [][]float32) { addPortable(x[0], x[1]) }},
		{"Scale", 1, func(x [][]float32) { Scale(x[0], 0.3) }, func(x [][]float32) { scalePortable(x[0], 0.3) }},
		{"Axpy", 2, func(x [][]float32) { Axpy(x[0], 0.3, x[1]) }, func(x [][]float32) { axpyPortable(x[0], 0.3, x[1]) }},
		{"ELUGrad", 3, func(x [][]float32) { ELUGrad(x[0], x[1], x[2]) }, func(x [][]float32) { eluGradPortable(x[0], x[1], x[2]) }},
		{"ELUGrad in place", 2, func(x [][]float32) { ELUGrad(x[0], x[0], x[1]) }, func(x [][]float32) { eluGradPortable(x[0], x[0], x[1]) }},
		{"MSEGrad", 3, func(x [][]float32) { MSEGrad(x[0], x[1], x[2], 0.7) }, func(x [][]float32) { mseGradPortable(x[0], x[1], x[2], 0.7) }},
		{"Adamax", 4, func(x [][]float32) { Adamax(x[0], x[1], x[2], x[3], 2e-3, 0.9, 0.999, 1e-7) },
			func(x [][]float32) {
				b1 := float32(0.9)
				adamaxPortable(x[0], x[1], x[2], x[3], 2e-3, b1, 1-b1, 0.999, 1e-7)
			}},
	}
	eachVersion(t, func(t *testing.T) {
		for _, k := range kernels {
			t.Run(k.name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				for _, n := range lengths() {
					for _, strange := range []bool{false, true} {
						var in []guarded
						var got, want [][]float32
						for i := range k.inputs {
							g := newGuarded(n, (n*7+i*3)%16)
							fill(rng, g.data)
							if strange {
								odd(rng, g.data)
							}
							in = append(in, g)
							got = append(got, g.data)
							want = append(want, slices.Clone(g.data))
						}
						k.run(got)
						k.ref(want)
						for i := range in {
							same(t, fmt.Sprintf("n=%d, slice %d", n, i), got[i], want[i])
							in[i].check(t, fmt.Sprintf("n=%d, slice %d", n, i))
						}
					}
				}
			})
		}
	})
}

// TestRows checks AddBias, AddBiasELU and SumRows for many shapes of rows.
func TestRows(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(3, 4))
		for _, cols := range lengths() {
			for _, rows := range []int{0, 1, 2, 5, 70} {
				for _, strange := range []bool{false, true} {
					if cols == 0 && rows > 0 {
						continue
					}
					what := fmt.Sprintf("%dx%d", rows, cols)
					x, bias := newGuarded(rows*cols, cols%16), newGuarded(cols, 5)
					fill(rng, x.data)
					fill(rng, bias.data)
					if strange {
						odd(rng, x.data)
						odd(rng, bias.data)
					}
					in, biasIn := slices.Clone(x.data), slices.Clone(bias.data)

					SumRows(bias.data, x.data)
					sum := slices.Clone(biasIn)
					sumRowsPortable(sum, in)
					same(t, "SumRows "+what, bias.data, sum)
					bias.check(t, "SumRows "+what)

					copy(bias.data, biasIn)
					AddBias(x.data, bias.data)
					want := slices.Clone(in)
					addBiasPortable(want, biasIn)
					same(t, "AddBias "+what, x.data, want)

					copy(x.data, in)
					AddBiasELU(x.data, bias.data)
					ELU(want, want)
					same(t, "AddBiasELU "+what, x.data, want)
					same(t, "bias "+what, bias.data, biasIn)
					x.check(t, "AddBiasELU "+what)
				}
			}
		}
	})
}

func TestMaxPool(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, size := range [][2]int{{0, 0}, {1, 1}, {2, 1}, {1, 3}, {2, 2}, {3, 4}, {4, 3}, {5, 7}, {6, 6}} {
			for _, c := range []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 47, 64, 100} {
				for mode := range 3 {
					h, w := size[0], size[1]
					what := fmt.Sprintf("%dx%dx%d", h, w, c)
					x, dst := newGuarded(h*w*c, 3), newGuarded((h/2)*(w/2)*c, 1)
					fill(rng, x.data)
					switch mode {
					case 1:
						odd(rng, x.data)
					case 2: // many equal values
						for i := range x.data {
							x.data[i] = float32(rng.IntN(2))
						}
					}
					in := slices.Clone(x.data)
					winners := make([]uint8, len(dst.data)+2*guard)
					for i := range winners {
						winners[i] = 0xcc
					}
					winner := winners[guard : guard+len(dst.data)]
					MaxPool2x2(dst.data, winner, c, x.data, h, w, c)
					want, wantWinner := make([]float32, len(dst.data)), make([]uint8, len(winner))
					maxPool2x2Portable(want, wantWinner, c, in, h, w, c)
					same(t, what, dst.data, want)
					dst.check(t, what)
					if !slices.Equal(winner, wantWinner) {
						t.Fatalf("%s: winners %v, want %v", what, winner, wantWinner)
					}
					for i, v := range winners {
						if v != 0xcc && (i < guard || i >= guard+len(winner)) {
							t.Fatalf("%s: wrote outside winner", what)
						}
					}

					// Back: every gradient goes to its winner, zero to all others.
					dy := dst.data
					fill(rng, dy)
					MaxPool2x2Grad(x.data, dy, winner, h, w, c)
					x.check(t, what)
					wantDX := make([]float32, len(x.data))
					for o, i := range winner {
						y, q, ch := o/((w/2)*c), o/c%(w/2), o%c
						wantDX[((2*y+int(i)/2)*w+2*q+int(i)%2)*c+ch] = dy[o]
					}
					same(t, "gradient "+what, x.data, wantDX)
				}
			}
		}
	})
}

// Results that lie apart are the same, and what lies between them stays.
func TestMaxPoolApart(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, c := range []int{3, 8, 17, 32} {
			const h, w = 4, 6
			x := make([]float32, h*w*c)
			fill(rng, x)
			step := c + 5
			want, wantWinner := make([]float32, h*w/4*c), make([]uint8, h*w/4*c)
			MaxPool2x2(want, wantWinner, c, x, h, w, c)
			dst, winner := newGuarded((h*w/4-1)*step+c, 1), make([]uint8, (h*w/4-1)*step+c)
			for i := range dst.data {
				dst.data[i], winner[i] = 99, 99
			}
			MaxPool2x2(dst.data, winner, step, x, h, w, c)
			for i, v := range dst.data {
				p, ch := i/step, i%step
				if ch >= c {
					if v != 99 || winner[i] != 99 {
						t.Fatalf("%d channels: wrote between the results", c)
					}
				} else if v != want[p*c+ch] || winner[i] != wantWinner[p*c+ch] {
					t.Fatalf("%d channels: %g by %d at %d, want %g by %d", c, v, winner[i], i, want[p*c+ch], wantWinner[p*c+ch])
				}
			}
			dst.check(t, "apart")
		}
	})
}

// TestSums checks the reductions against sums in float64.
func TestSums(t *testing.T) {
	const eps = 1.0 / (1 << 23)
	near := func(t *testing.T, what string, got, want, tol float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tol) {
			t.Fatalf("%s: %g, want %g within %g", what, got, want, tol)
		}
	}
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(7, 8))
		for _, n := range lengths() {
			what := fmt.Sprintf("n=%d", n)
			a, b, g := newGuarded(n, n%16), newGuarded(n, 3), newGuarded(n, 1)
			fill(rng, a.data)
			fill(rng, b.data)
			var dot, dotAbs, sq float64
			for i, v := range a.data {
				p := float64(v) * float64(b.data[i])
				dot += p
				dotAbs += math.Abs(p)
				d := float64(v - b.data[i])
				sq += d * d
			}
			near(t, "Dot "+what, float64(Dot(a.data, b.data)), dot, float64(n)*eps*dotAbs)
			near(t, "SquaredError "+what, SquaredError(a.data, b.data), sq, 1e-14*sq)
			near(t, "MSEGrad "+what, MSEGrad(g.data, a.data, b.data, 1), sq, 1e-14*sq)
			if n > 0 && SquaredError(a.data, b.data) != MSEGrad(g.data, a.data, b.data, 2) {
				t.Fatalf("%s: MSEGrad and SquaredError differ", what)
			}

			const rows = 5
			r, dst := newGuarded(rows*n, 2), newGuarded(rows, 1)
			fill(rng, r.data)
			SquaredDistances(dst.data, a.data, r.data)
			dst.check(t, what)
			for i, d := range dst.data {
				want := 0.0
				for j, v := range a.data {
					e := float64(v - r.data[i*n+j])
					want += e * e
				}
				near(t, "SquaredDistances "+what, float64(d), want, float64(n+1)*eps*want)
			}
			if n > 0 {
				for _, s := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
					i := rng.IntN(n)
					was := a.data[i]
					a.data[i] = s
					SquaredDistances(dst.data, a.data, r.data)
					d, e := float64(Dot(a.data, b.data)), SquaredError(a.data, b.data)
					if s != s && (d == d || e == e || dst.data[4] == dst.data[4]) {
						t.Fatalf("%s: NaN at %d is lost", what, i)
					}
					if s == s && (!math.IsInf(d, 0) || !math.IsInf(e, 1) || !math.IsInf(float64(dst.data[4]), 1)) {
						t.Fatalf("%s: Inf at %d gives %g, %g, %g", what, i, d, e, dst.data[4])
					}
					a.data[i] = was
				}
			}
		}
	})
}

func TestTranspose(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		sizes := []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 33, 64, 72, 130}
		for i, rows := range sizes {
			for j, cols := range sizes {
				what := fmt.Sprintf("%dx%d", rows, cols)
				lds, ldd := cols+i%3, rows+j%3
				src, dst := newGuarded(max(0, (rows-1)*lds+cols), 3), newGuarded(max(0, (cols-1)*ldd+rows), 5)
				for i := range src.data {
					src.data[i] = float32(i)
				}
				for i := range dst.data {
					dst.data[i] = -1
				}
				Transpose(dst.data, ldd, src.data, lds, rows, cols)
				for at, v := range dst.data {
					want := float32(-1) // between the rows
					if i, j := at%ldd, at/ldd; i < rows && cols > 0 {
						want = src.data[i*lds+j]
					}
					if v != want {
						t.Fatalf("%s: %g at %d, want %g", what, v, at, want)
					}
				}
				dst.check(t, what)
			}
		}
	})
}

func TestFromBytes(t *testing.T) {
	src, dst := make([]byte, 256), make([]float32, 256)
	for i := range src {
		src[i] = byte(i)
	}
	FromBytes(dst, src)
	for i, v := range dst {
		if want := float32(byte(i))/255 - 0.5; v != want {
			t.Errorf("%d gives %g, want %g", i, v, want)
		}
	}
	if dst[0] != -0.5 || dst[255] != 0.5 {
		t.Errorf("ends at %g and %g", dst[0], dst[255])
	}
}

// TestWrongLengths checks that lengths that do not fit panic before anything is
// touched.
func TestWrongLengths(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	calls := map[string]func(){
		"Add":              func() { Add(f(3), f(4)) },
		"Axpy":             func() { Axpy(f(3), 1, f(2)) },
		"ELU":              func() { ELU(f(3), f(2)) },
		"ELUGrad":          func() { ELUGrad(f(3), f(3), f(2)) },
		"AddBias":          func() { AddBias(f(7), f(3)) },
		"AddBias empty":    func() { AddBias(f(7), nil) },
		"AddBiasELU":       func() { AddBiasELU(f(7), f(3)) },
		"SumRows":          func() { SumRows(f(3), f(7)) },
		"Dot":              func() { Dot(f(3), f(2)) },
		"SquaredError":     func() { SquaredError(f(3), f(2)) },
		"MSEGrad":          func() { MSEGrad(f(3), f(3), f(2), 1) },
		"Adamax":           func() { Adamax(f(3), f(3), f(3), f(2), 1, 1, 1, 1) },
		"SquaredDistances": func() { SquaredDistances(f(3), f(2), f(5)) },
		"Transpose":        func() { Transpose(f(7), 2, f(8), 4, 2, 4) },
		"FromBytes":        func() { FromBytes(f(6), make([]byte, 5)) },
		"MaxPool2x2":       func() { MaxPool2x2(f(4), make([]uint8, 4), 4, f(15), 2, 2, 4) },
		"ToBF16":           func() { ToBF16(make([]uint16, 4), f(3)) },
		"MaxPool2x2Grad":   func() { MaxPool2x2Grad(f(16), f(4), make([]uint8, 3), 2, 2, 4) },
	}
	eachVersion(t, func(t *testing.T) {
		for name, call := range calls {
			if !panics(call) {
				t.Errorf("%s did not panic", name)
			}
		}
	})
}
