package nn

import "likeness/internal/kernel"

// panelWidth is the number of columns that the widest kernel tile takes.
const panelWidth = 32

// panels is a matrix of rows x cols packed into panels of 32 columns, each
// panel contiguous, so that the kernels stream through it: element (r, c) lies
// at (c/32)*rows*32 + r*32 + c%32. The last panel is filled up with zeros. In
// bf16 each pair of rows, of which there is an even number, is interleaved:
// (c/32)*rows*32 + r/2*64 + c%32*2 + r%2.
type panels struct {
	rows, cols int
	data       []float32
	half       []uint16 // instead of data
}

func newPanels(rows, cols int, half bool) panels {
	n := (cols + panelWidth - 1) / panelWidth * rows * panelWidth
	if half {
		return panels{rows: rows, cols: cols, half: make([]uint16, n)}
	}
	return panels{rows: rows, cols: cols, data: make([]float32, n)}
}

// pack copies a rows x cols part in, from the given row and column on. The rows
// of src are lds apart. In bf16 row is even, and column a multiple of 32.
func (p *panels) pack(row, column int, src []float32, lds, rows, cols int) {
	for cols > 0 {
		in := column % panelWidth
		width := min(panelWidth-in, cols)
		if p.half != nil {
			p.checkHalf(row, in)
			kernel.PackBF16(p.halfPanel(column)[row*panelWidth:], src, lds, rows, width)
		} else {
			kernel.CopyRows(p.panel(column - in)[row*panelWidth+in:], panelWidth, src, lds, rows, width)
		}
		src, column, cols = src[width:], column+width, cols-width
	}
}

// packTransposed copies the transpose of src in, a cols x rows matrix whose
// rows are lds apart, as pack does.
func (p *panels) packTransposed(row, column int, src []float32, lds, rows, cols int) {
	for cols > 0 {
		in := column % panelWidth
		width := min(panelWidth-in, cols)
		if p.half != nil {
			p.checkHalf(row, in)
			kernel.PackTransposedBF16(p.halfPanel(column)[row*panelWidth:], src, lds, rows, width)
		} else {
			kernel.Transpose(p.panel(column - in)[row*panelWidth+in:], panelWidth, src, lds, width, rows)
		}
		src, column, cols = src[min(width*lds, len(src)):], column+width, cols-width
	}
}

// checkHalf panics where a part in bf16 would overwrite its neighbours.
func (p *panels) checkHalf(row, in int) {
	if row%2 != 0 || in != 0 {
		panic("nn: a part in bf16 begins within a pair of rows or within a panel")
	}
}

// panel is the panel that begins at column c, a multiple of 32.
func (p *panels) panel(c int) []float32 {
	size := p.rows * panelWidth
	return p.data[c/panelWidth*size:][:size]
}

// halfPanel is panel in bf16.
func (p *panels) halfPanel(c int) []uint16 {
	size := p.rows * panelWidth
	return p.half[c/panelWidth*size:][:size]
}

// multiply writes x times the matrix into y for n images.
func (p *panels) multiply(y, x buffer, n int) {
	for c := 0; c < p.cols; c += panelWidth {
		w := min(panelWidth, p.cols-c)
		kernel.BlockGemm(y.data[c:], y.stride, x.data, x.stride, 1, p.panel(c), panelWidth, oneBlock, n, w, p.rows, false)
	}
}

var oneBlock = []kernel.Block{{}}
