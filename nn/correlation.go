package nn

import "likeness/internal/kernel"

// correlation computes one direction of a geometry for all images of a shard:
// for each output pixel one small matrix product, images by output channels,
// that sums over the pixel's taps. Taps that lie beyond the border are skipped,
// not multiplied by zero. Taps that lie side by side in a row are neighbours
// in the input and in the packed weights, so each row of taps is one block.
type correlation struct {
	product
	weights []float32
	half    bool // multiply in bf16
	parts   []part
	places  []place // by tap, in the order of the weights
}

// part is one sub-kernel, its packed weights and the pixels it computes, row
// by row.
type part struct {
	subKernel
	panels
	pixels []kernel.Tile
	tiles  *kernel.Tiles
}

// place is where a tap's weights are packed.
type place struct{ part, row, col int }

func newCorrelation(p product, weights []float32, precision Precision) *correlation {
	cin := p.in[2]
	c := &correlation{product: p, weights: weights, half: precision.halves(cin, p.out[2]) && p.square == 0, places: make([]place, p.kernel*p.kernel)}
	for i, s := range p.subs {
		pt := part{subKernel: s, panels: newPanels(len(s.tapY)*len(s.tapX)*cin, p.out[2], c.half)}
		windows := map[[4]int][]kernel.Block{} // pixels equally close to the border share theirs
		for _, r := range s.rows {
			for _, q := range s.cols {
				key := [4]int{r.first, r.count, q.first, q.count}
				if _, ok := windows[key]; !ok {
					windows[key] = window(r, q, len(s.tapX), p.in)
				}
				t := kernel.Tile{C: (r.out*p.out[1] + q.out) * p.out[2], Blocks: windows[key], K: q.count * cin}
				if len(t.Blocks) > 0 {
					t.A = (r.from*p.in[1] + q.from) * cin
				}
				pt.pixels = append(pt.pixels, t)
			}
		}
		pt.tiles = kernel.NewTiles(pt.pixels, panelWidth)
		c.parts = append(c.parts, pt)
		if p.square > 0 {
			continue
		}
		for y, ky := range s.tapY {
			for x, kx := range s.tapX {
				c.places[ky*p.kernel+kx] = place{part: i, row: (y*len(s.tapX) + x) * cin}
			}
		}
	}
	if p.square > 0 {
		window, channels := len(p.subs[0].tapX), p.out[2]/(p.square*p.square)
		for tap := range c.places {
			y, dy := p.squarePlace(tap / p.kernel)
			x, dx := p.squarePlace(tap % p.kernel)
			c.places[tap] = place{row: (y*window + x) * cin, col: (dy*p.square + dx) * channels}
		}
	}
	return c
}

// window lists the rows of a clipped set of taps.
func window(r, q axis, tapsX int, in Shape) (blocks []kernel.Block) {
	if q.count == 0 {
		return nil
	}
	for t := range r.count {
		blocks = append(blocks, kernel.Block{
			A: t * in[1] * in[2],
			B: ((r.first+t)*tapsX + q.first) * in[2] * panelWidth,
		})
	}
	return blocks
}

// pack lays a part of a tap's weights out as the taps are read: rows of the
// big picture's channels, columns of the small one's.
func (c *correlation) pack(tap, row, rows, col, cols int) {
	at := c.places[tap]
	p := &c.parts[at.part].panels
	if c.transposed {
		big, small := c.out[2], c.in[2]
		if c.square > 0 {
			big /= c.square * c.square
		}
		p.packTransposed(at.row+col, at.col+row, c.weights[(tap*big+row)*small+col:], small, cols, rows)
	} else {
		big, small := c.in[2], c.out[2]
		p.pack(at.row+row, col, c.weights[(tap*big+row)*small+col:], small, rows, cols)
	}
}

// run computes all output pixels of n images.
func (c *correlation) run(n int, out, in buffer, ws *workspace) {
	if c.square > 0 {
		c.runSquares(n, out, in, ws)
		return
	}
	c.products(n, out, in, ws)
}

// products computes all pixels of out.
func (c *correlation) products(n int, out, in buffer, ws *workspace) {
	x := c.operand(n, in, ws)
	for i := range c.parts {
		pt := &c.parts[i]
		for col := 0; col < c.out[2]; col += panelWidth {
			pt.multiply(n, buffer{data: out.data[col:], stride: out.stride}, x, pt.tiles, col)
		}
	}
}

// runSquares computes squares of output pixels and puts their rows where they
// belong.
func (c *correlation) runSquares(n int, out, in buffer, ws *workspace) {
	h, w, all := c.out[0], c.out[1], c.out[2]
	squares := ws.buffer(n, c.out.Size())
	c.products(n, squares, in, ws)
	row := all / c.square // of one square
	for i := range n {
		src, dst := squares.image(i), out.image(i)
		for y := range h {
			for dy := range c.square {
				kernel.CopyRows(dst, row, src[y*w*all+dy*row:], all, w, row)
				dst = dst[w*row:]
			}
		}
	}
}

// multiply computes some pixels, up to 32 channels of them from col on.
func (p *part) multiply(n int, out buffer, x operand, pixels *kernel.Tiles, col int) {
	width := min(panelWidth, p.panels.cols-col)
	if x.half != nil {
		kernel.BlockGemmTilesBF16(out.data, out.stride, x.half, x.stride, p.halfPanel(col), pixels, n, width)
	} else {
		kernel.BlockGemmTiles(out.data, out.stride, x.single, x.stride, p.panel(col), pixels, n, width)
	}
}
