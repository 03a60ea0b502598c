//go:build !purego

package kernel

// uncutRows is 0: a tile takes part of a cache line of B, and the next columns
// the rest, so that B is always better worked through in pieces.
const uncutRows = 0

// gemmBand walks the columns of C by kinds of tile; the assembly walks rows and
// tiles. Rows beyond the last 8 are few and have wide tiles of their own.
func gemmBand(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	if full := m &^ 7; full > 0 && full < m {
		gemmBand(c, ldc, a, aRow, aCol, b, ldb, blocks, full, n, k, accumulate)
		c, a, m = c[full*ldc:], a[full*aRow:], m-full
	}
	for j := 0; j < n; {
		vecs, panels, last := 1, 1, min(4, n-j)
		if left := (n - j) / 4; m < 8 && left >= 4 {
			vecs, panels = 4, left/4
		} else if left >= 2 {
			vecs, panels = 2, left/2
		}
		gemmPanelNEON(&c[j], ldc, &a[0], aRow, aCol, &b[j], ldb, &blocks[0].A, len(blocks), k, m, vecs, panels, last, accumulate)
		j += 4 * vecs * panels
	}
}

func blockGemmTiles(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	if running == none {
		blockGemmTilesPortable(c, ldc, a, aRow, b, t, m, n)
		return
	}
	for i := range t.list {
		if l := &t.list[i]; !l.empty() {
			blockGemm(c[l.C:], ldc, a[l.A:], aRow, 1, b, t.ldb, l.Blocks, m, n, l.K, false)
		}
	}
}
