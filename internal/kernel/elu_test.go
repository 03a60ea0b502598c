package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// TestELU measures every version against float64 over the floats from the
// smallest to -Inf and asks for 2 units in the last place.
func TestELU(t *testing.T) {
	var x []float32
	for bits := uint32(0); bits <= math.Float32bits(200); bits += 4099 {
		x = append(x, -math.Float32frombits(bits), math.Float32frombits(bits))
	}
	y := make([]float32, len(x))
	eachVersion(t, func(t *testing.T) {
		ELU(y, x)
		worst, at := 0.0, float32(0)
		for i, v := range x {
			want := float64(v)
			if v <= 0 {
				want = math.Expm1(want)
			}
			if e := math.Abs(float64(y[i])-want) / ulp(want); e > worst {
				worst, at = e, v
			}
		}
		t.Logf("worst error over %d values: %.3f ulp, at %g", len(x), worst, at)
		if worst > 2 {
			t.Errorf("ELU(%g) is wrong by %.3f ulp", at, worst)
		}
	})
}

// ulp is the distance between floats (of 32 bits) near v.
func ulp(v float64) float64 {
	f := float32(math.Abs(v))
	return float64(math.Nextafter32(f, math.MaxFloat32)) - float64(f)
}

func TestELUSpecial(t *testing.T) {
	inf := float32(math.Inf(1))
	in := []float32{float32(math.NaN()), inf, -inf, 0, 1, 1e-45, -1e-45, math.MaxFloat32, -math.MaxFloat32, -200, -88}
	want := []float32{float32(math.NaN()), inf, -1, 0, 1, 1e-45, -1e-45, math.MaxFloat32, -1, -1, -1}
	eachVersion(t, func(t *testing.T) {
		for shift := range 16 {
			for i, v := range in {
				x := make([]float32, 17)
				x[shift] = v
				ELU(x, x)
				if got := x[shift]; got != want[i] && (got == got || want[i] == want[i]) {
					t.Errorf("ELU(%g) = %g, want %g", v, got, want[i])
				}
			}
		}
	})
}

func TestELULengths(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(15, 16))
		for _, n := range lengths() {
			what := fmt.Sprintf("n=%d", n)
			x, dst := newGuarded(n, n%16), newGuarded(n, 7)
			fill(rng, x.data)
			ELU(dst.data, x.data)
			dst.check(t, what)
			for i, v := range x.data {
				one := []float32{v}
				ELU(one, one)
				if one[0] != dst.data[i] {
					t.Fatalf("%s: element %d is %g, alone %g", what, i, dst.data[i], one[0])
				}
			}
			ELU(x.data, x.data)
			x.check(t, what)
			same(t, "in place "+what, x.data, dst.data)
		}
	})
}
