package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// sparseKernel is one of the two kernels with the size of its result: a winner
// reads rows x width floats.
type sparseKernel struct {
	name        string
	rows, width int
	run         func(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool)
}

var sparseKernels = []sparseKernel{
	{"PooledFilterGrad", 3, 96, PooledFilterGrad},
	{"PooledPatchGrad", 1, 32, PooledPatchGrad},
}

// sparseCall is one call with its room.
type sparseCall struct {
	sparseKernel
	n, xRow    int
	accumulate bool
	sites      []Block
	winner     []uint8
	dst, x, dy guarded
}

// newSparseCall lays out a call so that the last element of x and dy is the last
// that it may touch.
func newSparseCall(rng *rand.Rand, k sparseKernel, n, sites int) sparseCall {
	c := sparseCall{sparseKernel: k, n: n, xRow: rng.IntN(200), accumulate: rng.IntN(2) == 0}
	var endA, endB int
	for range sites {
		s := Block{rng.IntN(900), rng.IntN(900)}
		c.sites = append(c.sites, s)
		endA, endB = max(endA, s.A+k.rows*c.xRow+32+k.width), max(endB, s.B+n)
	}
	c.dst = newGuarded(n*k.rows*k.width, rng.IntN(16))
	c.x, c.dy = newGuarded(endA, rng.IntN(16)), newGuarded(endB, rng.IntN(16))
	fill(rng, c.dst.data)
	fill(rng, c.x.data)
	fill(rng, c.dy.data)
	c.winner = make([]uint8, endB)
	for i := range c.winner {
		c.winner[i] = uint8(rng.IntN(256))
	}
	return c
}

func (c sparseCall) String() string {
	return fmt.Sprintf("%s n=%d sites=%d xRow=%d accumulate=%t", c.name, c.n, len(c.sites), c.xRow, c.accumulate)
}

// do returns what the call makes of dst, which keeps what it had.
func (c sparseCall) do() []float32 {
	before := slices.Clone(c.dst.data)
	c.run(c.dst.data, c.x.data, c.xRow, c.dy.data, c.winner, c.sites, c.n, c.accumulate)
	after := slices.Clone(c.dst.data)
	copy(c.dst.data, before)
	return after
}

// want is the loop of the kernel's comment in float64, and the sum of the sizes.
func (c sparseCall) want() (sum, size []float64) {
	sum, size = make([]float64, len(c.dst.data)), make([]float64, len(c.dst.data))
	shift := [4]int{0, 32, c.xRow, c.xRow + 32}
	for i := range sum {
		o, r, l := i/c.width/c.rows, i/c.width%c.rows, i%c.width
		if c.accumulate {
			sum[i] = float64(c.dst.data[i])
			size[i] = math.Abs(sum[i])
		}
		for _, s := range c.sites {
			v := float64(c.dy.data[s.B+o]) * float64(c.x.data[s.A+shift[c.winner[s.B+o]&3]+r*c.xRow+l])
			sum[i] += v
			size[i] += math.Abs(v)
		}
	}
	return sum, size
}

func (c sparseCall) check(t *testing.T) {
	t.Helper()
	const eps = 1.0 / (1 << 23)
	got := c.do()
	want, size := c.want()
	for i, w := range want {
		g := float64(got[i])
		if math.IsNaN(w) != math.IsNaN(g) || math.IsInf(w, 0) && g != w || !math.IsInf(w, 0) && math.Abs(g-w) > float64(len(c.sites))*eps*size[i] {
			t.Fatalf("%v: dst[%d] = %g, want %g", c, i, g, w)
		}
	}
	for _, g := range []guarded{c.dst, c.x, c.dy} {
		g.check(t, c.String())
	}
	same(t, "second run of "+c.String(), c.do(), got)
}

func eachSparseCall(t *testing.T, check func(t *testing.T, c sparseCall)) {
	rng := rand.New(rand.NewPCG(19, 20))
	for _, k := range sparseKernels {
		for n := range 35 {
			for _, sites := range []int{0, 1, 2, 3, 4, 5, 16, 33} {
				check(t, newSparseCall(rng, k, n, sites))
			}
		}
		// Around the number of sites that is walked at once.
		for sites := 47; sites <= 50; sites++ {
			check(t, newSparseCall(rng, k, 18, sites))
			check(t, newSparseCall(rng, k, 16, 48+sites))
		}
	}
}

func TestPooledGrads(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		eachSparseCall(t, func(t *testing.T, c sparseCall) { c.check(t) })
	})
}

// TestPooledGradsBits checks that all assembly gives the same bits, and that a
// list of sites may be cut anywhere.
func TestPooledGradsBits(t *testing.T) {
	was := running
	defer func() { running = was }()
	eachSparseCall(t, func(t *testing.T, c sparseCall) {
		running = best()
		want := c.do()
		if best() == avx512 {
			running = avx2
			same(t, "AVX2's "+c.String(), c.do(), want)
			running = avx512
		}
		if cut := len(c.sites) / 3; cut > 0 {
			tail := c
			tail.sites, tail.accumulate = c.sites[cut:], true
			c.sites = c.sites[:cut]
			copy(tail.dst.data, c.do())
			same(t, "in two calls "+c.String(), tail.do(), want)
		}
	})
}

