package nn

import "likeness/internal/kernel"

// correlation runs a product: every output pixel is a sum over the taps that
// lie inside the input, each a small matrix product of the tap's pixel (one
// row per image) with the tap's weights. Taps outside the picture are skipped,
// not multiplied by zero. Taps that lie side by side in a row are neighbours
// in the input and in the packed weights, so each row of taps is one block.
type correlation struct {
	product
	weights []float32
	parts   []part
}

// part is one sub-kernel, its packed weights and the pixels it computes.
type part struct {
	subKernel
	panels
	sites   []site
	windows []window
}

// site is one output pixel: where it lies, where its first tap lies, and which
// window of taps it reads.
type site struct{ out, in, window int }

// window is a clipped set of taps, the same for all pixels equally close to
// the border.
type window struct {
	blocks []kernel.Block
	k      int
}

func newCorrelation(p product, weights []float32) *correlation {
	c := &correlation{product: p, weights: weights}
	cin := p.in[2]
	for _, s := range p.subs {
		pt := part{subKernel: s, panels: newPanels(len(s.tapY)*len(s.tapX)*cin, p.out[2])}
		seen := map[[4]int]int{}
		for _, r := range s.rows {
			for _, q := range s.cols {
				key := [4]int{r.first, r.count, q.first, q.count}
				w, ok := seen[key]
				if !ok {
					w = len(pt.windows)
					seen[key] = w
					pt.windows = append(pt.windows, newWindow(r, q, len(s.tapX), p.in))
				}
				in := (r.from*p.in[1] + q.from) * cin
				if len(pt.windows[w].blocks) == 0 {
					in = 0 // nothing is read
				}
				pt.sites = append(pt.sites, site{out: (r.out*p.out[1] + q.out) * p.out[2], in: in, window: w})
			}
		}
		c.parts = append(c.parts, pt)
	}
	return c
}

func newWindow(r, q axis, tapsX int, in Shape) window {
	w := window{k: q.count * in[2]}
	if w.k == 0 {
		return w
	}
	for t := range r.count {
		w.blocks = append(w.blocks, kernel.Block{
			A: t * in[1] * in[2],
			B: ((r.first+t)*tapsX + q.first) * in[2] * panelWidth,
		})
	}
	return w
}

// pack lays the weights out as the taps are read.
func (c *correlation) pack() {
	cin, cout := c.in[2], c.out[2]
	for i := range c.parts {
		pt := &c.parts[i]
		for y, ky := range pt.tapY {
			for x, kx := range pt.tapX {
				at := (y*len(pt.tapX) + x) * cin
				w := c.weights[(ky*c.kernel+kx)*cin*cout:][:cin*cout]
				if c.transposed {
					pt.panels.packTransposed(at, w, cin)
				} else {
					pt.panels.pack(at, w, cin)
				}
			}
		}
	}
}

// run computes all output pixels of n images.
func (c *correlation) run(n int, out, in buffer) {
	cout := c.out[2]
	for i := range c.parts {
		pt := &c.parts[i]
		for col := 0; col < cout; col += panelWidth {
			width := min(panelWidth, cout-col)
			b := pt.panel(col)
			for _, s := range pt.sites {
				w := &pt.windows[s.window]
				kernel.BlockGemm(out.data[s.out+col:], out.stride, in.data[s.in:], in.stride, 1, b, panelWidth, w.blocks, n, width, w.k, false)
			}
		}
	}
}
