package kernel

import (
	"math"
	"runtime"
)

// wide is a bf16 as a float64; like VDPBF16PS it takes denormal ones for zero.
func wide(v uint16) float64 { return flush(float64(math.Float32frombits(uint32(v) << 16))) }

// flush turns what float32, had it no least exponent, would round to a number
// below 2^-126 into zero of its sign.
func flush(v float64) float64 {
	const least = 0x1p-126 - 0x1p-151
	if math.Abs(v) < least {
		v *= 0
	}
	return v
}

// blockGemmBF16Portable rounds as VDPBF16PS does: each product and sum once. In
// float64 the product is exact, and the sum is rounded to float32 as if it were:
// where it has more than 53 bits, one of its terms, of at most 24, is too small
// to count. Each pair of rows of B is made wide once for all rows of A.
func blockGemmBF16Portable(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	for i := range m {
		row := c[i*ldc:][:n]
		for j, s := range row {
			if accumulate {
				row[j] = float32(flush(float64(s)))
			} else {
				row[j] = 0
			}
		}
	}
	var b0, b1 [32]float64
	for from := 0; from < n; from += len(b0) {
		width := min(len(b0), n-from)
		b0, b1 := b0[:width], b1[:width]
		for _, bl := range blocks {
			for kk := 0; kk < k; kk += 2 {
				pairs := b[bl.B+kk/2*ldb+2*from:][:2*width]
				for j := range b0 {
					b0[j], b1[j] = wide(pairs[2*j]), wide(pairs[2*j+1])
				}
				for i := range m {
					pair := a[bl.A+i*aRow+kk:][:2]
					dotPairs(c[i*ldc+from:][:width], wide(pair[0]), wide(pair[1]), b0, b1)
				}
			}
		}
	}
}

func dotPairs(sums []float32, a0, a1 float64, b0, b1 []float64) {
	b0, b1 = b0[:len(sums)], b1[:len(sums)]
	for j, s := range sums {
		s = float32(flush(float64(s) + a1*b1[j]))
		sums[j] = float32(flush(float64(s) + a0*b0[j]))
	}
}

func toBF16Portable(dst []uint16, src []float32) {
	for i, v := range src {
		dst[i] = bf16(v)
	}
}

func bf16(v float32) uint16 {
	u := math.Float32bits(v)
	switch {
	case v != v:
		u |= 1 << 22
	case u>>23&0xff == 0:
		u &= 1 << 31
	default:
		u += 1<<15 - 1 + u>>16&1
	}
	return uint16(u >> 16)
}

// packBF16Portable packs the columns from the given one to 32; src has the
// element (r, j) at r*row + j*col.
func packBF16Portable(dst []uint16, src []float32, row, col, rows, cols, from int) {
	for r := range (rows + 1) &^ 1 {
		line := dst[r/2*64:][:64]
		for j := from; j < 32; j++ {
			v := uint16(0)
			if r < rows && j < cols {
				v = bf16(src[r*row+j*col])
			}
			line[2*j+r%2] = v
		}
	}
}

func peakRunBF16Portable() float64 {
	const rounds = 100_000
	x, y := wide(bf16(0.9)), wide(bf16(0.1))
	var s0, s1, s2, s3 float32
	add := func(s float32) float32 {
		s = float32(flush(float64(s) + x*y))
		return float32(flush(float64(s) + x*y))
	}
	for range rounds {
		s0, s1, s2, s3 = add(s0), add(s1), add(s2), add(s3)
	}
	runtime.KeepAlive(s0 + s1 + s2 + s3)
	return rounds * 4 * 4
}
