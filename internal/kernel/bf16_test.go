package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

const wordCanary = 0x5a5a

// words is a slice of bf16 inside a larger one whose rest must never change.
type words struct {
	all, data []uint16
}

func newWords(n, shift int) words {
	all := make([]uint16, n+2*2*guard+32)
	for i := range all {
		all[i] = wordCanary
	}
	return words{all, all[2*guard+shift : 2*guard+shift+n : 2*guard+shift+n]}
}

func (w words) check(t *testing.T, what string) {
	t.Helper()
	start := cap(w.all) - cap(w.all[2*guard:])
	for len(w.data) > 0 && &w.all[start] != &w.data[0] {
		start++
	}
	for i, v := range w.all {
		if v != wordCanary && (i < start || i >= start+len(w.data)) {
			t.Fatalf("%s: wrote outside a slice of %d, in place %d of its room", what, len(w.data), i)
		}
	}
}

func fill16(rng *rand.Rand, x []uint16) {
	for i := range x {
		x[i] = bf16(float32(rng.NormFloat64()))
	}
}

// odd16 puts in what the round is about: any bits, numbers whose products lie around
// 2^-126 or 2^127, or special ones in some places.
func odd16(rng *rand.Rand, x []uint16, round int) {
	special := []uint16{0x7fc0, 0x7f80, 0xff80, 0, 0x8000, 1, 0x8001, 0x007f, 0x0080, 0x8080, 0x1f80, 0x2000, 0xa000, 0x5f80, 0xdf81, 0x7f00, 0xff7f}
	near := func(exponent int) uint16 {
		return uint16(rng.Uint32())&0x807f | uint16(127+exponent+rng.IntN(4)-2)<<7
	}
	for i := range x {
		switch {
		case round%4 == 0:
			x[i] = uint16(rng.Uint32())
		case round%4 == 1:
			x[i] = near(-63)
		case round%4 == 2:
			x[i] = near(63)
		case rng.IntN(3) == 0:
			x[i] = special[rng.IntN(len(special))]
		}
	}
}

// TestToBF16 rounds around each bf16 there is and compares with the nearer of
// its neighbours, decided in float64.
func TestToBF16(t *testing.T) {
	var src []float32
	var want []uint16
	value := func(b int) float64 {
		if b&0x7fff == 0x7f80 { // where the next one would be, had it an exponent
			return math.Copysign(0x1p128, float64(1-b>>15*2))
		}
		return float64(math.Float32frombits(uint32(b) << 16))
	}
	for b := range 1 << 16 {
		for _, low := range []uint32{0, 1, 0x7fff, 0x8000, 0x8001, 0xffff} {
			v := math.Float32frombits(uint32(b)<<16 | low)
			w := uint16(b)
			switch {
			case v != v:
				w |= 0x40
			case b&0x7f80 == 0:
				w &= 0x8000
			case b&0x7fff != 0x7f80:
				below, above := math.Abs(float64(v)-value(b)), math.Abs(value(b+1)-float64(v))
				if above < below || above == below && b%2 == 1 {
					w++
				}
			}
			src, want = append(src, v), append(want, w)
		}
	}
	eachVersion(t, func(t *testing.T) {
		got := make([]uint16, len(src))
		ToBF16(got, src)
		for i, w := range want {
			if got[i] != w {
				t.Fatalf("%g (%#x) gives %#x, want %#x", src[i], math.Float32bits(src[i]), got[i], w)
			}
		}
		for _, n := range lengths() {
			dst, s := newWords(n, n%16), src[n*5:][:n]
			ToBF16(dst.data, s)
			if !slices.Equal(dst.data, want[n*5:][:n]) {
				t.Fatalf("wrong for n=%d", n)
			}
			dst.check(t, fmt.Sprintf("n=%d", n))
		}
	})
}

// product16 is one call of BlockGemmBF16 with its room.
type product16 struct {
	m, n, k, ldc, aRow, ldb int
	accumulate              bool
	blocks                  []Block
	c                       guarded
	a, b                    words
}

