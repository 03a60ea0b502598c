//go:build !purego

package kernel

// uncutRows says up to how many rows the list of blocks is not cut: one tile
// high, nothing of B is used twice.
const uncutRows = 8

// gemmBand walks the columns of C; the assembly walks the rows.
func gemmBand(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	for j := 0; j < n; {
		if running == avx512 {
			// Few rows make up for it with four vectors side by side.
			vecs := min(2, (n-j+15)/16)
			if m <= 4 && n-j >= 64 {
				vecs = 4
			}
			last := min(16, n-j-16*(vecs-1))
			gemmPanelAVX512(&c[j], ldc, &a[0], aRow, aCol, &b[j], ldb, &blocks[0].A, len(blocks), k, m, vecs, last, accumulate)
			j += 16 * vecs
		} else {
			vecs := 1
			if n-j >= 16 {
				vecs = 2
			}
			gemmPanelAVX2(&c[j], ldc, &a[0], aRow, aCol, &b[j], ldb, &blocks[0].A, len(blocks), k, m, vecs, min(8, n-j), accumulate)
			j += 8 * vecs
		}
	}
}

// blockGemmTiles spares a small product the way through blockGemm: with a
// handful of channels that takes longer than the product.
func blockGemmTiles(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	switch {
	case running == none:
		blockGemmTilesPortable(c, ldc, a, aRow, b, t, m, n)
	case running == avx512 && m <= 8 && n <= 32:
		vecs := (n + 15) / 16
		last := n - 16*(vecs-1)
		for i := range t.list {
			if l := &t.list[i]; !l.empty() {
				gemmPanelAVX512(&c[l.C], ldc, &a[l.A], aRow, 1, &b[0], t.ldb, &l.Blocks[0].A, len(l.Blocks), l.K, m, vecs, last, false)
			}
		}
	default:
		for i := range t.list {
			if l := &t.list[i]; !l.empty() {
				gemmBand(c[l.C:], ldc, a[l.A:], aRow, 1, b, t.ldb, l.Blocks, m, n, l.K, false)
			}
		}
	}
}
