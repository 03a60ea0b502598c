package kernel

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
)

// checksum is a hash of the bits of x.
func checksum(x []float32) uint64 {
	h := fnv.New64a()
	binary.Write(h, binary.LittleEndian, x)
	return h.Sum64()
}

// even fills x from -1 to 1 by integers and a power of two, so that every
// processor and compiler makes the same values.
func even(rng *rand.Rand, x []float32) {
	for i := range x {
		x[i] = float32(int32(rng.Uint32())) / (1 << 31)
	}
}

// TestBits pins the bits that AVX-512, AVX2 and NEON have in common: those of
// BlockGemm, for each way A may lie, and of ELU. The portable versions round
// otherwise.
func TestBits(t *testing.T) {
	layouts := []struct {
		name    string
		strides func(m, k int) (aRow, aCol int)
		want    uint64
	}{
		{"rows of A", func(_, k int) (int, int) { return k + 1, 1 }, 0x953077e4f4e2f29},
		{"columns of A", func(m, _ int) (int, int) { return 1, m + 2 }, 0x29399ecc70400cc3},
		{"any strides", func(_, k int) (int, int) { return 2*k + 1, 2 }, 0x256c55f3c1863dc8},
	}
	eachVersion(t, func(t *testing.T) {
		if running == none {
			return
		}
		for _, l := range layouts {
			rng := rand.New(rand.NewPCG(19, 20))
			var all []float32
			for m := 1; m < 18; m++ {
				for _, n := range []int{1, 2, 3, 4, 7, 8, 12, 16, 31, 32, 33, 45, 64, 67, 100} {
					for _, s := range []struct{ k, blocks int }{{1, 1}, {3, 2}, {4, 1}, {9, 3}, {70, 1}, {30, 40}} {
						aRow, aCol := l.strides(m, s.k)
						all = append(all, evenProduct(rng, m, n, s.k, s.blocks, aRow, aCol)...)
					}
				}
			}
			if got := checksum(all); got != l.want {
				t.Errorf("BlockGemm, %s: the bits are %#x, want %#x", l.name, got, l.want)
			}
		}

		var x []float32
		for b := uint32(0); b <= math.Float32bits(200); b += 4099 {
			x = append(x, -math.Float32frombits(b))
		}
		ELU(x, x)
		if got, want := checksum(x), uint64(0x4e78b2827303d5a6); got != want {
			t.Errorf("ELU: the bits are %#x, want %#x", got, want)
		}
	})
}

// evenProduct is C after a product of random matrices is added to a random one.
func evenProduct(rng *rand.Rand, m, n, k, blocks, aRow, aCol int) []float32 {
	list := make([]Block, blocks)
	for i := range list {
		list[i] = Block{i * 3, i * 5}
	}
	c := make([]float32, m*n)
	a := make([]float32, (m-1)*aRow+(k-1)*aCol+1+3*blocks)
	b := make([]float32, k*n+5*blocks)
	for _, x := range [][]float32{c, a, b} {
		even(rng, x)
	}
	BlockGemm(c, n, a, aRow, aCol, b, n, list, m, n, k, true)
	return c
}

// TestBitsOfPooledGrads pins what AVX-512, AVX2 and NEON have in common of the
// gradients behind a pooling.
func TestBitsOfPooledGrads(t *testing.T) {
	want := map[string]uint64{
		"PooledFilterGrad": 0xd975eeaf1d960150,
		"PooledPatchGrad":  0xe6e806b07f4fb5cf,
		"PooledInputGrad":  0xa2214cc64d0e9b65,
	}
	eachVersion(t, func(t *testing.T) {
		if running == none {
			return
		}
		all := map[string][]float32{}
		for _, n := range []int{1, 2, 15, 16, 17, 33, 64} {
			for _, sites := range []int{1, 2, 9, 70} {
				layout := func() *rand.Rand { return rand.New(rand.NewPCG(uint64(n), uint64(sites))) }
				rng := layout()
				for _, k := range sparseKernels {
					c := newSparseCall(layout(), k, n, sites)
					evenCall(rng, c.winner, c.dst, c.x, c.dy)
					all[k.name] = append(all[k.name], c.do()...)
				}
				c := newScatterCall(layout(), n, sites)
				evenCall(rng, c.winner, c.dst, c.w, c.dy)
				all["PooledInputGrad"] = append(all["PooledInputGrad"], c.do()...)
			}
		}
		for name, x := range all {
			if got := checksum(x); got != want[name] {
				t.Errorf("%s: the bits are %#x, want %#x", name, got, want[name])
			}
		}
	})
}

// evenCall fills a call's slices and winners as even does.
func evenCall(rng *rand.Rand, winner []uint8, slices ...guarded) {
	for _, s := range slices {
		even(rng, s.data)
	}
	for i := range winner {
		winner[i] = uint8(rng.Uint32())
	}
}
