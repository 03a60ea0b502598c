//go:build (!amd64 && !arm64) || purego

package kernel

func pooledInputGrad(dst []float32, xRow int, w, dy []float32, winner []uint8, sites []Block, n int) {
	pooledInputGradPortable(dst, xRow, w, dy, winner, sites, n)
}
