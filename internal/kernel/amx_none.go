//go:build !linux || !amd64 || purego

package kernel

func hasAMX() bool { return false }

func tilesGranted() bool { return false }

func blockGemmAMX(c []float32, ldc int, a []uint16, aRow int, b []uint16, blocks []Block, m, k int) {
	blockGemmAMXPortable(c, ldc, a, aRow, b, blocks, m, k)
}

func peakRunAMX() float64 { return peakRunBF16Portable() }
