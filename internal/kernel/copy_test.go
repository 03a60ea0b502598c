package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestCopyRows(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, rows := range []int{0, 1, 2, 5} {
			for _, cols := range []int{0, 1, 31, 32, 33} {
				for _, gap := range []int{0, 3} {
					what := fmt.Sprintf("%dx%d, %d apart", rows, cols, gap)
					ldd, lds := cols+gap, cols+2*gap
					dst, src := newGuarded(max(0, (rows-1)*ldd+cols), 3), newGuarded(max(0, (rows-1)*lds+cols), 1)
					fill(rng, src.data)
					for i := range dst.data {
						dst.data[i] = -1
					}
					CopyRows(dst.data, ldd, src.data, lds, rows, cols)
					for i, v := range dst.data {
						want := float32(-1)
						if r, c := i/ldd, i%ldd; c < cols {
							want = src.data[r*lds+c]
						}
						if v != want {
							t.Fatalf("%s: %g at %d, want %g", what, v, i, want)
						}
					}
					dst.check(t, what)
				}
			}
		}
	})
}
