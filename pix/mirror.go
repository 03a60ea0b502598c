package pix

// Mirror mirrors pictures of width w left to right, in place. x holds rows of w pixels of
// three values. It panics unless x is a whole number of rows.
func Mirror(x []float32, w int) {
	if w < 1 || len(x)%(3*w) != 0 {
		panic("pix: Mirror: no whole number of rows")
	}
	for ; len(x) > 0; x = x[3*w:] {
		for i, j := 0, 3*(w-1); i < j; i, j = i+3, j-3 {
			for c := range 3 {
				x[i+c], x[j+c] = x[j+c], x[i+c]
			}
		}
	}
}
