package kernel

import "unsafe"

// AMX reports whether this machine multiplies bf16 in tiles: it has AMX_BF16, the
// system (Linux) lets the program use it, and LIKENESS_SIMD names no other version.
// Where not, BlockGemmAMX gives the same results, slowly.
func AMX() bool { return hasAMX() }

// BlockGemmAMX is BlockGemmBF16 for panels of B, 32 columns of C, with sums as the
// instruction TDPBF16PS makes them: those of 32 steps of k first, even and odd ones
// apart. A is m x k with aRow elements from row to row, k a multiple of 32; each B
// is k x 32 as PackBF16 lays it out. C is m x 32 with ldc floats from row to row.
//
// Each multiply-add and each addition rounds once; denormal elements count as
// zero, and so do denormal sums. All versions give the same bits.
//
//	for i := range m {
//		for j := range 32 {
//			s := float32(0)
//			for _, bl := range blocks {
//				for k0 := 0; k0 < k; k0 += 32 {
//					var even, odd float32
//					for kk := k0; kk < k0+32; kk += 2 {
//						even += float32(a[bl.A+i*aRow+kk]) * float32(b[bl.B+kk/2*64+2*j])
//						odd += float32(a[bl.A+i*aRow+kk+1]) * float32(b[bl.B+kk/2*64+2*j+1])
//					}
//					s += even + odd
//				}
//			}
//			c[i*ldc+j] = s
//		}
//	}
func BlockGemmAMX(c []float32, ldc int, a []uint16, aRow int, b []uint16, blocks []Block, m, k int) {
	if m < 0 || k < 0 || ldc < 0 || aRow < 0 {
		panic("kernel: BlockGemmAMX: negative size or stride")
	}
	if k%32 != 0 {
		panic("kernel: BlockGemmAMX: k is no multiple of 32")
	}
	if m == 0 {
		return
	}
	if m > 1 && ldc < 32 {
		panic("kernel: BlockGemmAMX: rows of c overlap")
	}
	if span(m, ldc, 0, 0)+32 > len(c) {
		panic("kernel: BlockGemmAMX: c is too short")
	}
	if k == 0 || len(blocks) == 0 {
		for i := range m {
			clear(c[i*ldc:][:32])
		}
		return
	}
	lastA := len(a) - 1 - span(m, aRow, k, 1)
	lastB := len(b) - 64 - span(k/2, 64, 0, 0)
	if lastA < 0 || lastB < 0 {
		panic("kernel: BlockGemmAMX: a or b is too short")
	}
	for _, bl := range blocks {
		if uint(bl.A) > uint(lastA) || uint(bl.B) > uint(lastB) {
			panic("kernel: BlockGemmAMX: block outside a or b")
		}
	}
	blockGemmAMX(c, ldc, a, aRow, b, blocks, m, k)
}

// blockGemmAMXPortable rounds as blockGemmBF16Portable does.
func blockGemmAMXPortable(c []float32, ldc int, a []uint16, aRow int, b []uint16, blocks []Block, m, k int) {
	for i := range m {
		row := c[i*ldc:][:32]
		clear(row)
		for _, bl := range blocks {
			for k0 := 0; k0 < k; k0 += 32 {
				var even, odd [32]float32
				for kk := k0; kk < k0+32; kk += 2 {
					pair := a[bl.A+i*aRow+kk:][:2]
					a0, a1 := wide(pair[0]), wide(pair[1])
					pairs := b[bl.B+kk/2*64:][:64]
					for j := range 32 {
						even[j] = float32(flush(float64(even[j]) + a0*wide(pairs[2*j])))
						odd[j] = float32(flush(float64(odd[j]) + a1*wide(pairs[2*j+1])))
					}
				}
				for j, s := range row {
					sum := float32(flush(float64(even[j]) + float64(odd[j])))
					row[j] = float32(flush(float64(s) + float64(sum)))
				}
			}
		}
	}
}

// TransposePairs moves pairs of bf16, which are 32 bits wide, as Transpose does: a
// matrix of rows x cols pairs, whose rows lie lds elements apart, becomes one of cols
// x rows, whose rows lie ldd elements apart.
//
//	for i := range rows {
//		for j := range cols {
//			copy(dst[j*ldd+2*i:], src[i*lds+2*j:][:2])
//		}
//	}
func TransposePairs(dst []uint16, ldd int, src []uint16, lds, rows, cols int) {
	if rows == 0 || cols == 0 {
		return
	}
	if ldd%2 != 0 || lds%2 != 0 {
		panic("kernel: TransposePairs: a stride is odd")
	}
	Transpose(floats(dst), ldd/2, floats(src), lds/2, rows, cols)
}

// floats sees pairs of bf16 as what has their width.
func floats(x []uint16) []float32 {
	if len(x) < 2 {
		return nil
	}
	return unsafe.Slice((*float32)(unsafe.Pointer(&x[0])), len(x)/2)
}
