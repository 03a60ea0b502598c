//go:build amd64 && !purego

package kernel

import (
	"sync"

	"golang.org/x/sys/cpu"
	"golang.org/x/sys/unix"
)

// tileShape is what LDTILECFG reads (Intel SDM volume 1, 18.3): rows and bytes in a
// row of each of eight tiles.
type tileShape struct {
	palette byte
	_       [15]byte // the first, the row at which an interrupted instruction resumes, is 0
	bytes   [16]uint16
	rows    [16]uint8
}

// tileShapes are by the rows of C and A in a tile; B always has 16 pairs of rows.
var tileShapes = func() (shapes [17]tileShape) {
	for r := range shapes {
		s := &shapes[r]
		s.palette = 1
		for i := range 8 {
			s.bytes[i], s.rows[i] = 64, uint8(r)
			if i >= 6 {
				s.rows[i] = 16
			}
		}
	}
	return shapes
}()

func hasAMX() bool { return running == avx512 && !untiled && tilesGranted() }

// tilesGranted asks the system once for the tiles, which are so large that Linux
// gives their room to those programs only that ask for it (Documentation/arch/x86/xstate.rst).
var tilesGranted = sync.OnceValue(func() bool {
	if best() != avx512 || !cpu.X86.HasAMXTile || !cpu.X86.HasAMXBF16 {
		return false
	}
	const requestPermission, tileData = 0x1023, 18
	_, _, errno := unix.RawSyscall(unix.SYS_ARCH_PRCTL, requestPermission, tileData, 0)
	return errno == 0
})

func blockGemmAMX(c []float32, ldc int, a []uint16, aRow int, b []uint16, blocks []Block, m, k int) {
	if !hasAMX() {
		blockGemmAMXPortable(c, ldc, a, aRow, b, blocks, m, k)
		return
	}
	steps := k / 32
	for i := 0; i < m; {
		ci, ai := &c[i*ldc], &a[i*aRow]
		if groups := (m - i) / 32; groups > 0 {
			gemmAMX2(&tileShapes[16].palette, ci, ldc, ai, aRow, &b[0], &blocks[0].A, len(blocks), steps, groups)
			i += groups * 32
			continue
		}
		rows := min(m-i, 16)
		gemmAMX1(&tileShapes[rows].palette, ci, ldc, ai, aRow, &b[0], &blocks[0].A, len(blocks), steps, 1)
		i += rows
	}
}

func peakRunAMX() float64 {
	const rounds = 20_000
	peakAMX(&tileShapes[16].palette, rounds)
	return rounds * 4 * 16 * 16 * 32 * 2
}
