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

// pack copies some rows in, from row at on; src is rows x cols.
func (p *panels) pack(at int, src []float32, rows int) {
	for c := 0; c < p.cols; c += panelWidth {
		dst, width := p.panel(c)[at*panelWidth:], min(panelWidth, p.cols-c)
		for r := range rows {
			copy(dst[r*panelWidth:][:width], src[r*p.cols+c:])
		}
	}
}

// packTransposed copies some rows in, from row at on; src is cols x rows.
func (p *panels) packTransposed(at int, src []float32, rows int) {
	for c := 0; c < p.cols; c += panelWidth {
		dst, width := p.panel(c)[at*panelWidth:], min(panelWidth, p.cols-c)
		if width == panelWidth {
			kernel.Transpose(dst[:rows*panelWidth], src[c*rows:][:panelWidth*rows], panelWidth, rows)
			continue
		}
		for r := range rows {
			for j := range width {
				dst[r*panelWidth+j] = src[(c+j)*rows+r]
			}
		}
	}
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
