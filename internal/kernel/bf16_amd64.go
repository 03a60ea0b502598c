//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// The packing kernels store 16-bit words by mask, which is AVX-512BW.
func hasBF16() bool {
	return running == avx512 && cpu.X86.HasAVX512BF16 && cpu.X86.HasAVX512BW
}

// blockGemmBF16 walks as blockGemm does, with twice the rows of B in a piece, for
// they take half the room.
func blockGemmBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	if !hasBF16() {
		blockGemmBF16Portable(c, ldc, a, aRow, b, ldb, blocks, m, n, k, accumulate)
		return
	}
	if m <= 8 {
		gemmBandBF16(c, ldc, a, aRow, b, ldb, blocks, m, n, k, accumulate)
		return
	}
	per := max(1, 2*kRows/k)
	for len(blocks) > 0 {
		now := min(per, len(blocks))
		if now == 1 {
			for k0 := 0; k0 < k; k0 += 2 * kRows {
				gemmPieceBF16(c, ldc, a[k0:], aRow, b[k0/2*ldb:], ldb, blocks[:1], m, n, min(2*kRows, k-k0), accumulate)
				accumulate = true
			}
		} else {
			gemmPieceBF16(c, ldc, a, aRow, b, ldb, blocks[:now], m, n, k, accumulate)
			accumulate = true
		}
		blocks = blocks[now:]
	}
}

func gemmPieceBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	band := 32
	if len(blocks)*k*n > 1<<17 {
		band = 256
	}
	for i := 0; i < m; i += band {
		gemmBandBF16(c[i*ldc:], ldc, a[i*aRow:], aRow, b, ldb, blocks, min(band, m-i), n, k, accumulate)
	}
}

func gemmBandBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	for j := 0; j < n; {
		vecs := min(2, (n-j+15)/16)
		if m <= 4 && n-j >= 64 {
			vecs = 4
		}
		last := min(16, n-j-16*(vecs-1))
		gemmPanelBF16AVX512(&c[j], ldc, &a[0], aRow, &b[2*j], ldb, &blocks[0].A, len(blocks), k/2, m, vecs, last, accumulate)
		j += 16 * vecs
	}
}

func blockGemmTilesBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, t *Tiles, m, n int) {
	if !hasBF16() {
		blockGemmTilesBF16Portable(c, ldc, a, aRow, b, t, m, n)
		return
	}
	vecs := (n + 15) / 16
	last := n - 16*(vecs-1)
	for i := range t.list {
		switch l := &t.list[i]; {
		case l.empty():
		case m <= 8 && n <= 32:
			gemmPanelBF16AVX512(&c[l.C], ldc, &a[l.A], aRow, &b[0], 2*t.ldb, &l.Blocks[0].A, len(l.Blocks), l.K/2, m, vecs, last, false)
		default:
			gemmBandBF16(c[l.C:], ldc, a[l.A:], aRow, b, 2*t.ldb, l.Blocks, m, n, l.K, false)
		}
	}
}

func toBF16(dst []uint16, src []float32) {
	if hasBF16() {
		toBF16AVX512(dst, src)
	} else {
		toBF16Portable(dst, src)
	}
}

// noRow stands in for the row below an odd last one.
var noRow [32]float32

func packBF16(dst []uint16, src []float32, lds, rows, cols int) {
	if !hasBF16() {
		packBF16Portable(dst, src, lds, 1, rows, cols, 0)
		return
	}
	if rows >= 2 {
		packBF16AVX512(&dst[0], &src[0], &src[lds], 2*lds, rows/2, cols)
	}
	if rows%2 == 1 {
		packBF16AVX512(&dst[rows/2*64], &src[(rows-1)*lds], &noRow[0], 0, 1, cols)
	}
}

// packTransposedBF16 does 16 columns at once and leaves fewer to the portable
// version: they are those of a layer of a few channels.
func packTransposedBF16(dst []uint16, src []float32, lds, rows, cols int) {
	done := 0
	if hasBF16() {
		for ; done+16 <= cols; done += 16 {
			packTransposedBF16AVX512(&dst[2*done], &src[done*lds], lds, rows)
		}
	}
	if done < 32 {
		packBF16Portable(dst, src, 1, lds, rows, cols, done)
	}
}

func peakRunBF16() float64 {
	if !hasBF16() {
		return peakRunBF16Portable()
	}
	const rounds = 100_000
	peakBF16AVX512(rounds)
	return rounds * 16 * 32 * 2
}
