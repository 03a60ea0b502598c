//go:build !purego

package kernel

// best: every arm64 has NEON.
func best() version { return neon }

func add(dst, src []float32) {
	if running == neon {
		addNEON(dst, src)
	} else {
		addPortable(dst, src)
	}
}

func scale(dst []float32, s float32) {
	if running == neon {
		scaleNEON(dst, s)
	} else {
		scalePortable(dst, s)
	}
}

func axpy(dst []float32, a float32, x []float32) {
	if running == neon {
		axpyNEON(dst, a, x)
	} else {
		axpyPortable(dst, a, x)
	}
}

func addBias(x, bias []float32) {
	var buf [wideBias]float32
	bias, rest := widenBias(&buf, x, bias)
	body, tail := x[:len(x)-rest], x[len(x)-rest:]
	if running == neon {
		addBiasNEON(body, bias)
		addNEON(tail, bias[:rest])
	} else {
		addBiasPortable(body, bias)
		addPortable(tail, bias[:rest])
	}
}

func addBiasELU(x, bias []float32) {
	var buf [wideBias]float32
	bias, rest := widenBias(&buf, x, bias)
	body, tail := x[:len(x)-rest], x[len(x)-rest:]
	if running == neon {
		addBiasELUNEON(body, bias)
		addNEON(tail, bias[:rest])
		eluNEON(tail, tail)
	} else {
		addBiasELUPortable(body, bias)
		addPortable(tail, bias[:rest])
		eluPortable(tail, tail)
	}
}

func elu(dst, x []float32) {
	if running == neon {
		eluNEON(dst, x)
	} else {
		eluPortable(dst, x)
	}
}

func eluGrad(dx, dy, y []float32) {
	if running == neon {
		eluGradNEON(dx, dy, y)
	} else {
		eluGradPortable(dx, dy, y)
	}
}

func sumRows(dst, x []float32) {
	if running == neon {
		sumRowsNEON(dst, x)
	} else {
		sumRowsPortable(dst, x)
	}
}

func mseGrad(grad, y, t []float32, scale float32) float64 {
	if running == neon {
		return mseGradNEON(grad, y, t, scale)
	}
	return mseGradPortable(grad, y, t, scale)
}

func squaredError(y, t []float32) float64 {
	if running == neon {
		return squaredErrorNEON(y, t)
	}
	return squaredErrorPortable(y, t)
}

func adamax(p, m, u, g []float32, step, beta1, rest1, beta2, eps float32) {
	if running == neon {
		adamaxNEON(p, m, u, g, step, beta1, rest1, beta2, eps)
	} else {
		adamaxPortable(p, m, u, g, step, beta1, rest1, beta2, eps)
	}
}

func dot(a, b []float32) float32 {
	if running == neon {
		return dotNEON(a, b)
	}
	return dotPortable(a, b)
}

func squaredDistances(dst, q, rows []float32) {
	if running == neon {
		squaredDistancesNEON(dst, q, rows)
	} else {
		squaredDistancesPortable(dst, q, rows)
	}
}

// The pooling kernels need at least one full vector of channels.

func maxPool2x2(dst []float32, winner []uint8, step int, x []float32, h, w, c int) {
	if running == none || c < 4 {
		maxPool2x2Portable(dst, winner, step, x, h, w, c)
		return
	}
	row := w / 2 * step
	for y := range h / 2 {
		maxPoolRowNEON(&dst[y*row], &winner[y*row], &x[2*y*w*c], &x[(2*y+1)*w*c], w/2, c, step)
	}
}

func maxPool2x2Grad(dx, dy []float32, winner []uint8, h, w, c int) {
	if running == none || c < 4 {
		maxPool2x2GradPortable(dx, dy, winner, h, w, c)
		return
	}
	row := w / 2 * c
	for y := range h / 2 {
		maxPoolGradRowNEON(&dx[2*y*w*c], &dx[(2*y+1)*w*c], &dy[y*row], &winner[y*row], w/2, c, c)
	}
}

// transpose is that of amd64 with strips of 4 columns.
func transpose(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	if running == none || rows < 4 || cols < 4 {
		transposePortable(dst, ldd, src, lds, rows, cols, 0, 0)
		return
	}
	const band = 256
	fullRows, fullCols := rows&^3, cols&^3
	for i := 0; i < fullRows; i += band {
		for j := 0; j < fullCols; j += 4 {
			transposeStripNEON(&dst[j*ldd+i], ldd, &src[i*lds+j], lds, min(band, fullRows-i)/4)
		}
	}
	transposePortable(dst, ldd, src, lds, rows, cols, fullRows, 0)
	transposePortable(dst, ldd, src, lds, rows, cols, 0, fullCols)
}

func copyRows(dst []float32, ldd int, src []float32, lds, rows int) {
	if running == none {
		copyRowsPortable(dst, ldd, src, lds, rows, 32)
		return
	}
	copyRowsNEON(&dst[0], ldd, &src[0], lds, rows)
}

func peakRun() float64 {
	if running == none {
		return peakRunPortable()
	}
	const rounds = 100_000
	peakNEON(rounds)
	return rounds * 24 * 4 * 2
}
