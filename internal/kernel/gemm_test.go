package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// product is one call of BlockGemm with its room.
type product struct {
	m, n, k, ldc, aRow, aCol, ldb int
	accumulate                    bool
	blocks                        []Block
	c, a, b                       guarded
}

// newProduct lays out a product so that the last element of a, b and c is the
// last that the call may touch.
func newProduct(rng *rand.Rand, m, n, k, blocks int, transposed bool) product {
	p := product{m: m, n: n, k: k, accumulate: rng.IntN(2) == 0}
	p.ldc, p.ldb = n+rng.IntN(3), n+rng.IntN(3)
	if transposed {
		p.aRow, p.aCol = 1, m+rng.IntN(3)
	} else {
		p.aRow, p.aCol = k+rng.IntN(3), 1
	}
	var endA, endB int
	for range blocks {
		bl := Block{rng.IntN(50), rng.IntN(50)}
		p.blocks = append(p.blocks, bl)
		endA = max(endA, bl.A+(m-1)*p.aRow+(k-1)*p.aCol+1)
		endB = max(endB, bl.B+(k-1)*p.ldb+n)
	}
	p.c = newGuarded(max(0, (m-1)*p.ldc+n), rng.IntN(16))
	p.a = newGuarded(max(0, endA), rng.IntN(16))
	p.b = newGuarded(max(0, endB), rng.IntN(16))
	fill(rng, p.c.data)
	fill(rng, p.a.data)
	fill(rng, p.b.data)
	return p
}

func (p product) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d blocks=%d ldc=%d aRow=%d aCol=%d ldb=%d accumulate=%t", p.m, p.n, p.k, len(p.blocks), p.ldc, p.aRow, p.aCol, p.ldb, p.accumulate)
}

func (p product) run() {
	BlockGemm(p.c.data, p.ldc, p.a.data, p.aRow, p.aCol, p.b.data, p.ldb, p.blocks, p.m, p.n, p.k, p.accumulate)
}

// check runs the product and compares it with the loop of BlockGemm's comment in
// float64; what lies between the rows of C must stay.
func (p product) check(t *testing.T) {
	t.Helper()
	before := slices.Clone(p.c.data)
	p.run()
	want, tol := make([]float64, len(before)), make([]float64, len(before))
	for i, v := range before {
		want[i] = float64(v)
	}
	const eps = 1.0 / (1 << 23)
	for i := range p.m {
		for j := range p.n {
			var s, abs float64
			if p.accumulate {
				s = float64(before[i*p.ldc+j])
				abs = math.Abs(s)
			}
			for _, bl := range p.blocks {
				for kk := range p.k {
					v := float64(p.a.data[bl.A+i*p.aRow+kk*p.aCol]) * float64(p.b.data[bl.B+kk*p.ldb+j])
					s += v
					abs += math.Abs(v)
				}
			}
			want[i*p.ldc+j], tol[i*p.ldc+j] = s, float64(p.k*len(p.blocks))*eps*abs
		}
	}
	for i, w := range want {
		if got := float64(p.c.data[i]); !(math.Abs(got-w) <= tol[i]) {
			t.Fatalf("%v: c[%d] = %g, want %g within %g", p, i, got, w, tol[i])
		}
	}
	p.c.check(t, p.String())
	p.a.check(t, p.String())
	p.b.check(t, p.String())

	// Once more, the same bits.
	after := slices.Clone(p.c.data)
	copy(p.c.data, before)
	p.run()
	same(t, "second run of "+p.String(), p.c.data, after)
}

func TestBlockGemm(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(9, 10))
		for m := range 20 {
			for _, n := range []int{0, 1, 3, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100} {
				for _, k := range []int{0, 1, 2, 3, 9, 32} {
					newProduct(rng, m, n, k, rng.IntN(5), rng.IntN(2) == 0).check(t)
				}
			}
		}
		// Long enough to be cut into pieces of kRows, by blocks and by k.
		for _, m := range []int{3, 9, 20} {
			for _, n := range []int{3, 33, 70} {
				newProduct(rng, m, n, 1300, 1, false).check(t)
				newProduct(rng, m, n, 1300, 2, true).check(t)
				newProduct(rng, m, n, 45, 40, true).check(t)
			}
		}
	})
}

