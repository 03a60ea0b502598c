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

func TestPatches3x3(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		for _, size := range [][3]int{{0, 2, 3}, {1, 1, 3}, {2, 5, 3}, {5, 2, 2}, {3, 4, 1}, {2, 2, 0}} {
			h, w, c := size[0], size[1], size[2]
			what := fmt.Sprint(size)
			src, dst := newGuarded((h+2)*(w+2)*c, 1), newGuarded(h*w*32, 3)
			for i := range src.data {
				src.data[i] = float32(i)
			}
			for i := range dst.data {
				dst.data[i] = -1
			}
			Patches3x3(dst.data, src.data, h, w, c)
			for i, v := range dst.data {
				want := float32(-1)
				if p, l := i/32, i%32; l < 9*c {
					ky, rest := l/(3*c), l%(3*c)
					want = src.data[((p/w+ky)*(w+2)+p%w)*c+rest]
				}
				if v != want {
					t.Fatalf("%s: %g at %d, want %g", what, v, i, want)
				}
			}
			dst.check(t, what)
		}
	})
}
