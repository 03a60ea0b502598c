package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// scatterCall is one call of PooledInputGrad with its room.
type scatterCall struct {
	n, xRow    int
	sites      []Block
	winner     []uint8
	dst, w, dy guarded
}

// newScatterCall lays out a call so that the last element of each slice is the
// last that it may touch.
func newScatterCall(rng *rand.Rand, n, sites int) scatterCall {
	c := scatterCall{n: n, xRow: 32 * (4 + rng.IntN(4))}
	var endA, endB int
	for range sites {
		s := Block{32 * rng.IntN(22), rng.IntN(700)}
		c.sites = append(c.sites, s)
		endA, endB = max(endA, s.A+3*c.xRow+128), max(endB, s.B+n)
	}
	c.dst, c.w, c.dy = newGuarded(endA, rng.IntN(16)), newGuarded(n*288, rng.IntN(16)), newGuarded(endB, rng.IntN(16))
	fill(rng, c.dst.data)
	fill(rng, c.w.data)
	fill(rng, c.dy.data)
	c.winner = make([]uint8, endB)
	mask := []int{255, 3, 1, 0}[rng.IntN(4)] // often some never win
	for i := range c.winner {
		c.winner[i] = uint8(rng.IntN(256) & mask)
	}
	return c
}

func (c scatterCall) String() string {
	return fmt.Sprintf("n=%d sites=%d xRow=%d", c.n, len(c.sites), c.xRow)
}

// do returns what the call makes of dst, which keeps what it had.
func (c scatterCall) do() []float32 {
	before := slices.Clone(c.dst.data)
	PooledInputGrad(c.dst.data, c.xRow, c.w.data, c.dy.data, c.winner, c.sites, c.n)
	after := slices.Clone(c.dst.data)
	copy(c.dst.data, before)
	return after
}

// check compares with the sums in float64; what no winner reaches must stay.
func (c scatterCall) check(t *testing.T) {
	t.Helper()
	const eps = 1.0 / (1 << 23)
	sum, size, terms := make([]float64, len(c.dst.data)), make([]float64, len(c.dst.data)), make([]float64, len(c.dst.data))
	for i, v := range c.dst.data {
		sum[i], size[i] = float64(v), math.Abs(float64(v))
	}
	shift := [4]int{0, 32, c.xRow, c.xRow + 32}
	for _, s := range c.sites {
		for o := range c.n {
			for l := range 288 {
				v := float64(c.dy.data[s.B+o]) * float64(c.w.data[o*288+l])
				i := s.A + shift[c.winner[s.B+o]&3] + l/96*c.xRow + l%96
				sum[i] += v
				size[i] += math.Abs(v)
				terms[i]++
			}
		}
	}
	got := c.do()
	for i, w := range sum {
		g := float64(got[i])
		if math.IsNaN(w) != math.IsNaN(g) || math.IsInf(w, 0) && g != w || !math.IsInf(w, 0) && math.Abs(g-w) > terms[i]*eps*size[i] {
			t.Fatalf("%v: dst[%d] = %g, want %g", c, i, g, w)
		}
	}
	for _, g := range []guarded{c.dst, c.w, c.dy} {
		g.check(t, c.String())
	}
	same(t, "second run of "+c.String(), c.do(), got)
}

func eachScatterCall(t *testing.T, check func(t *testing.T, c scatterCall)) {
	rng := rand.New(rand.NewPCG(27, 28))
	for n := range 70 {
		for _, sites := range []int{0, 1, 2, 7, 8, 9, 20} {
			check(t, newScatterCall(rng, n, sites))
		}
	}
}

func TestPooledInputGrad(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		eachScatterCall(t, func(t *testing.T, c scatterCall) { c.check(t) })
	})
}

// TestPooledInputGradBits checks that all assembly gives the same bits.
func TestPooledInputGradBits(t *testing.T) {
	if best() != avx512 {
		t.Skip("this machine has one version in assembly at most")
	}
	defer func() { running = best() }()
	eachScatterCall(t, func(t *testing.T, c scatterCall) {
		running = avx512
		want := c.do()
		running = avx2
		same(t, "AVX2's "+c.String(), c.do(), want)
	})
}

