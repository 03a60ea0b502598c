package kernel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// A list of products is each of them by itself, to the bit, and touches
// nothing else.
func TestTiles(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, m := range []int{0, 1, 3, 7, 8, 9, 17} {
			for _, n := range []int{0, 1, 3, 8, 15, 16, 17, 31, 32} {
				what := fmt.Sprintf("m=%d n=%d", m, n)
				const ldb, aRow, tiles = 32, 61, 5
				ldc := tiles*n + 3
				var list []Tile
				for i := range tiles {
					l := Tile{C: i * n, A: rng.IntN(9), K: []int{7, 0, 12, 3, 5}[i]}
					for range []int{2, 2, 0, 1, 3}[i] {
						l.Blocks = append(l.Blocks, Block{rng.IntN(40), rng.IntN(9) * ldb})
					}
					list = append(list, l)
				}
				c := newGuarded(max(0, (m-1)*ldc+tiles*n), 3)
				a, b := newGuarded(max(0, (m-1)*aRow+aRow), 1), newGuarded(20*ldb, 2)
				fill(rng, a.data)
				fill(rng, b.data)
				fill(rng, c.data)
				want := slices.Clone(c.data)
				if m > 0 {
					for _, l := range list {
						BlockGemm(want[l.C:], ldc, a.data[l.A:], aRow, 1, b.data, ldb, l.Blocks, m, n, l.K, false)
					}
				}
				BlockGemmTiles(c.data, ldc, a.data, aRow, b.data, NewTiles(list, ldb), m, n)
				if !slices.Equal(c.data, want) {
					t.Fatalf("%s: differs from BlockGemm", what)
				}
				c.check(t, what)
			}
		}
	})
}

// The same for bf16.
func TestTilesBF16(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		half := func(n int) []uint16 {
			f, h := make([]float32, n), make([]uint16, n)
			fill(rng, f)
			ToBF16(h, f)
			return h
		}
		for _, m := range []int{0, 1, 7, 8, 9} {
			for _, n := range []int{0, 1, 15, 16, 17, 32} {
				const ldb, aRow, tiles = 32, 61, 4
				ldc := tiles*n + 3
				var list []Tile
				for i := range tiles {
					l := Tile{C: i * n, A: rng.IntN(9), K: []int{8, 0, 12, 2}[i]}
					for range []int{2, 2, 0, 3}[i] {
						l.Blocks = append(l.Blocks, Block{rng.IntN(40), rng.IntN(9) / 2 * 2 * ldb})
					}
					list = append(list, l)
				}
				c := newGuarded(max(0, (m-1)*ldc+tiles*n), 3)
				a, b := half(max(1, m)*aRow), half(20*ldb)
				fill(rng, c.data)
				want := slices.Clone(c.data)
				if m > 0 {
					for _, l := range list {
						BlockGemmBF16(want[l.C:], ldc, a[l.A:], aRow, b, 2*ldb, l.Blocks, m, n, l.K, false)
					}
				}
				BlockGemmTilesBF16(c.data, ldc, a, aRow, b, NewTiles(list, ldb), m, n)
				if !slices.Equal(c.data, want) {
					t.Fatalf("m=%d n=%d: differs from BlockGemmBF16", m, n)
				}
				c.check(t, "bf16")
			}
		}
	})
}

// Whatever would reach beyond a slice panics before anything is written.
func TestTilesOutside(t *testing.T) {
	tiles := NewTiles([]Tile{{C: 4, A: 2, K: 3, Blocks: []Block{{5, 64}}}}, 32)
	c, a, b := make([]float32, 4+9+8), make([]float32, 10+20), make([]float32, 64+64+8)
	BlockGemmTiles(c, 9, a, 20, b, tiles, 2, 8) // just fits
	even := NewTiles([]Tile{{C: 4, A: 2, K: 4, Blocks: []Block{{4, 64}}}}, 32)
	ha, hb := make([]uint16, 10+20), make([]uint16, 64+64+16)
	BlockGemmTilesBF16(c, 9, ha, 20, hb, even, 2, 8) // just fits
	for name, call := range map[string]func(){
		"bf16, a":    func() { BlockGemmTilesBF16(c, 9, ha[1:], 20, hb, even, 2, 8) },
		"bf16, b":    func() { BlockGemmTilesBF16(c, 9, ha, 20, hb[1:], even, 2, 8) },
		"bf16, odd":  func() { BlockGemmTilesBF16(c, 9, ha, 20, hb, tiles, 2, 8) },
		"c":          func() { BlockGemmTiles(c[1:], 9, a, 20, b, tiles, 2, 8) },
		"a":          func() { BlockGemmTiles(c, 9, a[1:], 20, b, tiles, 2, 8) },
		"b":          func() { BlockGemmTiles(c, 9, a, 20, b[1:], tiles, 2, 8) },
		"rows":       func() { BlockGemmTiles(c, 7, a, 20, b, tiles, 2, 8) },
		"negative m": func() { BlockGemmTiles(c, 9, a, 20, b, tiles, -1, 8) },
		"offset":     func() { NewTiles([]Tile{{A: -1}}, 32) },
		"block":      func() { NewTiles([]Tile{{Blocks: []Block{{0, -1}}}}, 32) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}
