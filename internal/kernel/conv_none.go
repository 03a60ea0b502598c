//go:build !amd64 || purego

package kernel

func maximum(dst, src []float32) { maximumPortable(dst, src) }

func addBiasClamp(x, bias []float32, low, high float32) { addBiasClampPortable(x, bias, low, high) }

func addBiasSlope(x, bias, slopes []float32) { addBiasSlopePortable(x, bias, slopes) }

func scaleShift(dst, x, scale, shift []float32) { scaleShiftPortable(dst, x, scale, shift) }

func depthwise(dst, x, w, bias []float32, taps []Block, pixels, step int, low, high float32) {
	depthwisePortable(dst, x, w, bias, taps, pixels, step, low, high)
}

func winogradInput(dst []float32, plane int, src []float32, row, pixel, channels int, _ []float32) {
	winogradInputPortable(dst, plane, src, row, pixel, channels)
}

func winogradOutput(dst []float32, row, pixel int, src []float32, plane, channels int, _ []float32) {
	winogradOutputPortable(dst, row, pixel, src, plane, channels)
}