// newProduct16 lays out a product so that the last element of a, b and c is the
// last that the call may touch.
func newProduct16(rng *rand.Rand, m, n, k, blocks int) product16 {
	p := product16{m: m, n: n, k: k, accumulate: rng.IntN(2) == 0}
	p.ldc, p.aRow, p.ldb = n+rng.IntN(3), k+rng.IntN(3), 2*n+rng.IntN(5)
	var endA, endB int
	for range blocks {
		bl := Block{rng.IntN(50), rng.IntN(50)}
		p.blocks = append(p.blocks, bl)
		endA = max(endA, bl.A+(m-1)*p.aRow+k)
		endB = max(endB, bl.B+(k/2-1)*p.ldb+2*n)
	}
	p.c = newGuarded(max(0, (m-1)*p.ldc+n), rng.IntN(16))
	p.a = newWords(max(0, endA), rng.IntN(16))
	p.b = newWords(max(0, endB), rng.IntN(16))
	fill(rng, p.c.data)
	fill16(rng, p.a.data)
	fill16(rng, p.b.data)
	return p
}

func (p product16) String() string {
	return fmt.Sprintf("m=%d n=%d k=%d blocks=%d ldc=%d aRow=%d ldb=%d accumulate=%t", p.m, p.n, p.k, len(p.blocks), p.ldc, p.aRow, p.ldb, p.accumulate)
}

func (p product16) run() {
	BlockGemmBF16(p.c.data, p.ldc, p.a.data, p.aRow, p.b.data, p.ldb, p.blocks, p.m, p.n, p.k, p.accumulate)
}

// portable is what the portable version makes of c.
func (p product16) portable(c []float32) []float32 {
	c = slices.Clone(c)
	if p.k > 0 && len(p.blocks) > 0 {
		blockGemmBF16Portable(c, p.ldc, p.a.data, p.aRow, p.b.data, p.ldb, p.blocks, p.m, p.n, p.k, p.accumulate)
	}
	return c
}

// check runs the product and compares it with its definition in float64 and with
// the portable version, to the bit; what lies between the rows of C must stay.
func (p product16) check(t *testing.T) {
	t.Helper()
	before := slices.Clone(p.c.data)
	p.run()
	want, tol := make([]float64, len(before)), make([]float64, len(before))
	for i, v := range before {
		want[i] = float64(v)
	}
	value := func(b uint16) float64 { return float64(math.Float32frombits(uint32(b) << 16)) }
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
					v := value(p.a.data[bl.A+i*p.aRow+kk]) * value(p.b.data[bl.B+kk/2*p.ldb+2*j+kk%2])
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
	if p.k > 0 && len(p.blocks) > 0 {
		same(t, "against the portable version: "+p.String(), p.c.data, p.portable(before))
	}
	p.c.check(t, p.String())
	p.a.check(t, p.String())
	p.b.check(t, p.String())
}

func TestBlockGemmBF16(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(21, 22))
		for m := range 20 {
			for _, n := range []int{0, 1, 3, 15, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 100} {
				for _, k := range []int{0, 2, 4, 10, 32} {
					newProduct16(rng, m, n, k, rng.IntN(5)).check(t)
				}
			}
		}
		// Long enough to be cut into pieces of 2*kRows, by blocks and by k.
		for _, m := range []int{3, 9, 20} {
			for _, n := range []int{3, 33, 70} {
				newProduct16(rng, m, n, 2300, 1).check(t)
				newProduct16(rng, m, n, 300, 9).check(t)
			}
		}
		newProduct16(rng, 300, 70, 6, 2).check(t)
		newProduct16(rng, 300, 70, 1200, 2).check(t)
	})
}

// TestBlockGemmBF16Odd holds all versions to the bits of the portable one for
// NaN, infinities, zeros and extremes in A, B and C, for any bits, and for
// products around 2^-126 and 2^127.
func TestBlockGemmBF16Odd(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(23, 24))
		for round := range 4000 {
			p := newProduct16(rng, 1+rng.IntN(10), 1+rng.IntN(70), 2*(1+rng.IntN(3)), 1+rng.IntN(2))
			odd(rng, p.c.data)
			odd16(rng, p.a.data, round)
			odd16(rng, p.b.data, round)
			if round%4 != 3 {
				for i := range p.c.data {
					e := []uint32{rng.Uint32N(256), rng.Uint32N(4), 251 + rng.Uint32N(4)}[round%4]
					p.c.data[i] = math.Float32frombits(rng.Uint32()&0x807fffff | e<<23)
				}
			}
			want := p.portable(p.c.data)
			p.run()
			same(t, p.String(), p.c.data, want)
		}
	})
}

