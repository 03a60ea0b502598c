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
	if v > -least && v < least {
		v *= 0
	}
	return v
}

// blockGemmBF16Portable rounds as VDPBF16PS does: each product and sum once. In
// float64 the product is exact, and the sum is rounded to float32 as if it were:
// where it has more than 53 bits, one of its terms, of at most 24, is too small
// to count.
func blockGemmBF16Portable(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	for i := range m {
		row := c[i*ldc:][:n]
		if !accumulate {
			clear(row)
		}
		for _, bl := range blocks {
			pa, pb := a[bl.A+i*aRow:][:k], bl.B
			for kk := 0; kk < k; kk += 2 {
				a0, a1, pairs := wide(pa[kk]), wide(pa[kk+1]), b[pb:][:2*n]
				for j, s := range row {
					s = float32(flush(flush(float64(s)) + a1*wide(pairs[2*j+1])))
					row[j] = float32(flush(float64(s) + a0*wide(pairs[2*j])))
				}
				pb += ldb
			}
		}
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
