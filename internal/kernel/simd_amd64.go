//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// best needs AVX2, FMA and BMI2 for either version and AVX-512F for the wider.
func best() version {
	switch x := &cpu.X86; {
	case !x.HasAVX2 || !x.HasFMA || !x.HasBMI2:
		return none
	case !x.HasAVX512F:
		return avx2
	default:
		return avx512
	}
}

func add(dst, src []float32) {
	switch running {
	case avx512:
		addAVX512(dst, src)
	case avx2:
		addAVX2(dst, src)
	default:
		addPortable(dst, src)
	}
}

func scale(dst []float32, s float32) {
	switch running {
	case avx512:
		scaleAVX512(dst, s)
	case avx2:
		scaleAVX2(dst, s)
	default:
		scalePortable(dst, s)
	}
}

func axpy(dst []float32, a float32, x []float32) {
	switch running {
	case avx512:
		axpyAVX512(dst, a, x)
	case avx2:
		axpyAVX2(dst, a, x)
	default:
		axpyPortable(dst, a, x)
	}
}

func addBias(x, bias []float32) {
	var buf [wideBias]float32
	bias, rest := widenBias(&buf, x, bias)
	switch running {
	case avx512:
		addBiasAVX512(x[:len(x)-rest], bias)
		addAVX512(x[len(x)-rest:], bias[:rest])
	case avx2:
		addBiasAVX2(x[:len(x)-rest], bias)
		addAVX2(x[len(x)-rest:], bias[:rest])
	default:
		addBiasPortable(x[:len(x)-rest], bias)
		addPortable(x[len(x)-rest:], bias[:rest])
	}
}

func addBiasELU(x, bias []float32) {
	var buf [wideBias]float32
	bias, rest := widenBias(&buf, x, bias)
	body, tail := x[:len(x)-rest], x[len(x)-rest:]
	switch running {
	case avx512:
		addBiasELUAVX512(body, bias)
		addAVX512(tail, bias[:rest])
		eluAVX512(tail, tail)
	case avx2:
		addBiasELUAVX2(body, bias)
		addAVX2(tail, bias[:rest])
		eluAVX2(tail, tail)
	default:
		addBiasELUPortable(body, bias)
		addPortable(tail, bias[:rest])
		eluPortable(tail, tail)
	}
}

func elu(dst, x []float32) {
	switch running {
	case avx512:
		eluAVX512(dst, x)
	case avx2:
		eluAVX2(dst, x)
	default:
		eluPortable(dst, x)
	}
}

func eluGrad(dx, dy, y []float32) {
	switch running {
	case avx512:
		eluGradAVX512(dx, dy, y)
	case avx2:
		eluGradAVX2(dx, dy, y)
	default:
		eluGradPortable(dx, dy, y)
	}
}

func sumRows(dst, x []float32) {
	switch running {
	case avx512:
		sumRowsAVX512(dst, x)
	case avx2:
		sumRowsAVX2(dst, x)
	default:
		sumRowsPortable(dst, x)
	}
}

func mseGrad(grad, y, t []float32, scale float32) float64 {
	switch running {
	case avx512:
		return mseGradAVX512(grad, y, t, scale)
	case avx2:
		return mseGradAVX2(grad, y, t, scale)
	default:
		return mseGradPortable(grad, y, t, scale)
	}
}

func squaredError(y, t []float32) float64 {
	switch running {
	case avx512:
		return squaredErrorAVX512(y, t)
	case avx2:
		return squaredErrorAVX2(y, t)
	default:
		return squaredErrorPortable(y, t)
	}
}

func adamax(p, m, u, g []float32, step, beta1, rest1, beta2, eps float32) {
	switch running {
	case avx512:
		adamaxAVX512(p, m, u, g, step, beta1, rest1, beta2, eps)
	case avx2:
		adamaxAVX2(p, m, u, g, step, beta1, rest1, beta2, eps)
	default:
		adamaxPortable(p, m, u, g, step, beta1, rest1, beta2, eps)
	}
}

func dot(a, b []float32) float32 {
	switch running {
	case avx512:
		return dotAVX512(a, b)
	case avx2:
		return dotAVX2(a, b)
	default:
		return dotPortable(a, b)
	}
}

func squaredDistances(dst, q, rows []float32) {
	switch running {
	case avx512:
		squaredDistancesAVX512(dst, q, rows)
	case avx2:
		squaredDistancesAVX2(dst, q, rows)
	default:
		squaredDistancesPortable(dst, q, rows)
	}
}

// The pooling kernels need at least one full vector of channels; AVX-512
// machines do 8 to 15 channels with AVX2.

func maxPool2x2(dst []float32, winner []uint8, step int, x []float32, h, w, c int) {
	if running == none || c < 8 {
		maxPool2x2Portable(dst, winner, step, x, h, w, c)
		return
	}
	row := w / 2 * step
	for y := range h / 2 {
		d, n, top, bottom := &dst[y*row], &winner[y*row], &x[2*y*w*c], &x[(2*y+1)*w*c]
		if running == avx512 && c >= 16 {
			maxPoolRowAVX512(d, n, top, bottom, w/2, c, step)
		} else {
			maxPoolRowAVX2(d, n, top, bottom, w/2, c, step)
		}
	}
}

func maxPool2x2Grad(dx, dy []float32, winner []uint8, h, w, c int) {
	if running == none || c < 8 {
		maxPool2x2GradPortable(dx, dy, winner, h, w, c)
		return
	}
	row := w / 2 * c
	for y := range h / 2 {
		top, bottom, d, n := &dx[2*y*w*c], &dx[(2*y+1)*w*c], &dy[y*row], &winner[y*row]
		if running == avx512 && c >= 16 {
			maxPoolGradRowAVX512(top, bottom, d, n, w/2, c, c)
		} else {
			maxPoolGradRowAVX2(top, bottom, d, n, w/2, c, c)
		}
	}
}

// transpose does whole squares of 8 x 8 and leaves what remains below and to the
// right to the portable version. A strip of 8 columns fills 8 lines of dst at a
// time, and bands of rows are so low that the half lines of src that a strip
// leaves are still in the second-level cache for the next.
func transpose(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	if running == none || rows < 8 || cols < 8 {
		transposePortable(dst, ldd, src, lds, rows, cols, 0, 0)
		return
	}
	const band = 256
	fullRows, fullCols := rows&^7, cols&^7
	for i := 0; i < fullRows; i += band {
		for j := 0; j < fullCols; j += 8 {
			transposeStripAVX2(&dst[j*ldd+i], ldd, &src[i*lds+j], lds, min(band, fullRows-i)/8)
		}
	}
	transposePortable(dst, ldd, src, lds, rows, cols, fullRows, 0)
	transposePortable(dst, ldd, src, lds, rows, cols, 0, fullCols)
}

func peakRun() float64 {
	const rounds = 100_000
	switch running {
	case avx512:
		peakAVX512(rounds)
		return rounds * 12 * 16 * 2
	case avx2:
		peakAVX2(rounds)
		return rounds * 12 * 8 * 2
	default:
		return peakRunPortable()
	}
}

func copyRows(dst []float32, ldd int, src []float32, lds, rows int) {
	if running == none {
		copyRowsPortable(dst, ldd, src, lds, rows, 32)
		return
	}
	copyRowsAVX2(&dst[0], ldd, &src[0], lds, rows)
}