// TestBlockGemmBF16Pair pins down how one pair is summed.
func TestBlockGemmBF16Pair(t *testing.T) {
	one, tiny := bf16(1), bf16(0x1p-126)
	inf := float32(math.Inf(1))
	tests := []struct {
		name string
		c    float32
		a, b [2]uint16
		want float32
	}{
		{"the second product first", 1, [2]uint16{bf16(0x1p-24), bf16(1)}, [2]uint16{one, one}, 2},
		{"the first product last", 1, [2]uint16{bf16(-1), bf16(0x1p-24)}, [2]uint16{one, one}, 0},
		{"overflow between", 0x1.fffffep127, [2]uint16{bf16(-0x1p127), bf16(0x1p127)}, [2]uint16{one, one}, inf},
		{"a denormal sum between", 0, [2]uint16{tiny, tiny}, [2]uint16{bf16(0.5), bf16(0.5)}, 0},
		{"a denormal product", 0, [2]uint16{tiny, tiny}, [2]uint16{bf16(0.5), one}, 0x1.8p-126},
		{"a sum that rounds up to a normal one", 0x1p-126, [2]uint16{bf16(0x1p-100), 0}, [2]uint16{bf16(-0x1p-51), 0}, 0x1p-126},
		{"one that only a denormal's few bits would round up", 0x1p-126, [2]uint16{bf16(0x1p-100), 0}, [2]uint16{bf16(-0x1p-50), 0}, 0},
		{"denormal C", 0x1p-127, [2]uint16{tiny, 0}, [2]uint16{one, 0}, 0x1p-126},
		{"denormal A", 0, [2]uint16{1, 1}, [2]uint16{bf16(0x1p127), bf16(0x1p127)}, 0},
	}
	eachVersion(t, func(t *testing.T) {
		for _, x := range tests {
			c := []float32{x.c}
			BlockGemmBF16(c, 1, x.a[:], 2, x.b[:], 2, []Block{{}}, 1, 1, 2, true)
			same(t, x.name, c, []float32{x.want})
		}
	})
}

func TestBlockGemmBF16Bounds(t *testing.T) {
	f := func(n int) []float32 { return make([]float32, n) }
	h := func(n int) []uint16 { return make([]uint16, n) }
	one := []Block{{0, 0}}
	const huge = math.MaxInt &^ 1
	calls := map[string]func(){
		"odd k":           func() { BlockGemmBF16(f(12), 4, h(9), 3, h(16), 8, one, 3, 4, 3, false) },
		"short c":         func() { BlockGemmBF16(f(11), 4, h(12), 4, h(16), 8, one, 3, 4, 4, false) },
		"short a":         func() { BlockGemmBF16(f(12), 4, h(11), 4, h(16), 8, one, 3, 4, 4, false) },
		"short b":         func() { BlockGemmBF16(f(12), 4, h(12), 4, h(15), 8, one, 3, 4, 4, false) },
		"rows overlap":    func() { BlockGemmBF16(f(12), 3, h(12), 4, h(16), 8, one, 3, 4, 4, false) },
		"block past a":    func() { BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, []Block{{0, 0}, {1, 0}}, 3, 4, 4, false) },
		"block past b":    func() { BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, []Block{{0, 1}}, 3, 4, 4, false) },
		"block before a":  func() { BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, []Block{{-1, 0}}, 3, 4, 4, false) },
		"negative stride": func() { BlockGemmBF16(f(12), 4, h(12), -4, h(16), 8, one, 3, 4, 4, false) },
		"huge k":          func() { BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, one, 3, 4, huge, false) },
		"huge stride":     func() { BlockGemmBF16(f(12), 4, h(12), huge/2+1, h(16), 8, one, 3, 4, 4, false) },
		"huge m":          func() { BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, one, huge, 4, 4, false) },
		"huge n":          func() { BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, one, 1, huge, 4, false) },
	}
	eachVersion(t, func(t *testing.T) {
		BlockGemmBF16(f(12), 4, h(12), 4, h(16), 8, one, 3, 4, 4, false) // what all of these spoil
		for name, call := range calls {
			if !panics(call) {
				t.Errorf("%s did not panic", name)
			}
		}
		c := f(4)
		fill(rand.New(rand.NewPCG(1, 1)), c)
		BlockGemmBF16(c, 4, nil, 0, nil, 0, nil, 1, 4, 2, false)
		same(t, "without blocks", c, f(4))
	})
}

func TestBlockGemmBF16Allocates(t *testing.T) {
	c, a, b := make([]float32, 128), make([]uint16, 128), make([]uint16, 1024)
	eachVersion(t, func(t *testing.T) {
		n := testing.AllocsPerRun(100, func() {
			blocks := [2]Block{{0, 0}, {16, 512}}
			BlockGemmBF16(c, 32, a, 32, b, 64, blocks[:], 4, 32, 16, false)
		})
		if n != 0 {
			t.Errorf("%g allocations a call", n)
		}
	})
}