// TestPooledInputGradSpecial checks that NaN and Inf get where they belong and
// nowhere else.
func TestPooledInputGradSpecial(t *testing.T) {
	inf := float32(math.Inf(1))
	special := []float32{float32(math.NaN()), inf, -inf, 0}
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(29, 30))
		for n := 1; n < 70; n++ {
			c := newScatterCall(rng, n, 3)
			c.w.data[rng.IntN(len(c.w.data))] = special[rng.IntN(4)]
			c.dy.data[rng.IntN(len(c.dy.data))] = special[rng.IntN(4)]
			c.dst.data[rng.IntN(len(c.dst.data))] = special[rng.IntN(4)]
			c.check(t)
		}
	})
}

// TestPooledGradsAdjoint ties the kernels together: as x and the filters enter the
// output alike, <dx, x> = <dw, w> for any x and w.
func TestPooledGradsAdjoint(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(31, 32))
		c := newScatterCall(rng, 40, 12)
		x, dw := make([]float32, len(c.dst.data)), make([]float32, len(c.w.data))
		fill(rng, x)
		clear(c.dst.data)
		PooledFilterGrad(dw, x, c.xRow, c.dy.data, c.winner, c.sites, c.n, false)
		var a, b, size float64
		for i, v := range c.do() {
			a += float64(v) * float64(x[i])
			size += math.Abs(float64(v) * float64(x[i]))
		}
		for i, v := range dw {
			b += float64(v) * float64(c.w.data[i])
		}
		if math.Abs(a-b) > 1e-6*size {
			t.Errorf("<dx, x> = %g, <dw, w> = %g", a, b)
		}
	})
}

func TestPooledInputGradBounds(t *testing.T) {
	const n, xRow = 5, 128
	type sizes struct{ dst, w, dy, winner, n, xRow int }
	good := sizes{3*xRow + 128, n * 288, n, n, n, xRow}
	call := func(s sizes, sites ...Block) func() {
		return func() {
			PooledInputGrad(make([]float32, s.dst), s.xRow, make([]float32, s.w), make([]float32, s.dy), make([]uint8, s.winner), sites, s.n)
		}
	}
	bad := map[string]func(){
		"site past dst":   call(good, Block{}, Block{A: 32}),
		"site in a pixel": call(sizes{good.dst + 1, n * 288, n, n, n, xRow}, Block{}, Block{A: 1}),
		"row in a pixel":  call(sizes{good.dst + 3, n * 288, n, n, n, xRow + 1}, Block{}),
		"low row":         call(sizes{good.dst, n * 288, n, n, n, 96}, Block{}),
		"site before dst": call(good, Block{A: -1}),
		"site past dy":    call(good, Block{}, Block{B: 1}),
		"site before dy":  call(good, Block{B: -1}),
		"huge site":       call(good, Block{math.MaxInt, math.MaxInt}),
		"short dst":       call(sizes{good.dst - 1, n * 288, n, n, n, xRow}, Block{}),
		"short w":         call(sizes{good.dst, n*288 - 1, n, n, n, xRow}, Block{}),
		"short dy":        call(sizes{good.dst, n * 288, n - 1, n, n, xRow}, Block{}),
		"short winner":    call(sizes{good.dst, n * 288, n, n - 1, n, xRow}, Block{}),
		"negative n":      call(sizes{good.dst, n * 288, n, n, -1, xRow}, Block{}),
		"negative row":    call(sizes{good.dst, n * 288, n, n, n, -1}, Block{}),
		"huge row":        call(sizes{good.dst, n * 288, n, n, n, math.MaxInt / 2}, Block{}),
	}
	eachVersion(t, func(t *testing.T) {
		call(good, Block{})() // what all of these spoil
		for name, f := range bad {
			if !panics(f) {
				t.Errorf("%s did not panic", name)
			}
		}
	})
}
