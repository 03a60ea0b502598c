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

// pack copies the matrix in; row(r) gives the slice in which element c of row
// r stands at index c*step.
func (p *panels) pack(row func(r int) (src []float32, step int)) {
	for r := range p.rows {
		src, step := row(r)
		for c := 0; c < p.cols; c += panelWidth {
			dst := p.panel(c)[r*panelWidth:]
			w := min(panelWidth, p.cols-c)
			if step == 1 {
				copy(dst[:w], src[c:c+w])
				continue
			}
			for j := range w {
				dst[j] = src[(c+j)*step]
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
