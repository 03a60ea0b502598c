//go:build (amd64 || arm64) && !purego

package kernel

// kRows is about how many rows of B are worked through before the next columns
// of C: 32 columns of so many rows stay in the second-level cache, however far
// apart they lie, while the rows of A go past them.
const kRows = 512

// blockGemm cuts the list of blocks, or the one block, into pieces of kRows.
// That keeps the order within each sum, and its bits: between two pieces a sum
// waits in C.
func blockGemm(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	if running == none {
		blockGemmPortable(c, ldc, a, aRow, aCol, b, ldb, blocks, m, n, k, accumulate)
		return
	}
	if m <= uncutRows {
		gemmBand(c, ldc, a, aRow, aCol, b, ldb, blocks, m, n, k, accumulate)
		return
	}
	per := max(1, kRows/k)
	for len(blocks) > 0 {
		now := min(per, len(blocks))
		if now == 1 {
			for k0 := 0; k0 < k; k0 += kRows {
				gemmPiece(c, ldc, a[k0*aCol:], aRow, aCol, b[k0*ldb:], ldb, blocks[:1], m, n, min(kRows, k-k0), accumulate)
				accumulate = true
			}
		} else {
			gemmPiece(c, ldc, a, aRow, aCol, b, ldb, blocks[:now], m, n, k, accumulate)
			accumulate = true
		}
		blocks = blocks[now:]
	}
}

// gemmPiece takes a band of rows at a time. Where all of B fits the second-level
// cache a band is low, so that C is written nearly in order: with a small k that
// is most of the work. Otherwise it is high, for each band reads B anew.
func gemmPiece(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	band := 48 // a multiple of all tiles' rows
	if len(blocks)*k*n > 1<<16 {
		band = 240
	}
	for i := 0; i < m; i += band {
		gemmBand(c[i*ldc:], ldc, a[i*aRow:], aRow, aCol, b, ldb, blocks, min(band, m-i), n, k, accumulate)
	}
}
