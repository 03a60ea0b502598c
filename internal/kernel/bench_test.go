package kernel

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"
)

func BenchmarkPeak(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(PeakFMA(200*time.Millisecond), "GFLOP/s")
	}
}

// BenchmarkBlockGemm takes the shapes of the conv model: its dense layers, and
// convolutions by image, forward and back.
func BenchmarkBlockGemm(b *testing.B) {
	for _, s := range []struct {
		name                  string
		m, n, k, blocks       int
		aRow, aCol, ldb, rows int // rows: floats from block to block in A, if more than it takes
	}{
		{"tile 8x32, k=256", 8, 32, 256, 1, 256, 1, 32, 0},
		{"tile 4x64, k=256", 4, 64, 256, 1, 256, 1, 64, 0},
		{"tile 4x32, k=256", 4, 32, 256, 1, 256, 1, 32, 0},
		{"square 512", 512, 512, 512, 1, 512, 1, 512, 0},
		{"conv 4 images, 3 to 32", 4, 32, 9, 3, 32 * 32 * 3, 1, 32, 0},
		{"conv 4 images, 32 to 64", 4, 64, 96, 3, 16 * 16 * 32, 1, 64, 0},
		{"conv 4 images, 64 to 128", 4, 128, 192, 3, 8 * 8 * 64, 1, 128, 0},
		{"conv 8 images, 64 to 128", 8, 128, 192, 3, 8 * 8 * 64, 1, 128, 0},
		{"conv row of 32, 32 to 32", 32, 32, 96, 3, 32, 1, 32, 0},
		{"conv row of 32, 64 to 3", 32, 3, 192, 3, 64, 1, 3, 0},
		{"conv weights, 3 to 32", 3, 32, 32, 128, 1, 3, 32, 32 * 3},
		{"conv weights, 32 to 64", 32, 64, 16, 64, 1, 32, 64, 16 * 32},
		{"dense 4 x 3072 to 512", 4, 512, 3072, 1, 3072, 1, 512, 0},
		{"dense 32 x 3072 to 512", 32, 512, 3072, 1, 3072, 1, 512, 0},
		{"dense 1 x 3072 to 512", 1, 512, 3072, 1, 3072, 1, 512, 0},
		{"dense 4 x 512 to 3072", 4, 3072, 512, 1, 512, 1, 3072, 0},
		{"dense weights 3072 x 512, 4 images", 3072, 512, 4, 1, 1, 3072, 512, 0},
	} {
		b.Run(s.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			blocks := make([]Block, s.blocks)
			stepA := max(s.rows, s.k*s.aCol)
			for i := range blocks {
				blocks[i] = Block{i * stepA, i * s.k * s.ldb}
			}
			x := make([]float32, (s.m-1)*s.aRow+(s.k-1)*s.aCol+1+(s.blocks-1)*stepA)
			y := make([]float32, s.blocks*s.k*s.ldb)
			fill(rng, x)
			fill(rng, y)
			c := make([]float32, s.m*s.n)
			for b.Loop() {
				BlockGemm(c, s.n, x, s.aRow, s.aCol, y, s.ldb, blocks, s.m, s.n, s.k, false)
			}
			rate(b, 2*s.m*s.n*s.k*s.blocks)
		})
	}
}

func BenchmarkPeakBF16(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(PeakBF16(200*time.Millisecond), "GFLOP/s")
	}
}

// BenchmarkBlockGemmBF16 takes some of the same shapes, with B in panels of 32
// columns as the layers pack it.
func BenchmarkBlockGemmBF16(b *testing.B) {
	for _, s := range []struct {
		name               string
		m, n, k, blocks    int
		aRow, stepA, width int // width: columns of a panel of B
	}{
		{"tile 8x32, k=256", 8, 32, 256, 1, 256, 0, 32},
		{"tile 4x64, k=256", 4, 64, 256, 1, 256, 0, 64},
		{"tile 4x32, k=256", 4, 32, 256, 1, 256, 0, 32},
		{"square 512", 512, 512, 512, 1, 512, 0, 32},
		{"conv 4 images, 32 to 64", 4, 64, 96, 3, 16 * 16 * 32, 16 * 32, 32},
		{"conv 4 images, 64 to 128", 4, 128, 192, 3, 8 * 8 * 64, 8 * 64, 32},
		{"conv 8 images, 64 to 128", 8, 128, 192, 3, 8 * 8 * 64, 8 * 64, 32},
		{"conv 8 images, 128 to 64", 8, 64, 384, 3, 8 * 8 * 128, 8 * 128, 32},
		{"conv row of 32, 64 to 3", 32, 3, 192, 3, 64, 34 * 64, 32},
		{"dense 32 x 3072 to 512", 32, 512, 3072, 1, 3072, 0, 32},
		{"dense 4 x 3072 to 512", 4, 512, 3072, 1, 3072, 0, 32},
	} {
		b.Run(s.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 2))
			blocks := make([]Block, s.blocks)
			for i := range blocks {
				blocks[i] = Block{i * s.stepA, i * s.k * s.width}
			}
			panel := s.blocks * s.k * s.width
			x := make([]uint16, (s.m-1)*s.aRow+s.k+(s.blocks-1)*s.stepA)
			y := make([]uint16, (s.n+s.width-1)/s.width*panel)
			fill16(rng, x)
			fill16(rng, y)
			c := make([]float32, s.m*s.n)
			for b.Loop() {
				for j := 0; j < s.n; j += s.width {
					BlockGemmBF16(c[j:], s.n, x, s.aRow, y[j/s.width*panel:], 2*s.width, blocks, s.m, min(s.width, s.n-j), s.k, false)
				}
			}
			rate(b, 2*s.m*s.n*s.k*s.blocks)
		})
	}
}

