//go:build !purego

package kernel

// masksAtOnce is how many sites are sorted before they are walked.
const masksAtOnce = 8

// winnerMasks says, for each winner of a site, in which of 32 output channels it
// won; the highest bit is the first channel's.
type winnerMasks [4]uint32

func pooledInputGrad(dst []float32, xRow int, w, dy []float32, winner []uint8, sites []Block, n int) {
	if running == none {
		pooledInputGradPortable(dst, xRow, w, dy, winner, sites, n)
		return
	}
	var masks [masksAtOnce]winnerMasks
	for o := 0; o < n; o += listChannels {
		channels := min(listChannels, n-o)
		for rest := sites; len(rest) > 0; {
			now := rest[:min(masksAtOnce, len(rest))]
			rest = rest[len(now):]
			if channels == listChannels {
				winnerMasksNEON(&masks[0][0], &winner[o], &now[0].A, len(now))
			} else {
				for i, s := range now {
					masks[i].fill(winner[s.B+o:][:channels])
				}
			}
			for c := 0; c < 32; c += 8 {
				pooledInputGradNEON(&dst[c], xRow, &w[o*288+c], &dy[o], &masks[0][0], &now[0].A, len(now))
			}
		}
	}
}

func (m *winnerMasks) fill(winner []uint8) {
	*m = winnerMasks{}
	for o, w := range winner {
		m[w&3] |= 1 << 31 >> o
	}
}
