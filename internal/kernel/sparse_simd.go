//go:build (amd64 || arm64) && !purego

package kernel

// sitesAtOnce is how many sites are walked before the next output channels: so
// many that dst is seldom loaded and stored, and so few that what they read of x
// stays in the first-level cache.
const sitesAtOnce = 48

// winnerRow is what a site comes to for 16 output channels: where in x the taps
// of the winner start, and the gradient.
type winnerRow struct {
	from [16]uint32
	dy   [16]float32
}

// winnerRows are those of the sites that are walked, and four for the walk, which
// looks so far ahead.
type winnerRows [sitesAtOnce + 4]winnerRow

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
			rows.fill(xRow, dy[o:], winner[o:], sites[:now], channels)
			walkFilters(dst[o*288:], x, xRow, &rows, now, channels, accumulate)
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
			rows.fill(xRow, dy[o:], winner[o:], sites[:now], channels)
			to, whole := dst[o*32:], (channels+7)&^7
			if channels < whole {
				copy(spare[:], to[:channels*32])
				to = spare[:]
			}
			walkPatches(to, x, xRow, &rows, now, whole, accumulate)
			if channels < whole {
				copy(dst[o*32:n*32], to)
			}
		}
		sites, accumulate = sites[now:], true
	}
}

// fill looks up winners and gradients of the first channels, 16 at most.
// Channels beyond have what they had.
func (rows *winnerRows) fill(xRow int, dy []float32, winner []uint8, sites []Block, channels int) {
	shift := [8]uint32{0, 32, uint32(xRow), uint32(xRow + 32)}
	if channels == 16 {
		lookUp(rows, &shift, dy, winner, sites)
		return
	}
	for i, s := range sites {
		for o := range channels {
			rows[i].from[o] = uint32(s.A) + shift[winner[s.B+o]&3]
			rows[i].dy[o] = dy[s.B+o]
		}
	}
}
