package kernel

import "math/bits"

// Block says where one pair of small matrices starts: element offsets into the
// slices a and b given to BlockGemm.
type Block struct{ A, B int }

// BlockGemm adds up the products of a list of pairs of matrices (a batch-reduce
// matrix product). A dense layer is one block; a convolution is one block for
// each tap, or for each row of taps where they lie side by side.
//
// C is m x n with ldc floats from row to row, each A is m x k with strides aRow
// and aCol, each B is k x n with ldb floats from row to row. Any m, n, k >= 0
// and any strides >= 0 will do, but rows of C must not overlap. c must not
// overlap a or b. Without blocks, or with k = 0, C is left as it is when
// accumulate is set and zeroed when not.
//
// Each element of C is one running sum in the order of the blocks, so neither
// the size of the call nor the element's place in it changes its bits.
//
//	for i := range m {
//		for j := range n {
//			s := float32(0)
//			if accumulate {
//				s = c[i*ldc+j]
//			}
//			for _, bl := range blocks {
//				for kk := range k {
//					s += a[bl.A+i*aRow+kk*aCol] * b[bl.B+kk*ldb+j]
//				}
//			}
//			c[i*ldc+j] = s
//		}
//	}
func BlockGemm(c []float32, ldc int, a []float32, aRow, aCol int, b []float32, ldb int, blocks []Block, m, n, k int, accumulate bool) {
	if m < 0 || n < 0 || k < 0 || ldc < 0 || aRow < 0 || aCol < 0 || ldb < 0 {
		panic("kernel: BlockGemm: negative size or stride")
	}
	if m == 0 || n == 0 {
		return
	}
	if m > 1 && ldc < n {
		panic("kernel: BlockGemm: rows of c overlap")
	}
	if span(m, ldc, 0, 0)+n > len(c) {
		panic("kernel: BlockGemm: c is too short")
	}
	if k == 0 || len(blocks) == 0 {
		if !accumulate {
			for i := range m {
				clear(c[i*ldc : i*ldc+n])
			}
		}
		return
	}
	// The last offset a block may have; below zero when not even 0 fits.
	lastA := len(a) - 1 - span(m, aRow, k, aCol)
	lastB := len(b) - n - span(k, ldb, 0, 0)
	if lastA < 0 || lastB < 0 {
		panic("kernel: BlockGemm: a or b is too short")
	}
	for _, bl := range blocks {
		if uint(bl.A) > uint(lastA) || uint(bl.B) > uint(lastB) {
			panic("kernel: BlockGemm: block outside a or b")
		}
	}
	blockGemm(c, ldc, a, aRow, aCol, b, ldb, blocks, m, n, k, accumulate)
}

// span is the distance from the first to the last element of a p x q matrix
// with the given strides. Sizes no slice can have panic rather than wrap.
func span(p, rowStride, q, colStride int) int {
	hi1, lo1 := bits.Mul64(uint64(max(p-1, 0)), uint64(rowStride))
	hi2, lo2 := bits.Mul64(uint64(max(q-1, 0)), uint64(colStride))
	if hi1|hi2 != 0 || (lo1|lo2)>>60 != 0 {
		panic("kernel: strides too large")
	}
	return int(lo1 + lo2)
}
