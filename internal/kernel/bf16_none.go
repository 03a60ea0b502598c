//go:build !amd64 || purego

package kernel

func hasBF16() bool { return false }

func blockGemmBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	blockGemmBF16Portable(c, ldc, a, aRow, b, ldb, blocks, m, n, k, accumulate)
}

func toBF16(dst []uint16, src []float32) { toBF16Portable(dst, src) }

func packBF16(dst []uint16, src []float32, lds, rows, cols int) {
	packBF16Portable(dst, src, lds, 1, rows, cols, 0)
}

func packTransposedBF16(dst []uint16, src []float32, lds, rows, cols int) {
	packBF16Portable(dst, src, 1, lds, rows, cols, 0)
}

func peakRunBF16() float64 { return peakRunBF16Portable() }

func blockGemmTilesBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, t *Tiles, m, n int) {
	blockGemmTilesBF16Portable(c, ldc, a, aRow, b, t, m, n)
}
