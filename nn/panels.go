package nn

import "likeness/internal/kernel"

// panelWidth is the number of columns that the widest kernel tile takes.
const panelWidth = 32

// panels is a matrix of rows x cols packed into panels of 32 columns, each
// panel contiguous, so that the kernels stream through it: element (r, c) lies
// at (c/32)*rows*32 + r*32 + c%32. The last panel is filled up with zeros.
type panels struct {
	rows, cols int
	data       []float32
}

func newPanels(rows, cols int) panels {
	n := (cols + panelWidth - 1) / panelWidth
	return panels{rows: rows, cols: cols, data: make([]float32, n*rows*panelWidth)}
}

// pack copies a rows x cols part in, from the given row and column on. The rows
// of src are lds apart.
func (p *panels) pack(row, column int, src []float32, lds, rows, cols int) {
	for cols > 0 {
		dst, width := p.part(row, column, cols)
		kernel.CopyRows(dst, panelWidth, src, lds, rows, width)
		src, column, cols = src[width:], column+width, cols-width
	}
}

// packTransposed copies the transpose of src in, a cols x rows matrix whose
// rows are lds apart, as pack does.
func (p *panels) packTransposed(row, column int, src []float32, lds, rows, cols int) {
	for cols > 0 {
		dst, width := p.part(row, column, cols)
		kernel.Transpose(dst, panelWidth, src, lds, width, rows)
		src, column, cols = src[min(width*lds, len(src)):], column+width, cols-width
	}
}

// part is where (row, column) lies, and how many of the columns from there on
// lie in the same panel.
func (p *panels) part(row, column, cols int) (dst []float32, width int) {
	in := column % panelWidth
	return p.panel(column - in)[row*panelWidth+in:], min(panelWidth-in, cols)
}

// panel is the panel that begins at column c, a multiple of 32.
func (p *panels) panel(c int) []float32 {
	size := p.rows * panelWidth
	return p.data[c/panelWidth*size:][:size]
}

// multiply writes x times the matrix into y for n images.
func (p *panels) multiply(y, x buffer, n int) {
	for c := 0; c < p.cols; c += panelWidth {
		w := min(panelWidth, p.cols-c)
		kernel.BlockGemm(y.data[c:], y.stride, x.data, x.stride, 1, p.panel(c), panelWidth, oneBlock, n, w, p.rows, false)
	}
}

var oneBlock = []kernel.Block{{}}