// BenchmarkPackBF16 packs as many weights as the conv model has, 842,000, in
// taps of 128 to 64 channels.
func BenchmarkPackBF16(b *testing.B) {
	const rows, cols, taps = 128, 64, 103
	src, dst := make([]float32, taps*rows*cols), make([]uint16, taps*rows*cols)
	fill(rand.New(rand.NewPCG(1, 2)), src)
	for _, transposed := range []bool{false, true} {
		b.Run(map[bool]string{false: "rows", true: "transposed"}[transposed], func(b *testing.B) {
			for b.Loop() {
				for tap := range taps {
					for j := 0; j < cols; j += 32 {
						d, s := dst[tap*rows*cols+j*rows:], src[tap*rows*cols:][:rows*cols]
						if transposed {
							PackTransposedBF16(d, s[j*rows:], rows, rows, 32)
						} else {
							PackBF16(d, s[j:], cols, rows, 32)
						}
					}
				}
			}
			b.ReportMetric(float64(len(src))*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Gvalues/s")
		})
	}
}

// BenchmarkTranspose turns the weights of the largest dense layer.
func BenchmarkTranspose(b *testing.B) {
	const rows, cols = 3072, 512
	dst, src := make([]float32, rows*cols), make([]float32, rows*cols)
	for b.Loop() {
		Transpose(dst, rows, src, cols, rows, cols)
	}
	b.ReportMetric(rows*cols*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Gvalues/s")
}

// aligned is a slice that begins a cache line.
func aligned(n int) []float32 {
	x := make([]float32, n+16)
	skip := int(-uintptr(unsafe.Pointer(&x[0]))/4) & 15
	return x[skip:][:n:n]
}

// pooledPictures is the input of one call: pooled pictures of side x side pixels,
// with border pixels around the large ones.
func pooledPictures(images, side, border, n int, x []float32) (xRow int, dy []float32, winner []uint8, sites []Block) {
	rng := rand.New(rand.NewPCG(1, 2))
	large := 2*side + 2*border
	fill(rng, x)
	dy, winner = make([]float32, images*side*side*n), make([]uint8, images*side*side*n)
	fill(rng, dy)
	for i := range winner {
		winner[i] = uint8(rng.IntN(4))
	}
	for i := range images * side * side {
		y, q := i/side%side, i%side
		sites = append(sites, Block{A: ((i/side/side*large+2*y)*large + 2*q) * 32, B: i * n})
	}
	return large * 32, dy, winner, sites
}

func BenchmarkPatches(b *testing.B) {
	dst, x := aligned(32*32*32), aligned(34*34*3)
	for b.Loop() {
		Patches(dst, x, 32, 32)
	}
	b.ReportMetric(32*32*32*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Gvalues/s")
}

// BenchmarkPooledFilterGrad counts the operations it does, a quarter of those of
// the full gradient.
func BenchmarkPooledFilterGrad(b *testing.B) {
	for _, s := range []struct{ images, side, n, shift int }{
		{8, 8, 64, 0}, {8, 4, 128, 0}, {8, 2, 256, 0}, {1, 4, 128, 0}, {1, 4, 128, 1},
	} {
		b.Run(fmt.Sprintf("images=%d,side=%d,n=%d,shift=%d", s.images, s.side, s.n, s.shift), func(b *testing.B) {
			large := 2*s.side + 2
			x := aligned(s.images*large*large*32 + s.shift)[s.shift:]
			xRow, dy, winner, sites := pooledPictures(s.images, s.side, 1, s.n, x)
			dst := aligned(s.n * 288)
			for b.Loop() {
				PooledFilterGrad(dst, x, xRow, dy, winner, sites, s.n, true)
			}
			rate(b, 2*288*s.n*len(sites))
		})
	}
}

// BenchmarkPooledInputGrad takes the shards of the conv model, one group of input
// channels.
func BenchmarkPooledInputGrad(b *testing.B) {
	for _, s := range []struct{ images, side, n int }{{8, 8, 64}, {8, 4, 128}, {8, 2, 256}} {
		b.Run(fmt.Sprintf("images=%d,side=%d,n=%d", s.images, s.side, s.n), func(b *testing.B) {
			large := 2*s.side + 2
			dst, w := aligned(s.images*large*large*32), aligned(s.n*288)
			xRow, dy, winner, sites := pooledPictures(s.images, s.side, 1, s.n, dst)
			fill(rand.New(rand.NewPCG(3, 4)), w)
			for b.Loop() {
				PooledInputGrad(dst, xRow, w, dy, winner, sites, s.n)
			}
			rate(b, 2*288*s.n*len(sites))
		})
	}
}

// BenchmarkPooledPatchGrad counts 27 of the 32 floats of a patch.
func BenchmarkPooledPatchGrad(b *testing.B) {
	for _, rows := range []int{1, 4, 16} {
		b.Run(fmt.Sprintf("rows=%d", rows), func(b *testing.B) {
			x := aligned(32 * 32 * 32)
			xRow, dy, winner, sites := pooledPictures(1, 16, 0, 32, x)
			sites = sites[:16*rows]
			dst := aligned(32 * 32)
			for b.Loop() {
				PooledPatchGrad(dst, x, xRow, dy, winner, sites, 32, true)
			}
			rate(b, 2*27*32*len(sites))
		})
	}
}

func rate(b *testing.B, flops int) {
	b.ReportMetric(float64(flops)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

// BenchmarkLoops measures the other kernels on 64 KiB, which the second-level
// cache holds.
func BenchmarkLoops(b *testing.B) {
	const n = 16384
	rng := rand.New(rand.NewPCG(1, 2))
	var x [4][]float32
	for i := range x {
		x[i] = make([]float32, n)
		fill(rng, x[i])
	}
	bias := x[3][:32]
	winner := make([]uint8, n/4)
	bytes, words := make([]byte, n), make([]uint16, n)
	for _, k := range []struct {
		name string
		run  func()
	}{
		{"Add", func() { Add(x[0], x[1]) }},
		{"Scale", func() { Scale(x[0], 1) }},
		{"Axpy", func() { Axpy(x[0], 0.001, x[1]) }},
		{"AddBias 32", func() { AddBias(x[0], bias) }},
		{"AddBias 3", func() { AddBias(x[0][:n/3*3], bias[:3]) }},
		{"AddBiasELU 32", func() { AddBiasELU(x[0], bias) }},
		{"ELU", func() { ELU(x[0], x[1]) }},
		{"ELUGrad", func() { ELUGrad(x[0], x[1], x[2]) }},
		{"SumRows 32", func() { SumRows(x[2][:32], x[1]) }},
		{"SumRows 3", func() { SumRows(x[2][:3], x[1][:n/3*3]) }},
		{"MaxPool2x2 32", func() { MaxPool2x2(x[0][:n/4], winner, 32, x[1], 32, 16, 32) }},
		{"MaxPool2x2Grad 32", func() { MaxPool2x2Grad(x[0], x[1][:n/4], winner, 32, 16, 32) }},
		{"MSEGrad", func() { MSEGrad(x[0], x[1], x[2], 1) }},
		{"SquaredError", func() { SquaredError(x[1], x[2]) }},
		{"Adamax", func() { Adamax(x[0], x[1], x[2], x[3], 2e-3, 0.9, 0.999, 1e-7) }},
		{"Dot", func() { Dot(x[0], x[1]) }},
		{"SquaredDistances 256", func() { SquaredDistances(x[0][:64], x[1][:256], x[2]) }},
		{"Transpose 128", func() { Transpose(x[0], 128, x[1], 128, 128, 128) }},
		{"FromBytes", func() { FromBytes(x[0], bytes) }},
		{"ToBF16", func() { ToBF16(words, x[0]) }},
	} {
		b.Run(k.name, func(b *testing.B) {
			for b.Loop() {
				k.run()
			}
			b.ReportMetric(float64(n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "Gvalues/s")
		})
	}
}

// BenchmarkAMX is a row of a convolution's output for 8 images, and a tap of the
// gradient of its weights for 32 of its channels.
func BenchmarkAMX(b *testing.B) {
	if !AMX() {
		b.Skip("this machine has no tiles")
	}
	b.Run("peak", func(b *testing.B) {
		flops := 0.0
		for b.Loop() {
			flops += peakRunAMX()
		}
		b.ReportMetric(flops/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
	})
	for _, s := range []struct {
		name               string
		m, k, aRow, blocks int
	}{
		{"row of 16 pixels, 64 channels", 128, 64, 64, 9},
		{"row of 8 pixels, 128 channels", 64, 128, 128, 9},
		{"tap, 16 rows of 16 pixels", 32, 128, 18 * 18 * 8, 16},
	} {
		b.Run(s.name, func(b *testing.B) {
			a, w, c := make([]uint16, 1<<18), make([]uint16, 1<<18), make([]float32, s.m*32)
			var blocks []Block
			for i := range s.blocks {
				blocks = append(blocks, Block{i * s.aRow, i * s.k * 32})
			}
			for b.Loop() {
				BlockGemmAMX(c, 32, a, s.aRow, w, blocks, s.m, s.k)
			}
			rate(b, 2*s.m*32*s.k*s.blocks)
		})
	}
}
