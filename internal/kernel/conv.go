package kernel

// What networks need that come from elsewhere: activations in the same pass as a bias, depthwise
// convolutions, and the transforms of Winograd's convolutions.

// Maximum keeps the larger of each two numbers; that of dst where either is NaN.
//
//	for i, v := range src {
//		if v > dst[i] {
//			dst[i] = v
//		}
//	}
func Maximum(dst, src []float32) {
	if len(dst) != len(src) {
		panic(errLength)
	}
	if len(dst) > 0 {
		maximum(dst, src)
	}
}

// AddBiasClamp is AddBias, then every number is kept within bounds.
//
//	for i := range x {
//		v := x[i] + bias[i%len(bias)]
//		if v < low {
//			v = low
//		}
//		if v > high {
//			v = high
//		}
//		x[i] = v
//	}
func AddBiasClamp(x, bias []float32, low, high float32) {
	checkRows(x, bias)
	if len(x) > 0 {
		addBiasClamp(x, bias, low, high)
	}
}

// AddBiasSlope is AddBias, then what is below zero is multiplied by its channel's slope.
//
//	for i := range x {
//		v := x[i] + bias[i%len(bias)]
//		if v < 0 {
//			v *= slopes[i%len(bias)]
//		}
//		x[i] = v
//	}
func AddBiasSlope(x, bias, slopes []float32) {
	checkRows(x, bias)
	if len(slopes) != len(bias) {
		panic(errLength)
	}
	if len(x) > 0 {
		addBiasSlope(x, bias, slopes)
	}
}

// ScaleShift scales and moves each row of x; dst may be x. Product and sum are rounded one after the
// other.
//
//	for i := range x {
//		dst[i] = x[i]*scale[i%len(scale)] + shift[i%len(scale)]
//	}
func ScaleShift(dst, x, scale, shift []float32) {
	checkRows(x, scale)
	if len(dst) != len(x) || len(shift) != len(scale) {
		panic(errLength)
	}
	if len(x) > 0 {
		scaleShift(dst, x, scale, shift)
	}
}

// Depthwise computes a line of pixels of a convolution in which each channel has a kernel of its own,
// of len(bias) channels. The pixels' windows lie step numbers apart; each block is a tap: where it
// lies in the first pixel's window, and in the weights. The results are kept within bounds.
//
//	for p := range pixels {
//		for ch := range bias {
//			s := bias[ch]
//			for _, b := range taps {
//				s += x[b.A+p*step+ch] * w[b.B+ch]
//			}
//			dst[p*len(bias)+ch] = min(max(s, low), high)
//		}
//	}
func Depthwise(dst, x, w, bias []float32, taps []Block, pixels, step int, low, high float32) {
	c := len(bias)
	if pixels < 0 || step < 0 {
		panic("kernel: Depthwise: negative size or stride")
	}
	if pixels == 0 || c == 0 {
		return
	}
	if len(dst) < span(pixels, c, 0, 0)+c {
		panic("kernel: Depthwise: dst is too short")
	}
	lastX, lastW := len(x)-c-span(pixels, step, 0, 0), len(w)-c
	for _, b := range taps {
		if b.A < 0 || b.B < 0 || b.A > lastX || b.B > lastW {
			panic("kernel: Depthwise: tap outside x or w")
		}
	}
	if len(taps) == 0 {
		depthwisePortable(dst, x, w, bias, taps, pixels, step, low, high)
		return
	}
	depthwise(dst, x, w, bias, taps, pixels, step, low, high)
}

// WinogradScratch is how many numbers the transforms need while they work.
const WinogradScratch = 36 * 16

// WinogradInput transforms a window of 6 x 6 pixels for a convolution of 3 x 3 that gives 4 x 4 pixels
// (Lavin and Gray 2016, F(4x4, 3x3)): B' d B for each channel. Pixel (i, j) lies at src[i*row+j*pixel],
// number (i, j) of the result at dst[(6*i+j)*plane].
func WinogradInput(dst []float32, plane int, src []float32, row, pixel, channels int, scratch []float32) {
	checkWinograd(dst, src, plane, row, pixel, channels, 36, 6, scratch)
	if channels > 0 {
		winogradInput(dst, plane, src, row, pixel, channels, scratch)
	}
}

