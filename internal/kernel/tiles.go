package kernel

// Tile is one product of a list, such as one pixel of a convolution: where it
// begins in c and in a, the blocks it sums over, and their k.
type Tile struct {
	C, A   int
	Blocks []Block
	K      int
}

// Tiles is a list of products with one matrix B. What they reach of their
// slices is found out once, when the list is made.
type Tiles struct {
	list                []Tile
	ldb                 int
	lastC, lastA, lastB int  // the largest offsets that any of them uses in the first row; below zero for none
	odd                 bool // some k is
}

// NewTiles makes a list of products whose A is contiguous along k and whose B
// has ldb floats from row to row. It keeps the slice.
func NewTiles(list []Tile, ldb int) *Tiles {
	t := &Tiles{list: list, ldb: ldb, lastA: -1, lastB: -1}
	for _, l := range list {
		if l.C < 0 || l.A < 0 || l.K < 0 || ldb < 0 {
			panic("kernel: NewTiles: negative offset or size")
		}
		t.lastC = max(t.lastC, l.C)
		t.odd = t.odd || l.K%2 == 1
		for _, b := range l.Blocks {
			if b.A < 0 || b.B < 0 {
				panic("kernel: NewTiles: negative offset or size")
			}
			if l.K > 0 {
				t.lastA = max(t.lastA, l.A+b.A+l.K-1)
				t.lastB = max(t.lastB, b.B+span(l.K, ldb, 0, 0))
			}
		}
	}
	return t
}

// BlockGemmTiles computes a list of products of m x n.
//
//	for _, l := range t.list {
//		BlockGemm(c[l.C:], ldc, a[l.A:], aRow, 1, b, t.ldb, l.Blocks, m, n, l.K, false)
//	}
func BlockGemmTiles(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	if t.begin(c, ldc, len(a), aRow, len(b), t.lastB+n, m, n) {
		blockGemmTiles(c, ldc, a, aRow, b, t, m, n)
	}
}

// BlockGemmTilesBF16 is BlockGemmTiles for A and B in bf16, laid out as
// BlockGemmBF16 has them. Every k must be even. Offsets are those of float32: in
// B, whose rows are interleaved in pairs, even rows begin where they do there.
//
//	for _, l := range t.list {
//		BlockGemmBF16(c[l.C:], ldc, a[l.A:], aRow, b, 2*t.ldb, l.Blocks, m, n, l.K, false)
//	}
func BlockGemmTilesBF16(c []float32, ldc int, a []uint16, aRow int, b []uint16, t *Tiles, m, n int) {
	if t.odd {
		panic("kernel: BlockGemmTilesBF16: k is odd")
	}
	if t.begin(c, ldc, len(a), aRow, len(b), t.lastB-t.ldb+2*n, m, n) {
		blockGemmTilesBF16(c, ldc, a, aRow, b, t, m, n)
	}
}

// begin panics where a product would reach beyond a slice, writes those that
// have nothing to sum, and reports whether there is more to do.
func (t *Tiles) begin(c []float32, ldc, lenA, aRow, lenB, needB, m, n int) bool {
	if m < 0 || n < 0 || ldc < 0 || aRow < 0 {
		panic("kernel: BlockGemmTiles: negative size or stride")
	}
	if m == 0 || n == 0 || len(t.list) == 0 {
		return false
	}
	if m > 1 && ldc < n {
		panic("kernel: BlockGemmTiles: rows of c overlap")
	}
	if t.lastC+span(m, ldc, 0, 0)+n > len(c) {
		panic("kernel: BlockGemmTiles: c is too short")
	}
	if t.lastA >= 0 && (t.lastA+span(m, aRow, 0, 0) >= lenA || needB > lenB) {
		panic("kernel: BlockGemmTiles: a or b is too short")
	}
	for i := range t.list {
		if l := &t.list[i]; l.empty() {
			for j := range m {
				clear(c[l.C+j*ldc:][:n])
			}
		}
	}
	return true
}

func (l *Tile) empty() bool { return len(l.Blocks) == 0 || l.K == 0 }

func blockGemmTilesPortable(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	for i := range t.list {
		if l := &t.list[i]; !l.empty() {
			blockGemmPortable(c[l.C:], ldc, a[l.A:], aRow, 1, b, t.ldb, l.Blocks, m, n, l.K, false)
		}
	}
}

func blockGemmTilesBF16Portable(c []float32, ldc int, a []uint16, aRow int, b []uint16, t *Tiles, m, n int) {
	for i := range t.list {
		if l := &t.list[i]; !l.empty() {
			blockGemmBF16Portable(c[l.C:], ldc, a[l.A:], aRow, b, 2*t.ldb, l.Blocks, m, n, l.K, false)
		}
	}
}