// TestPooledGradsSpecial checks that NaN and Inf get where they belong and
// nowhere else.
func TestPooledGradsSpecial(t *testing.T) {
	inf := float32(math.Inf(1))
	special := []float32{float32(math.NaN()), inf, -inf, 0}
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(21, 22))
		for _, k := range sparseKernels {
			for n := 1; n < 35; n++ {
				for range 4 {
					c := newSparseCall(rng, k, n, 3)
					for range 20 {
						c.x.data[rng.IntN(len(c.x.data))] = special[rng.IntN(4)]
					}
					c.dy.data[rng.IntN(len(c.dy.data))] = special[rng.IntN(4)]
					c.check(t)
				}
			}
		}
	})
}

func TestPooledGradsBounds(t *testing.T) {
	for _, k := range sparseKernels {
		const n, xRow = 5, 128
		sizeX := k.rows*xRow + 32 + k.width
		type sizes struct{ dst, x, dy, winner, n, xRow int }
		good := sizes{n * k.rows * k.width, sizeX, n, n, n, xRow}
		call := func(s sizes, sites ...Block) func() {
			return func() {
				k.run(make([]float32, s.dst), make([]float32, s.x), s.xRow, make([]float32, s.dy), make([]uint8, s.winner), sites, s.n, false)
			}
		}
		bad := map[string]func(){
			"site past x":      call(good, Block{}, Block{A: 1}),
			"site before x":    call(good, Block{A: -1}),
			"site past dy":     call(good, Block{}, Block{B: 1}),
			"site before dy":   call(good, Block{B: -1}),
			"huge site":        call(good, Block{math.MaxInt, math.MaxInt}),
			"short x":          call(sizes{good.dst, good.x - 1, n, n, n, xRow}, Block{}),
			"short dst":        call(sizes{good.dst - 1, good.x, n, n, n, xRow}, Block{}),
			"short dst, none":  call(sizes{good.dst - 1, good.x, n, n, n, xRow}),
			"short dy":         call(sizes{good.dst, good.x, n - 1, n, n, xRow}, Block{}),
			"short winner":     call(sizes{good.dst, good.x, n, n - 1, n, xRow}, Block{}),
			"negative n":       call(sizes{good.dst, good.x, n, n, -1, xRow}, Block{}),
			"negative row":     call(sizes{good.dst, good.x, n, n, n, -1}, Block{}),
			"huge row":         call(sizes{good.dst, good.x, n, n, n, math.MaxInt / 2}, Block{}),
			"huge n":           call(sizes{good.dst, good.x, n, n, math.MaxInt / 2, xRow}, Block{}),
			"row as long as x": call(sizes{good.dst, good.x, n, n, n, good.x}, Block{}),
		}
		eachVersion(t, func(t *testing.T) {
			call(good, Block{})() // what all of these spoil
			for name, f := range bad {
				if !panics(f) {
					t.Errorf("%s: %s did not panic", k.name, name)
				}
			}
		})
	}
}

func TestPatches(t *testing.T) {
	eachVersion(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(25, 26))
		for h := range 4 {
			for w := range 20 {
				dst, x := newGuarded(h*w*32, rng.IntN(16)), newGuarded((h+2)*(w+2)*3, rng.IntN(16))
				fill(rng, dst.data)
				fill(rng, x.data)
				odd(rng, x.data)
				Patches(dst.data, x.data, h, w)
				want := make([]float32, h*w*32)
				for i := range want {
					if l := i % 32; l < 27 {
						y, q := i/32/w+l/9, i/32%w+l%9/3
						want[i] = x.data[(y*(w+2)+q)*3+l%3]
					}
				}
				what := fmt.Sprintf("%d x %d", h, w)
				same(t, what, dst.data, want)
				dst.check(t, what)
				x.check(t, what)
			}
		}
		if !panics(func() { Patches(make([]float32, 31), make([]float32, 27), 1, 1) }) || !panics(func() { Patches(make([]float32, 32), make([]float32, 26), 1, 1) }) {
			t.Error("wrong lengths did not panic")
		}
	})
}

// TestPooledGradsAllocate checks that the sites may live on the stack.
func TestPooledGradsAllocate(t *testing.T) {
	dst, x, dy, winner := make([]float32, 32*288), make([]float32, 1000), make([]float32, 100), make([]uint8, 100)
	eachVersion(t, func(t *testing.T) {
		n := testing.AllocsPerRun(100, func() {
			sites := [2]Block{{0, 0}, {32, 40}}
			PooledFilterGrad(dst, x, 128, dy, winner, sites[:], 32, true)
			PooledPatchGrad(dst, x, 128, dy, winner, sites[:], 30, true)
			PooledInputGrad(x, 128, dst, dy, winner, sites[:], 32)
		})
		if n != 0 {
			t.Errorf("%g allocations a call", n)
		}
	})
}
