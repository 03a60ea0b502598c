//go:build (!amd64 && !arm64) || purego

package kernel

func blockGemm(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	blockGemmPortable(c, ldc, a, aRow, aCol, b, ldb, blocks, m, n, k, accumulate)
}

func blockGemmTiles(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	blockGemmTilesPortable(c, ldc, a, aRow, b, t, m, n)
}

func addBias(x, bias []float32)           { addBiasPortable(x, bias) }
func addBiasELU(x, bias []float32)        { addBiasELUPortable(x, bias) }
func elu(dst, x []float32)                { eluPortable(dst, x) }
func eluGrad(dx, dy, y []float32)         { eluGradPortable(dx, dy, y) }
func sumRows(dst, x []float32)            { sumRowsPortable(dst, x) }
func add(dst, src []float32)              { addPortable(dst, src) }
func scale(dst []float32, s float32)      { scalePortable(dst, s) }
func dot(a, b []float32) float32          { return dotPortable(a, b) }
func squaredError(y, t []float32) float64 { return squaredErrorPortable(y, t) }

func axpy(dst []float32, a float32, x []float32) { axpyPortable(dst, a, x) }
func squaredDistances(dst, q, rows []float32)    { squaredDistancesPortable(dst, q, rows) }

func mseGrad(grad, y, t []float32, scale float32) float64 {
	return mseGradPortable(grad, y, t, scale)
}

func maxPool2x2(dst []float32, winner []uint8, step int, x []float32, h, w, c int) {
	maxPool2x2Portable(dst, winner, step, x, h, w, c)
}

func maxPool2x2Grad(dx, dy []float32, winner []uint8, h, w, c int) {
	maxPool2x2GradPortable(dx, dy, winner, h, w, c)
}

func adamax(p, m, u, g []float32, step, beta1, rest1, beta2, eps float32) {
	adamaxPortable(p, m, u, g, step, beta1, rest1, beta2, eps)
}

func best() version { return none }

func peakRun() float64 { return peakRunPortable() }

func transpose(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	transposePortable(dst, ldd, src, lds, rows, cols, 0, 0)
}

func copyRows(dst []float32, ldd int, src []float32, lds, rows int) {
	copyRowsPortable(dst, ldd, src, lds, rows, 32)
}