// WinogradOutput is the way back: A' m A, 4 x 4 pixels of 36 numbers for each channel. Pixel (i, j)
// goes to dst[i*row+j*pixel].
func WinogradOutput(dst []float32, row, pixel int, src []float32, plane, channels int, scratch []float32) {
	checkWinograd(src, dst, plane, row, pixel, channels, 36, 4, scratch)
	if channels > 0 {
		winogradOutput(dst, row, pixel, src, plane, channels, scratch)
	}
}

// checkWinograd panics where the planes or the pixels lie beyond a slice.
func checkWinograd(planes, pixels []float32, plane, row, pixel, channels, count, side int, scratch []float32) {
	if plane < 0 || row < 0 || pixel < 0 || channels < 0 || len(scratch) < WinogradScratch {
		panic("kernel: Winograd: negative size or stride, or not enough scratch")
	}
	if len(planes) < span(count, plane, 0, 0)+channels || len(pixels) < span(side, row, side, pixel)+channels {
		panic("kernel: Winograd: planes or pixels are too short")
	}
}

func maximumPortable(dst, src []float32) {
	for i, v := range src {
		if v > dst[i] {
			dst[i] = v
		}
	}
}

func addBiasClampPortable(x, bias []float32, low, high float32) {
	for len(x) > 0 {
		row := x[:len(bias)]
		for j, b := range bias {
			v := row[j] + b
			if v < low {
				v = low
			}
			if v > high {
				v = high
			}
			row[j] = v
		}
		x = x[len(bias):]
	}
}

func addBiasSlopePortable(x, bias, slopes []float32) {
	for len(x) > 0 {
		row, slopes := x[:len(bias)], slopes[:len(bias)]
		for j, b := range bias {
			v := row[j] + b
			if v < 0 {
				v *= slopes[j]
			}
			row[j] = v
		}
		x = x[len(bias):]
	}
}

func scaleShiftPortable(dst, x, scale, shift []float32) {
	for len(x) > 0 {
		row, to, shift := x[:len(scale)], dst[:len(scale)], shift[:len(scale)]
		for j, a := range scale {
			to[j] = float32(row[j]*a) + shift[j]
		}
		x, dst = x[len(scale):], dst[len(scale):]
	}
}

func depthwisePortable(dst, x, w, bias []float32, taps []Block, pixels, step int, low, high float32) {
	c := len(bias)
	for p := range pixels {
		to := dst[p*c:][:c]
		copy(to, bias)
		for _, b := range taps {
			from, weights := x[b.A+p*step:][:c], w[b.B:][:c]
			for ch, v := range from {
				to[ch] += v * weights[ch]
			}
		}
		for ch, v := range to {
			if v < low {
				v = low
			}
			if v > high {
				v = high
			}
			to[ch] = v
		}
	}
}

func winogradInputPortable(dst []float32, plane int, src []float32, row, pixel, channels int) {
	one := func(d [6]float32) [6]float32 {
		return [6]float32{
			4*d[0] - 5*d[2] + d[4], d[3] + d[4] - 4*(d[1]+d[2]), d[4] - d[3] + 4*(d[1]-d[2]),
			d[4] - d[2] + 2*(d[3]-d[1]), d[4] - d[2] - 2*(d[3]-d[1]), 4*d[1] - 5*d[3] + d[5],
		}
	}
	for ch := range channels {
		var half [6][6]float32
		for j := range 6 {
			var d [6]float32
			for i := range d {
				d[i] = src[i*row+j*pixel+ch]
			}
			for i, v := range one(d) {
				half[i][j] = v
			}
		}
		for i, d := range half {
			for j, v := range one(d) {
				dst[(6*i+j)*plane+ch] = v
			}
		}
	}
}

func winogradOutputPortable(dst []float32, row, pixel int, src []float32, plane, channels int) {
	one := func(m [6]float32) [4]float32 {
		a, b, c, d := m[1]+m[2], m[1]-m[2], m[3]+m[4], m[3]-m[4]
		return [4]float32{m[0] + a + c, b + 2*d, a + 4*c, b + m[5] + 8*d}
	}
	for ch := range channels {
		var half [4][6]float32
		for j := range 6 {
			var m [6]float32
			for i := range m {
				m[i] = src[(6*i+j)*plane+ch]
			}
			for i, v := range one(m) {
				half[i][j] = v
			}
		}
		for i, m := range half {
			for j, v := range one(m) {
				dst[i*row+j*pixel+ch] = v
			}
		}
	}
}
