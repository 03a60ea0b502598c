//go:build !purego

package kernel

// walkFilters is PooledFilterGrad for up to 16 channels.
func walkFilters(dst, x []float32, xRow int, rows *winnerRows, nrows, channels int, accumulate bool) {
	if running == avx512 {
		pooledFilterGradAVX512(&dst[0], &x[0], xRow, &rows[0].from[0], nrows, channels, accumulate)
		return
	}
	for ky := range 3 {
		pooledFilterGradAVX2(&dst[ky*96], &x[ky*xRow], xRow, &rows[0].from[0], nrows, channels, accumulate)
	}
}

// walkPatches is PooledPatchGrad for 8 or 16 channels.
func walkPatches(dst, x []float32, xRow int, rows *winnerRows, nrows, channels int, accumulate bool) {
	if running == avx512 {
		pooledPatchGradAVX512(&dst[0], &x[0], xRow, &rows[0].from[0], nrows, channels, accumulate)
	} else {
		pooledPatchGradAVX2(&dst[0], &x[0], xRow, &rows[0].from[0], nrows, channels, accumulate)
	}
}

// lookUp fills rows for 16 channels.
func lookUp(rows *winnerRows, shift *[8]uint32, dy []float32, winner []uint8, sites []Block) {
	if running == avx512 {
		winnerRowsAVX512(&rows[0].from[0], &shift[0], &dy[0], &winner[0], &sites[0].A, len(sites))
	} else {
		winnerRowsAVX2(&rows[0].from[0], &shift[0], &dy[0], &winner[0], &sites[0].A, len(sites))
	}
}

func patches(dst, x []float32, h, w int) {
	if running == none {
		patchesPortable(dst, x, h, w)
		return
	}
	xRow := (w + 2) * 3
	for y := range h {
		patchRowAVX2(&dst[y*w*32], &x[y*xRow], xRow, w)
	}
}
