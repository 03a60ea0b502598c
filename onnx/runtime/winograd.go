package runtime

import (
	"likeness/internal/kernel"
)

// winograd is a convolution of 3x3 by way of products of transformed windows, F(4x4, 3x3) of Lavin
// and Gray 2016: a quarter of the multiplications.
type winograd struct {
	rows, cols int // tiles of 4x4 output pixels
	tiles      int // so many go through the products together
	panels     []float32
}

// Bounds of what goes this way: fewer channels do not pay for the transforms, and the transformed
// weights are four times as large.
const (
	fewestChannels   = 16
	mostTransformed  = 64 << 20 // bytes
	transformedShare = 4        // one part of so many of the memory may be transformed weights
	fewestTiles      = 64       // that go through the products together, where there are as many
)

// planWinograd decides whether a convolution goes this way, and widens its border to whole tiles.
func (s *conv) planWinograd() {
	w := &s.w
	if w.kernel != [2]int{3, 3} || w.stride != [2]int{1, 1} || w.dilation != [2]int{1, 1} || s.groups != 1 ||
		s.cin < fewestChannels || s.cout < fewestChannels || 36*4*s.cin*s.cout > mostTransformed {
		return
	}
	t := &winograd{rows: (w.out[0] + 3) / 4, cols: (w.out[1] + 3) / 4}
	// Where tiles reach far beyond a small picture nothing is gained.
	if 16*t.rows*t.cols > 2*w.out[0]*w.out[1] {
		return
	}
	s.border[2] = max(s.border[2], 4*t.rows+2-w.in[0]-s.border[0])
	s.border[3] = max(s.border[3], 4*t.cols+2-w.in[1]-s.border[1])
	// So many tiles that reading the weights takes no longer than reading the windows, and an even
	// share of them at a time.
	t.tiles = max(fewestTiles, s.cin*s.cout/(s.cin+s.cout))
	all := t.rows * t.cols
	if all < t.tiles {
		all *= shardImages
	}
	t.tiles = (all/((all+t.tiles-1)/t.tiles) + 7) &^ 7
	s.wino = t
}

// winogradScratch is how many numbers the tiles need beside the bordered input.
func (s *conv) winogradScratch() int {
	return 36*s.wino.tiles*(s.cin+s.cout) + 16*s.cout + kernel.WinogradScratch
}

// finishWinograd transforms the weights, G g G', in float64.
func (s *conv) finishWinograd() {
	t := s.wino
	wide := (s.cout + panelWidth - 1) / panelWidth
	t.panels = make([]float32, 36*wide*s.cin*panelWidth)
	three := func(a, b, c float64) (t0, t1, t2, t3, t4, t5 float64) {
		sum, more := (a+c)/6, a/24+c/6
		return a / 4, -sum - b/6, b/6 - sum, more + b/12, more - b/12, c
	}
	var half [3][6][panelWidth]float64 // of each column of the kernel
	for i := range s.cin {
		for p := range wide {
			width := min(panelWidth, s.cout-p*panelWidth)
			row := func(k int) []float32 { return s.weights[(k*s.cin+i)*s.cout+p*panelWidth:][:width] }
			for x := range half {
				h, a, b, c := &half[x], row(x), row(3+x), row(6+x)
				for o := range width {
					h[0][o], h[1][o], h[2][o], h[3][o], h[4][o], h[5][o] = three(float64(a[o]), float64(b[o]), float64(c[o]))
				}
			}
			for y := range 6 {
				var to [6][]float32
				for x := range to {
					to[x] = t.panels[(((6*y+x)*wide+p)*s.cin+i)*panelWidth:][:width]
				}
				for o := range width {
					t0, t1, t2, t3, t4, t5 := three(half[0][y][o], half[1][y][o], half[2][y][o])
					to[0][o], to[1][o], to[2][o] = float32(t0), float32(t1), float32(t2)
					to[3][o], to[4][o], to[5][o] = float32(t3), float32(t4), float32(t5)
				}
			}
		}
	}
	s.weights = nil
}

// runWinograd computes the tiles of all images, some at a time.
func (s *conv) runWinograd(n int, x, y, add, work []float32) {
	t := s.wino
	lines, row := s.frame()
	each := t.rows * t.cols
	border, work := work[:lines*row], work[lines*row:]
	windows, work := work[:36*t.tiles*s.cin], work[36*t.tiles*s.cin:]
	products, work := work[:36*t.tiles*s.cout], work[36*t.tiles*s.cout:]
	edge, scratch := work[:16*s.cout], work[16*s.cout:]
	first, count, finished := 0, 0, 0 // tiles that are at work; rows of tiles that are finished
	flush := func() {
		s.multiplyTiles(products, windows, count)
		for k := range count {
			tile := first + k
			s.putTile(y[tile/each*s.y.size:][:s.y.size], tile%each, products[k*s.cout:], edge, scratch)
		}
		first, count = first+count, 0
		for ; finished < first/t.cols; finished++ {
			i, r := finished/t.rows, finished%t.rows
			var plus []float32
			if add != nil {
				plus = add[i*s.y.size:][:s.y.size]
			}
			s.finishLines(y[i*s.y.size:][:s.y.size], plus, 4*r, min(4*r+4, s.w.out[0]))
		}
	}
	for i := range n {
		in := x[i*s.x.size:][:s.x.size]
		if s.copies() {
			in = s.bordered(in, border)
		}
		for tile := range each {
			from := 4*(tile/t.cols)*row + 4*(tile%t.cols)*s.cin
			kernel.WinogradInput(windows[count*s.cin:], t.tiles*s.cin, in[from:], row, s.cin, s.cin, scratch)
			if count++; count == t.tiles {
				flush()
			}
		}
	}
	if count > 0 {
		flush()
	}
}

// multiplyTiles multiplies each of the 36 numbers of all windows with its weights.
func (s *conv) multiplyTiles(products, windows []float32, count int) {
	t := s.wino
	wide := (s.cout + panelWidth - 1) / panelWidth
	for k := range 36 {
		a, c := windows[k*t.tiles*s.cin:], products[k*t.tiles*s.cout:]
		for p := range wide {
			b := t.panels[(k*wide+p)*s.cin*panelWidth:][:s.cin*panelWidth]
			kernel.BlockGemm(c[p*panelWidth:], s.cout, a, s.cin, 1, b, panelWidth, oneBlock, count, min(panelWidth, s.cout-p*panelWidth), s.cin, false)
		}
	}
}

// putTile writes the pixels of one tile that lie inside the picture.
func (s *conv) putTile(y []float32, tile int, products, edge, scratch []float32) {
	t, w := s.wino, &s.w
	r, q := 4*(tile/t.cols), 4*(tile%t.cols)
	row := w.out[1] * s.cout
	to := y[r*row+q*s.cout:]
	if r+4 <= w.out[0] && q+4 <= w.out[1] {
		kernel.WinogradOutput(to, row, s.cout, products, t.tiles*s.cout, s.cout, scratch)
		return
	}
	kernel.WinogradOutput(edge, 4*s.cout, s.cout, products, t.tiles*s.cout, s.cout, scratch)
	for line := range min(4, w.out[0]-r) {
		copy(to[line*row:], edge[line*4*s.cout:][:min(4, w.out[1]-q)*s.cout])
	}
}
