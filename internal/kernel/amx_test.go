package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// productAMX is one call of BlockGemmAMX with its room, which ends where the call may.
type productAMX struct {
	m, k, ldc, aRow int
	blocks          []Block
	c               guarded
	a, b            words
}

func newProductAMX(rng *rand.Rand, m, k, blocks int) productAMX {
	p := productAMX{m: m, k: k, ldc: 32 + rng.IntN(3), aRow: k + rng.IntN(3)}
	if rng.IntN(3) == 0 {
		p.aRow = 8 // rows may overlap
	}
	var endA, endB int
	for range blocks {
		bl := Block{rng.IntN(50), rng.IntN(50)}
		p.blocks = append(p.blocks, bl)
		endA = max(endA, bl.A+(m-1)*p.aRow+k)
		endB = max(endB, bl.B+k/2*64)
	}
	p.c = newGuarded((m-1)*p.ldc+32, rng.IntN(16))
	p.a, p.b = newWords(endA, rng.IntN(16)), newWords(endB, rng.IntN(16))
	fill(rng, p.c.data)
	fill16(rng, p.a.data)
	fill16(rng, p.b.data)
	return p
}

func (p productAMX) String() string {
	return fmt.Sprintf("m=%d k=%d blocks=%d ldc=%d aRow=%d", p.m, p.k, len(p.blocks), p.ldc, p.aRow)
}

// check holds the product to its definition in float64 and to the portable version,
// to the bit.
func (p productAMX) check(t *testing.T) {
	t.Helper()
	portable := slices.Clone(p.c.data)
	blockGemmAMXPortable(portable, p.ldc, p.a.data, p.aRow, p.b.data, p.blocks, p.m, p.k)
	BlockGemmAMX(p.c.data, p.ldc, p.a.data, p.aRow, p.b.data, p.blocks, p.m, p.k)
	same(t, "against the portable version: "+p.String(), p.c.data, portable)
	value := func(b uint16) float64 { return float64(math.Float32frombits(uint32(b) << 16)) }
	for i := range p.m {
		for j := range 32 {
			var s, abs float64
			for _, bl := range p.blocks {
				for kk := range p.k {
					v := value(p.a.data[bl.A+i*p.aRow+kk]) * value(p.b.data[bl.B+kk/2*64+2*j+kk%2])
					s += v
					abs += math.Abs(v)
				}
			}
			if got := float64(p.c.data[i*p.ldc+j]); !(math.Abs(got-s) <= float64(p.k*len(p.blocks))*abs/(1<<23)) {
				t.Fatalf("%v: c[%d,%d] = %g, want %g", p, i, j, got, s)
			}
		}
	}
	p.c.check(t, p.String())
	p.a.check(t, p.String())
	p.b.check(t, p.String())
}

func TestBlockGemmAMX(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(31, 32))
		for m := 1; m <= 70; m++ {
			for _, k := range []int{32, 64, 96} {
				newProductAMX(rng, m, k, 1+rng.IntN(4)).check(t)
			}
		}
	})
}

// All versions have the same bits for NaN, infinities, denormals, extremes, and for
// products and sums around 2^-126 and 2^127.
func TestBlockGemmAMXOdd(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(33, 34))
		for round := range 600 {
			p := newProductAMX(rng, 1+rng.IntN(20), 32, 1+rng.IntN(2))
			for _, x := range [][]uint16{p.a.data, p.b.data} {
				odd16(rng, x, round)
				for i := range x {
					if rng.IntN(2) == 0 { // so that some sums have few terms
						x[i] = 0
					}
				}
			}
			want := slices.Clone(p.c.data)
			blockGemmAMXPortable(want, p.ldc, p.a.data, p.aRow, p.b.data, p.blocks, p.m, p.k)
			BlockGemmAMX(p.c.data, p.ldc, p.a.data, p.aRow, p.b.data, p.blocks, p.m, p.k)
			same(t, p.String(), p.c.data, want)
		}
	})
}

func TestBlockGemmAMXBounds(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	h := func(n int) []uint16 { return make([]uint16, n) }
	one := []Block{{}}
	calls := map[string]func(){
		"k":             func() { BlockGemmAMX(f(96), 32, h(96), 32, h(1024), one, 3, 30) },
		"short c":       func() { BlockGemmAMX(f(95), 32, h(96), 32, h(1024), one, 3, 32) },
		"short a":       func() { BlockGemmAMX(f(96), 32, h(95), 32, h(1024), one, 3, 32) },
		"short b":       func() { BlockGemmAMX(f(96), 32, h(96), 32, h(1023), one, 3, 32) },
		"rows overlap":  func() { BlockGemmAMX(f(96), 31, h(96), 32, h(1024), one, 3, 32) },
		"block past a":  func() { BlockGemmAMX(f(96), 32, h(96), 32, h(1024), []Block{{1, 0}}, 3, 32) },
		"block past b":  func() { BlockGemmAMX(f(96), 32, h(96), 32, h(1024), []Block{{0, 1}}, 3, 32) },
		"block before":  func() { BlockGemmAMX(f(96), 32, h(96), 32, h(1024), []Block{{0, -1}}, 3, 32) },
		"negative size": func() { BlockGemmAMX(f(96), 32, h(96), 32, h(1024), one, -3, 32) },
	}
	eachVersion(t, func(t *testing.T) {
		BlockGemmAMX(f(96), 32, h(96), 32, h(1024), one, 3, 32)
		for name, call := range calls {
			if !panics(call) {
				t.Errorf("%s did not panic", name)
			}
		}
		c := f(32)
		fill(rand.New(rand.NewPCG(1, 1)), c)
		BlockGemmAMX(c, 32, nil, 0, nil, nil, 1, 32)
		same(t, "without blocks", c, f(32))
	})
}

// TestAMX runs where the processor has it, asked of the system in another way.
func TestAMX(t *testing.T) {
	out, err := exec.Command("grep", "-cw", "amx_bf16", "/proc/cpuinfo").Output()
	there := err == nil && strings.TrimSpace(string(out)) != "0"
	eachVersion(t, func(t *testing.T) {
		if AMX() && !there {
			t.Error("AMX is true where the processor has none")
		}
	})
}

func TestTransposePairs(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(35, 36))
		for _, rows := range []int{0, 1, 3, 8, 16, 17, 32} {
			for _, cols := range []int{1, 8, 32} {
				ldd, lds := 2*rows+2*rng.IntN(3), 2*cols+2*rng.IntN(3)
				dst, src := newWords(max(0, (cols-1)*ldd+2*rows), 2), newWords(max(0, (rows-1)*lds+2*cols), 4)
				for i := range src.data {
					src.data[i] = uint16(rng.Uint32())
				}
				want := slices.Clone(dst.data)
				for i := range rows {
					for j := range cols {
						copy(want[j*ldd+2*i:], src.data[i*lds+2*j:][:2])
					}
				}
				TransposePairs(dst.data, ldd, src.data, lds, rows, cols)
				if !slices.Equal(dst.data, want) {
					t.Fatalf("%d x %d", rows, cols)
				}
				dst.check(t, "dst")
			}
		}
	})
}
