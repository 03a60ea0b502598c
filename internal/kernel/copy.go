package kernel

// CopyRows copies a matrix of rows x cols, whose rows lie lds floats apart in
// src, to where they lie ldd floats apart.
//
//	for i := range rows {
//		copy(dst[i*ldd:][:cols], src[i*lds:])
//	}
func CopyRows(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	if rows < 0 || cols < 0 || ldd < cols || lds < cols {
		panic("kernel: CopyRows: a row is shorter than the matrix is wide")
	}
	if rows == 0 || cols == 0 {
		return
	}
	if len(src) < span(rows, lds, 0, 0)+cols || len(dst) < span(rows, ldd, 0, 0)+cols {
		panic("kernel: CopyRows: dst or src is too short")
	}
	if cols == 32 {
		copyRows(dst, ldd, src, lds, rows)
		return
	}
	copyRowsPortable(dst, ldd, src, lds, rows, cols)
}

func copyRowsPortable(dst []float32, ldd int, src []float32, lds, rows, cols int) {
	for i := range rows {
		copy(dst[i*ldd:][:cols], src[i*lds:])
	}
}
