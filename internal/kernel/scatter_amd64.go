//go:build !purego

package kernel

import "encoding/binary"

// listsAtOnce is how many sites are sorted before they are walked.
const listsAtOnce = 8

func pooledInputGrad(dst []float32, xRow int, w, dy []float32, winner []uint8, sites []Block, n int) {
	if running == none {
		pooledInputGradPortable(dst, xRow, w, dy, winner, sites, n)
		return
	}
	var lists [listsAtOnce]winnerList
	for o := 0; o < n; o += listChannels {
		channels := min(listChannels, n-o)
		for rest := sites; len(rest) > 0; {
			now := rest[:min(listsAtOnce, len(rest))]
			rest = rest[len(now):]
			if running == avx512 && channels == listChannels {
				winnerListsAVX512(&lists[0].from[0], &dy[o], &winner[o], &now[0].A, len(now))
			} else {
				for i, s := range now {
					lists[i].fill(dy[s.B+o:][:channels], winner[s.B+o:][:channels])
				}
			}
			if running == avx512 {
				pooledInputGradAVX512(&dst[0], xRow, &w[o*288], &lists[0].from[0], &now[0].A, len(now))
				continue
			}
			for c := 0; c < 32; c += 8 {
				pooledInputGradAVX2(&dst[c], xRow, &w[o*288+c], &lists[0].from[0], &now[0].A, len(now))
			}
		}
	}
}

// winnerList is a site's output channels sorted by winner, up to 32: where their
// filters lie, in bytes, their gradients, and how many each winner has. The rest
// is room for whole vectors.
type winnerList struct {
	from   [48]uint32
	dy     [48]float32
	counts [8]uint8
}

// fill sorts without branches, for which channel wins where cannot be foretold.
// Its four counters and places are bytes of a word.
func (l *winnerList) fill(dy []float32, winner []uint8) {
	var counts uint32
	for _, w := range winner {
		counts += 1 << (w & 3 * 8)
	}
	binary.LittleEndian.PutUint32(l.counts[:], counts)
	next := counts<<8 + counts<<16 + counts<<24 // where each winner's channels begin
	for o, w := range winner {
		shift := w & 3 * 8
		i := next >> shift & 31
		l.from[i], l.dy[i] = uint32(o)*4*288, dy[o]
		next += 1 << shift
	}
}
