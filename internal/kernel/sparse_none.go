//go:build (!amd64 && !arm64) || purego

package kernel

func pooledFilterGrad(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	pooledFilterGradPortable(dst, x, xRow, dy, winner, sites, n, accumulate)
}

func pooledPatchGrad(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	pooledPatchGradPortable(dst, x, xRow, dy, winner, sites, n, accumulate)
}

func patches(dst, x []float32, h, w int) { patchesPortable(dst, x, h, w) }
