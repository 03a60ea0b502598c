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

// Patches3x3 copies side by side what a 3x3 convolution reads for each pixel of
// a picture: src is (h+2, w+2, c), the picture with its border, and dst (h, w,
// 32), of which a pixel's first 9*c <= 32 values are written.
//
//	for y := range h {
//		for q := range w {
//			for ky := range 3 {
//				copy(dst[(y*w+q)*32+ky*3*c:][:3*c], src[((y+ky)*(w+2)+q)*c:])
//			}
//		}
//	}
func Patches3x3(dst, src []float32, h, w, c int) {
	if h < 0 || w < 0 || c < 0 || 9*c > 32 || len(dst) < h*w*32 || len(src) < (h+2)*(w+2)*c {
		panic("kernel: Patches3x3: slices are not (h, w, 32) and (h+2, w+2, c)")
	}
	if h > 0 && w > 0 && c > 0 {
		patches3x3(dst, src, h, w, c)
	}
}

func patches3x3Portable(dst, src []float32, h, w, c int) {
	for y := range h {
		for q := range w {
			for ky := range 3 {
				copy(dst[(y*w+q)*32+ky*3*c:][:3*c], src[((y+ky)*(w+2)+q)*c:])
			}
		}
	}
}
