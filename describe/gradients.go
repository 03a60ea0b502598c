package describe

import (
	"math"

	"likeness/align"
)

// Window is one square of the face that is described.
type Window struct {
	Field float64 `json:"field"` // its side for a usual face, in sides of the picture
	Side  int     `json:"side"`  // it is sampled as Side x Side pixels
	Cell  int     `json:"cell"`  // side of a cell in pixels; divides Side
}

// cells is how many cells lie in a row.
func (w Window) cells() int { return w.Side / w.Cell }

// dim is how many numbers describe a window.
func (w Window) dim(bins int) int { return w.cells() * w.cells() * bins }

// faint keeps noise in places without any edge from being blown up to one.
const faint = 1e-4

// describe writes the histograms of a window's gradients to dst, (cells, cells,
// bins), after Dalal and Triggs 2005 (Histograms of oriented gradients for human
// detection), with the signs of gradients kept: every pixel gives its
// gradient's length to the two nearest directions of the four nearest cells,
// linearly. Each cell is then divided by what the 3x3 cells around it hold, and
// the root is taken of what remains (Arandjelovic and Zisserman 2012), so that
// euclidean distance does not hang on the few strongest edges.
//
// Bin b stands for the direction 2*pi*b/bins, in which a picture grows lighter;
// x runs right, y runs down.
func (w Window) describe(dst []float32, face align.Plane, at align.Pose, bins int) {
	n := w.Side
	v := make([]float32, n*n)
	face.Sample(v, n, at, w.Field)
	for i, x := range v {
		v[i] = float32(math.Sqrt(float64(max(x, 0))))
	}
	clear(dst)
	near := w.shares()
	cells := w.cells()
	for y := range n {
		above, below := max(y-1, 0)*n, min(y+1, n-1)*n
		for x := range n {
			dx := v[y*n+min(x+1, n-1)] - v[y*n+max(x-1, 0)]
			dy := v[below+x] - v[above+x]
			length := float32(math.Sqrt(float64(dx*dx + dy*dy)))
			if length == 0 {
				continue
			}
			turn := math.Atan2(float64(dy), float64(dx)) / (2 * math.Pi) * float64(bins)
			if turn < 0 {
				turn += float64(bins)
			}
			low := int(turn)
			share := float32(turn - float64(low))
			low %= bins
			high := (low + 1) % bins
			for _, cy := range near[y] {
				for _, cx := range near[x] {
					h := dst[(cy.cell*cells+cx.cell)*bins:][:bins]
					part := length * cy.share * cx.share
					h[low] += part * (1 - share)
					h[high] += part * share
				}
			}
		}
	}
	w.level(dst, bins)
}

// part is a cell's share of a pixel.
type part struct {
	cell  int
	share float32
}

// shares returns, for each row or column of pixels, the cells that it contributes to.
func (w Window) shares() [][]part {
	all := make([][]part, w.Side)
	for i := range all {
		at := (float64(i)+0.5)/float64(w.Cell) - 0.5 // in cells
		low := int(math.Floor(at))
		share := at - float64(low)
		for _, p := range []part{{low, float32(1 - share)}, {low + 1, float32(share)}} {
			if p.cell >= 0 && p.cell < w.cells() {
				all[i] = append(all[i], p)
			}
		}
	}
	return all
}

// level divides each cell by what the cells around it hold; beyond the edge
// the edge's cells go on.
func (w Window) level(dst []float32, bins int) {
	cells := w.cells()
	energy := make([]float64, cells*cells)
	for i := range energy {
		for _, x := range dst[i*bins : (i+1)*bins] {
			energy[i] += float64(x) * float64(x)
		}
	}
	inside := func(i int) int { return min(max(i, 0), cells-1) }
	for y := range cells {
		for x := range cells {
			sum := faint
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					sum += energy[inside(y+dy)*cells+inside(x+dx)]
				}
			}
			scale := 1 / math.Sqrt(sum)
			h := dst[(y*cells+x)*bins:][:bins]
			for i, v := range h {
				h[i] = float32(math.Sqrt(float64(v) * scale))
			}
		}
	}
}

// mirrored appends where the numbers of a mirrored window's description come
// from: columns of cells and directions left and right change places. first is
// the place of the window's first number. bins must be even.
func (w Window) mirrored(swap []int, first, bins int) []int {
	cells := w.cells()
	for y := range cells {
		for x := range cells {
			for b := range bins {
				from := (y*cells+cells-1-x)*bins + (bins/2-b+bins)%bins
				swap = append(swap, first+from)
			}
		}
	}
	return swap
}
