package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPackBF16(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(25, 26))
		for rows := range 70 {
			for cols := range 33 {
				strange := rng.IntN(2) == 0
				for _, transposed := range []bool{false, true} {
					lines, line, pack := rows, cols, PackBF16
					if transposed {
						lines, line, pack = cols, rows, PackTransposedBF16
					}
					lds := line + rng.IntN(3)
					src := make([]float32, max(0, (lines-1)*lds+line))
					fill(rng, src)
					if strange {
						odd(rng, src)
					}
					want := make([]uint16, (rows+1)/2*64)
					for r := range rows {
						for j := range cols {
							i := r*lds + j
							if transposed {
								i = j*lds + r
							}
							want[r/2*64+2*j+r%2] = bf16(src[i])
						}
					}
					what := fmt.Sprintf("rows=%d cols=%d lds=%d transposed=%t", rows, cols, lds, transposed)
					dst := newWords(len(want), rng.IntN(16))
					pack(dst.data, src, lds, rows, cols)
					if !slices.Equal(dst.data, want) {
						t.Fatalf("%s: %x, want %x", what, dst.data, want)
					}
					dst.check(t, what)
				}
			}
		}
	})
}

func TestPackBF16Bounds(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	h := func(n int) []uint16 { return make([]uint16, n) }
	PackBF16(h(128), f(21), 8, 3, 5) // what the others spoil
	PackTransposedBF16(h(128), f(35), 8, 3, 5)
	for name, call := range map[string]func(){
		"33 columns":           func() { PackBF16(h(128), f(99), 33, 3, 33) },
		"short dst":            func() { PackBF16(h(127), f(21), 8, 3, 5) },
		"short src":            func() { PackBF16(h(128), f(20), 8, 3, 5) },
		"overlap":              func() { PackBF16(h(128), f(21), 4, 3, 5) },
		"negative rows":        func() { PackBF16(h(128), f(21), 8, -3, 5) },
		"huge stride":          func() { PackBF16(h(128), f(21), 1<<62, 3, 5) },
		"transposed short dst": func() { PackTransposedBF16(h(127), f(35), 8, 3, 5) },
		"transposed short src": func() { PackTransposedBF16(h(128), f(34), 8, 3, 5) },
		"transposed overlap":   func() { PackTransposedBF16(h(128), f(35), 2, 3, 5) },
	} {
		if !panics(call) {
			t.Errorf("%s did not panic", name)
		}
	}
}
