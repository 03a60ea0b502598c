package pix

import "math"

// Grid draws pictures in rows of cols on white, each pixel enlarged to scale x scale, with
// gap white pixels around and between them. Cells have the size of the largest picture;
// smaller ones are centred, and nil leaves a cell empty. With cols below 1 the grid is
// about square; scale below 1 means 1, gap below 0 means 0. Without pictures it returns
// one white pixel.
func Grid(images []*Image, cols, scale, gap int) *Image {
	if cols < 1 {
		cols = int(math.Ceil(math.Sqrt(float64(len(images)))))
	}
	cols = max(min(cols, len(images)), 1)
	scale, gap = max(scale, 1), max(gap, 0)
	rows := (len(images) + cols - 1) / cols
	cellW, cellH := 0, 0
	for _, m := range images {
		if m != nil {
			cellW, cellH = max(cellW, m.W*scale), max(cellH, m.H*scale)
		}
	}
	dst := New(max(gap+cols*(cellW+gap), 1), max(gap+rows*(cellH+gap), 1))
	for i := range dst.Pix {
		dst.Pix[i] = 255
	}
	for i, m := range images {
		if m == nil {
			continue
		}
		x := gap + i%cols*(cellW+gap) + (cellW-m.W*scale)/2
		y := gap + i/cols*(cellH+gap) + (cellH-m.H*scale)/2
		dst.drawScaled(m, x, y, scale)
	}
	return dst
}

// drawScaled draws m, each pixel scale x scale, with its corner at (x0, y0).
func (m *Image) drawScaled(src *Image, x0, y0, scale int) {
	row := make([]byte, src.W*scale*3)
	for y := range src.H {
		s := src.Pix[y*src.W*3:]
		for x := range src.W * scale {
			copy(row[x*3:x*3+3], s[x/scale*3:])
		}
		for k := range scale {
			copy(m.Pix[((y0+y*scale+k)*m.W+x0)*3:], row)
		}
	}
}
