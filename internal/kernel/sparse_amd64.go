//go:build !purego

package kernel

// sitesAtOnce is how many sites are walked before the next output channels: so
// many that dst is seldom loaded and stored, and so few that what they read of x
// stays in the first-level cache.
const sitesAtOnce = 48

// winnerRows is the table of as many sites, and four rows more for the walk, which
// looks so far ahead.
type winnerRows [sitesAtOnce + 4]winnerRow

// winnerRow is what a site comes to for 16 output channels: where in x the taps
// of the winner start, and the gradient.
type winnerRow struct {
	from [16]uint32
	dy   [16]float32
}

func pooledFilterGrad(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	if running == none {
		pooledFilterGradPortable(dst, x, xRow, dy, winner, sites, n, accumulate)
		return
	}
	var rows winnerRows
	for len(sites) > 0 {
		now := min(sitesAtOnce, len(sites))
		for o := 0; o < n; o += 16 {
			channels := min(16, n-o)
			fillWinnerRows(&rows, xRow, dy[o:], winner[o:], sites[:now], channels)
			if running == avx512 {
				pooledFilterGradAVX512(&dst[o*288], &x[0], xRow, &rows[0].from[0], now, channels, accumulate)
				continue
			}
			for ky := range 3 {
				pooledFilterGradAVX2(&dst[o*288+ky*96], &x[ky*xRow], xRow, &rows[0].from[0], now, channels, accumulate)
			}
		}
		sites, accumulate = sites[now:], true
	}
}

func pooledPatchGrad(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	if running == none {
		pooledPatchGradPortable(dst, x, xRow, dy, winner, sites, n, accumulate)
		return
	}
	var rows winnerRows
	var spare [16 * 32]float32 // for the last channels, which do not fill a group
	for len(sites) > 0 {
		now := min(sitesAtOnce, len(sites))
		for o := 0; o < n; o += 16 {
			channels := min(16, n-o)
			fillWinnerRows(&rows, xRow, dy[o:], winner[o:], sites[:now], channels)
			to, whole := dst[o*32:], (channels+7)&^7
			if channels < whole {
				copy(spare[:], to[:channels*32])
				to = spare[:]
			}
			if running == avx512 {
				pooledPatchGradAVX512(&to[0], &x[0], xRow, &rows[0].from[0], now, whole, accumulate)
			} else {
				pooledPatchGradAVX2(&to[0], &x[0], xRow, &rows[0].from[0], now, whole, accumulate)
			}
			if channels < whole {
				copy(dst[o*32:n*32], to)
			}
		}
		sites, accumulate = sites[now:], true
	}
}

// fillWinnerRows looks up winners and gradients of the first channels, 16 at
// most. Channels beyond have what they had.
func fillWinnerRows(rows *winnerRows, xRow int, dy []float32, winner []uint8, sites []Block, channels int) {
	shift := [8]uint32{0, 32, uint32(xRow), uint32(xRow + 32)}
	switch {
	case channels < 16:
		for i, s := range sites {
			for o := range channels {
				rows[i].from[o] = uint32(s.A) + shift[winner[s.B+o]&3]
				rows[i].dy[o] = dy[s.B+o]
			}
		}
	case running == avx512:
		winnerRowsAVX512(&rows[0].from[0], &shift[0], &dy[0], &winner[0], &sites[0].A, len(sites))
	default:
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
