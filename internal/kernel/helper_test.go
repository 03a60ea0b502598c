package kernel

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// eachVersion runs test once for each version this machine has.
func eachVersion(t *testing.T, test func(t *testing.T)) {
	was := running
	defer func() { running = was }()
	for v := none; v <= best(); v++ {
		if within(v, best()) {
			running = v
			t.Run(v.String(), test)
		}
	}
}

// lengths are all around the widths of vectors and of unrolled loops.
func lengths() []int {
	var n []int
	for i := range 70 {
		n = append(n, i)
	}
	for _, c := range []int{128, 256, 1000} {
		n = append(n, c-1, c, c+1)
	}
	return n
}

const canary = 12345.5

// guarded is a slice inside a larger one whose rest must never change.
type guarded struct {
	all, data []float32
}

const guard = 24

// newGuarded takes n floats starting shift floats into the guarded room, so
// that shifts 0 to 15 give every alignment of whole floats.
func newGuarded(n, shift int) guarded {
	all := make([]float32, n+2*guard+16)
	for i := range all {
		all[i] = canary
	}
	return guarded{all, all[guard+shift : guard+shift+n : guard+shift+n]}
}

func (g guarded) check(t *testing.T, what string) {
	t.Helper()
	outside := slices.Clone(g.all)
	for i := range outside {
		if len(g.data) > 0 && &g.all[i] == &g.data[0] {
			for j := range g.data {
				outside[i+j] = canary
			}
		}
	}
	for i, v := range outside {
		if v != canary {
			t.Fatalf("%s: wrote outside a slice of %d, in place %d of its room", what, len(g.data), i)
		}
	}
}

func fill(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
}

// odd puts NaN, infinities, zeros and extremes in some places.
func odd(rng *rand.Rand, x []float32) {
	inf := float32(math.Inf(1))
	special := []float32{float32(math.NaN()), inf, -inf, 0, float32(math.Copysign(0, -1)), 1e-42, -1e-42, math.MaxFloat32, -math.MaxFloat32, 1, 1}
	for i := range x {
		if rng.IntN(4) == 0 {
			x[i] = special[rng.IntN(len(special))]
		}
	}
}

// same compares bits, but takes any NaN for any other.
func same(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i, w := range want {
		g := got[i]
		if math.Float32bits(g) != math.Float32bits(w) && !(g != g && w != w) {
			t.Fatalf("%s: element %d of %d is %g (%#x), want %g (%#x)", what, i, len(want), g, math.Float32bits(g), w, math.Float32bits(w))
		}
	}
}

func panics(f func()) (did bool) {
	defer func() { did = recover() != nil }()
	f()
	return
}
