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
	lastC, lastA, lastB int // the largest offsets that any of them uses in the first row; below zero for none
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

// BlockGemmTiles computes a list of products of m x n, n at most ldb.
//
//	for _, l := range t.list {
//		BlockGemm(c[l.C:], ldc, a[l.A:], aRow, 1, b, t.ldb, l.Blocks, m, n, l.K, false)
//	}
func BlockGemmTiles(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	if m < 0 || n < 0 || ldc < 0 || aRow < 0 {
		panic("kernel: BlockGemmTiles: negative size or stride")
	}
	if m == 0 || n == 0 || len(t.list) == 0 {
		return
	}
	if m > 1 && ldc < n {
		panic("kernel: BlockGemmTiles: rows of c overlap")
	}
	if t.lastC+span(m, ldc, 0, 0)+n > len(c) {
		panic("kernel: BlockGemmTiles: c is too short")
	}
	if t.lastA >= 0 && (t.lastA+span(m, aRow, 0, 0) >= len(a) || t.lastB+n > len(b)) {
		panic("kernel: BlockGemmTiles: a or b is too short")
	}
	for i := range t.list {
		l := &t.list[i]
		if len(l.Blocks) > 0 && l.K > 0 {
			continue
		}
		for j := range m {
			clear(c[l.C+j*ldc:][:n])
		}
	}
	blockGemmTiles(c, ldc, a, aRow, b, t, m, n)
}

func blockGemmTilesPortable(c []float32, ldc int, a []float32, aRow int, b []float32, t *Tiles, m, n int) {
	for i := range t.list {
		if l := &t.list[i]; len(l.Blocks) > 0 && l.K > 0 {
			blockGemmPortable(c[l.C:], ldc, a[l.A:], aRow, 1, b, t.ldb, l.Blocks, m, n, l.K, false)
		}
	}
}
