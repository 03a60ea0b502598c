//go:build (amd64 || arm64) && !purego

package kernel

// wideBias is the room for a bias of fewer than 16 values repeated 16 times, as
// for the 3 channels of a picture: then whole vectors fit its period.
const wideBias = 15 * 16

// widenBias repeats a short bias where x is long enough to gain by it, and says
// how many values at the end of x do not fill a row of the wider bias. All of x
// being shorter than one such row, it stays as it is.
func widenBias(buf *[wideBias]float32, x, bias []float32) (wide []float32, rest int) {
	if len(bias) >= 16 || len(x) < 4*16*len(bias) {
		return bias, 0
	}
	wide = buf[:16*len(bias)]
	for i := 0; i < len(wide); i += len(bias) {
		copy(wide[i:], bias)
	}
	return wide, len(x) % len(wide)
}
