//go:build !purego

package kernel

func maximum(dst, src []float32) {
	switch running {
	case avx512:
		maximumAVX512(dst, src)
	case avx2:
		maximumAVX2(dst, src)
	default:
		maximumPortable(dst, src)
	}
}

func addBiasClamp(x, bias []float32, low, high float32) {
	switch running {
	case avx512:
		addBiasClampAVX512(x, bias, low, high)
	case avx2:
		addBiasClampAVX2(x, bias, low, high)
	default:
		addBiasClampPortable(x, bias, low, high)
	}
}

func addBiasSlope(x, bias, slopes []float32) {
	switch running {
	case avx512:
		addBiasSlopeAVX512(x, bias, slopes)
	case avx2:
		addBiasSlopeAVX2(x, bias, slopes)
	default:
		addBiasSlopePortable(x, bias, slopes)
	}
}

func scaleShift(dst, x, scale, shift []float32) {
	switch running {
	case avx512:
		scaleShiftAVX512(dst, x, scale, shift)
	case avx2:
		scaleShiftAVX2(dst, x, scale, shift)
	default:
		scaleShiftPortable(dst, x, scale, shift)
	}
}

func depthwise(dst, x, w, bias []float32, taps []Block, pixels, step int, low, high float32) {
	switch running {
	case avx512:
		depthwiseAVX512(&dst[0], &x[0], &w[0], &bias[0], &taps[0].A, len(taps), pixels, step, len(bias), low, high)
	case avx2:
		depthwiseAVX2(&dst[0], &x[0], &w[0], &bias[0], &taps[0].A, len(taps), pixels, step, len(bias), low, high)
	default:
		depthwisePortable(dst, x, w, bias, taps, pixels, step, low, high)
	}
}

func winogradInput(dst []float32, plane int, src []float32, row, pixel, channels int, scratch []float32) {
	switch running {
	case avx512:
		winogradInputAVX512(&dst[0], plane, &src[0], row, pixel, channels, &scratch[0])
	case avx2:
		winogradInputAVX2(&dst[0], plane, &src[0], row, pixel, channels, &scratch[0])
	default:
		winogradInputPortable(dst, plane, src, row, pixel, channels)
	}
}

func winogradOutput(dst []float32, row, pixel int, src []float32, plane, channels int, scratch []float32) {
	switch running {
	case avx512:
		winogradOutputAVX512(&dst[0], row, pixel, &src[0], plane, channels, &scratch[0])
	case avx2:
		winogradOutputAVX2(&dst[0], row, pixel, &src[0], plane, channels, &scratch[0])
	default:
		winogradOutputPortable(dst, row, pixel, src, plane, channels)
	}
}
