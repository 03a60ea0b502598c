package kernel

import (
	"sync"
	"time"
)

// A bf16 is the upper half of a float32: its sign, its 8 bits of exponent and
// the first 7 of its fraction. The product of two is exact in float32.

// BF16 reports whether this machine multiplies bf16 faster than float32: it has AMX, or
// AVX512_BF16, SIMD is "avx512", and a measurement says so. (AMD's processors take
// twice as many products of bf16 in a cycle as of float32, Intel's half as many.)
// Where not, the functions on bf16 give the same results, slowly.
func BF16() bool { return hasAMX() || hasBF16() && pairsAreFaster() }

// pairsAreFaster compares the best of some short runs, which lie a factor of two apart
// either way.
var pairsAreFaster = sync.OnceValue(func() bool {
	const each = 2 * time.Millisecond
	return PeakBF16(each) > PeakFMA(each)
})

// ToBF16 rounds to the nearest bf16, of two equally near ones to the even one.
// Beyond the largest lies Inf; NaN stays NaN. As the instruction does it, values
// below 2^-126, the smallest normal one, become zero of the same sign, also
// those that would round up to it.
//
//	for i, v := range src {
//		u := math.Float32bits(v)
//		switch {
//		case v != v:
//			u |= 1 << 22
//		case u>>23&0xff == 0:
//			u &= 1 << 31
//		default:
//			u += 1<<15 - 1 + u>>16&1
//		}
//		dst[i] = uint16(u >> 16)
//	}
func ToBF16(dst []uint16, src []float32) {
	if len(dst) != len(src) {
		panic(errLength)
	}
	if len(dst) > 0 {
		toBF16(dst, src)
	}
}

// BlockGemmBF16 is BlockGemm for A and B in bf16; C and the sums are float32. A
// has its k elements side by side, and rows of B are interleaved in pairs: each
// A is m x k with aRow elements from row to row; each B is k x n, k even, with
// ldb elements from one pair of rows to the next. Offsets of blocks count
// elements.
//
// Each element of C is one running sum in the order of the blocks; of each pair
// the second product is added first, and each sum is rounded once. Denormal
// elements of A, B and C count as zero, and so do denormal sums as they arise.
// All versions give the same bits.
//
//	for i := range m {
//		for j := range n {
//			s := float32(0)
//			if accumulate {
//				s = c[i*ldc+j]
//			}
//			for _, bl := range blocks {
//				for step := range k {
//					kk := step ^ 1
//					s += float32(a[bl.A+i*aRow+kk]) * float32(b[bl.B+kk/2*ldb+2*j+kk%2])
//				}
//			}
//			c[i*ldc+j] = s
//		}
//	}
func BlockGemmBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	if m < 0 || n < 0 || k < 0 || ldc < 0 || aRow < 0 || ldb < 0 {
		panic("kernel: BlockGemmBF16: negative size or stride")
	}
	if k%2 != 0 {
		panic("kernel: BlockGemmBF16: k is odd")
	}
	if m == 0 || n == 0 {
		return
	}
	if m > 1 && ldc < n {
		panic("kernel: BlockGemmBF16: rows of c overlap")
	}
	if span(m, ldc, 0, 0)+n > len(c) {
		panic("kernel: BlockGemmBF16: c is too short")
	}
	if k == 0 || len(blocks) == 0 {
		if !accumulate {
			for i := range m {
				clear(c[i*ldc : i*ldc+n])
			}
		}
		return
	}
	// The last offset a block may have; below zero when not even 0 fits. As n
	// is at most len(c), 2*n does not wrap.
	lastA := len(a) - 1 - span(m, aRow, k, 1)
	lastB := len(b) - 2*n - span(k/2, ldb, 0, 0)
	if lastA < 0 || lastB < 0 {
		panic("kernel: BlockGemmBF16: a or b is too short")
	}
	for _, bl := range blocks {
		if uint(bl.A) > uint(lastA) || uint(bl.B) > uint(lastB) {
			panic("kernel: BlockGemmBF16: block outside a or b")
		}
	}
	blockGemmBF16(c, ldc, a, aRow, b, ldb, blocks, m, n, k, accumulate)
}

// PackBF16 rounds a matrix of up to 32 columns and lays it out as BlockGemmBF16
// reads B with an ldb of 64: each pair of rows is interleaved in 64 elements of
// dst, with zeros in the columns from cols on and in the second row of the last
// pair when rows is odd. In src lds floats lie from row to row.
//
//	clear(dst[:(rows+1)/2*64])
//	for r := range rows {
//		for j := range cols {
//			dst[r/2*64+2*j+r%2] = bf16(src[r*lds+j])
//		}
//	}
func PackBF16(dst []uint16, src []float32, lds, rows, cols int) {
	if checkPack(dst, src, lds, rows, cols, rows, cols) {
		packBF16(dst, src, lds, rows, cols)
	}
}

// PackTransposedBF16 is PackBF16 for a matrix that lies transposed in src, lds
// floats from column to column.
//
//	clear(dst[:(rows+1)/2*64])
//	for r := range rows {
//		for j := range cols {
//			dst[r/2*64+2*j+r%2] = bf16(src[j*lds+r])
//		}
//	}
func PackTransposedBF16(dst []uint16, src []float32, lds, rows, cols int) {
	if checkPack(dst, src, lds, rows, cols, cols, rows) {
		packTransposedBF16(dst, src, lds, rows, cols)
	}
}

// checkPack reports whether there is anything to pack; where there are rows but no
// columns it writes the zeros itself. src holds lines of so many floats.
func checkPack(dst []uint16, src []float32, lds, rows, cols, lines, line int) bool {
	if rows < 0 || cols < 0 || cols > 32 || lds < 0 {
		panic("kernel: PackBF16: negative size or stride, or more than 32 columns")
	}
	if rows > len(dst)/32 || (rows+1)/2 > len(dst)/64 {
		panic("kernel: PackBF16: dst is too short")
	}
	if rows == 0 {
		return false
	}
	if cols == 0 {
		clear(dst[:(rows+1)/2*64])
		return false
	}
	if lines > 1 && lds < line {
		panic("kernel: PackBF16: lines of src overlap")
	}
	if span(lines, lds, 0, 0) > len(src)-line {
		panic("kernel: PackBF16: src is too short")
	}
	return true
}