// TestBlockGemmPlace checks that the bits of an element of C do not depend on
// the size of the call: each row and column alone gives what all at once give.
func TestBlockGemmPlace(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(11, 12))
		p := newProduct(rng, 21, 77, 700, 3, false)
		p.accumulate = false
		p.run()
		all := slices.Clone(p.c.data)
		for i := range p.m {
			for j := 0; j < p.n; j += 19 {
				one := make([]float32, 1)
				BlockGemm(one, 1, p.a.data[i*p.aRow:], p.aRow, p.aCol, p.b.data[j:], p.ldb, p.blocks, 1, 1, p.k, false)
				if one[0] != all[i*p.ldc+j] {
					t.Fatalf("c[%d][%d] is %g alone and %g together", i, j, one[0], all[i*p.ldc+j])
				}
			}
		}
	})
}

// TestBlockGemmSpecial checks that NaN and Inf reach their row or column and no
// other.
func TestBlockGemmSpecial(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(13, 14))
		for _, n := range []int{3, 16, 37, 70} {
			for m := 1; m < 10; m++ {
				p := newProduct(rng, m, n, 5, 1, false)
				i, j := rng.IntN(m), rng.IntN(n)
				p.a.data[p.blocks[0].A+i*p.aRow+2] = float32(math.NaN())
				p.b.data[p.blocks[0].B+3*p.ldb+j] = float32(math.Inf(1))
				p.run()
				for r := range m {
					for s := range n {
						v := float64(p.c.data[r*p.ldc+s])
						switch {
						case r == i && v == v, r != i && s == j && !math.IsInf(v, 0), r != i && s != j && (v != v || math.IsInf(v, 0)):
							t.Fatalf("%v: NaN in row %d, Inf in column %d, but c[%d][%d] = %g", p, i, j, r, s, v)
						}
					}
				}
			}
		}
	})
}

func TestBlockGemmBounds(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	one := []Block{{0, 0}}
	const huge = math.MaxInt
	calls := map[string]func(){
		"short c":         func() { BlockGemm(f(11), 4, f(6), 2, 1, f(8), 4, one, 3, 4, 2, false) },
		"short a":         func() { BlockGemm(f(12), 4, f(5), 2, 1, f(8), 4, one, 3, 4, 2, false) },
		"short b":         func() { BlockGemm(f(12), 4, f(6), 2, 1, f(7), 4, one, 3, 4, 2, false) },
		"rows overlap":    func() { BlockGemm(f(12), 3, f(6), 2, 1, f(8), 4, one, 3, 4, 2, false) },
		"block past a":    func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, []Block{{0, 0}, {1, 0}}, 3, 4, 2, false) },
		"block past b":    func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, []Block{{0, 1}}, 3, 4, 2, false) },
		"block before a":  func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, []Block{{-1, 0}}, 3, 4, 2, false) },
		"negative stride": func() { BlockGemm(f(12), 4, f(6), -2, 1, f(8), 4, one, 3, 4, 2, false) },
		"negative m":      func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, one, -3, 4, 2, false) },
		"huge k":          func() { BlockGemm(f(12), 4, f(6), 2, 0, f(8), 4, one, 3, 4, huge, false) },
		"huge stride":     func() { BlockGemm(f(12), 4, f(6), huge/2+1, 1, f(8), 4, one, 3, 4, 2, false) },
		"huge m":          func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, one, huge, 4, 2, false) },
		"huge n":          func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, one, 1, huge, 2, false) },
		"huge block":      func() { BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, []Block{{huge, huge}}, 3, 4, 2, false) },
	}
	eachVersion(t, func(t *testing.T) {
		BlockGemm(f(12), 4, f(6), 2, 1, f(8), 4, one, 3, 4, 2, false) // what all of these spoil
		for name, call := range calls {
			if !panics(call) {
				t.Errorf("%s did not panic", name)
			}
		}
	})
}

// TestBlockGemmAllocates checks that the list of blocks may live on the stack.
func TestBlockGemmAllocates(t *testing.T) {
	c, a, b := make([]float32, 128), make([]float32, 128), make([]float32, 1024)
	eachVersion(t, func(t *testing.T) {
		n := testing.AllocsPerRun(100, func() {
			blocks := [2]Block{{0, 0}, {16, 512}}
			BlockGemm(c, 32, a, 32, 1, b, 32, blocks[:], 4, 32, 16, false)
		})
		if n != 0 {
			t.Errorf("%g allocations a call", n)
		}
	})
}
