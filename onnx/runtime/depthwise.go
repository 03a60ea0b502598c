package runtime

import (
	"math"

	"likeness/internal/kernel"
)

// depthwiseLine is a run of neighbouring output pixels whose windows have the same taps inside the
// picture.
type depthwiseLine struct {
	to, from int // where the first pixel and the first tap of its window lie
	pixels   int
	taps     []kernel.Block
}

// planDepthwise lists the lines by rows, and lays the weights of each tap out as (tap, channel).
func (s *conv) planDepthwise() {
	w, c := &s.w, s.cout
	taps := w.kernel[0] * w.kernel[1]
	s.panels = make([]float32, taps*c)
	for g := range c {
		for t := range taps {
			s.panels[t*c+g] = s.weights[g*taps+t]
		}
	}
	s.weights = nil
	s.lines = make([][]depthwiseLine, w.out[0])
	known := map[[4]int][]kernel.Block{}
	for r := range w.out[0] {
		y0, y1, top := w.inside(0, r)
		for q := 0; q < w.out[1]; {
			x0, x1, left := w.inside(1, q)
			end := q + 1
			for end < w.out[1] {
				if a, b, _ := w.inside(1, end); a != x0 || b != x1 {
					break
				}
				end++
			}
			key := [4]int{y0, y1, x0, x1}
			blocks, ok := known[key]
			if !ok {
				for y := y0; y < y1; y++ {
					for x := x0; x < x1; x++ {
						blocks = append(blocks, kernel.Block{
							A: ((y-y0)*w.dilation[0]*w.in[1] + (x-x0)*w.dilation[1]) * c,
							B: (y*w.kernel[1] + x) * c,
						})
					}
				}
				known[key] = blocks
			}
			l := depthwiseLine{to: (r*w.out[1] + q) * c, pixels: end - q, taps: blocks}
			if len(blocks) > 0 {
				l.from = (top*w.in[1] + left) * c
			}
			s.lines[r] = append(s.lines[r], l)
			q = end
		}
	}
}

func (s *conv) runDepthwise(n int, x, y, add []float32) {
	for i := range n {
		var plus []float32
		if add != nil {
			plus = add[i*s.y.size:][:s.y.size]
		}
		s.depthwiseRows(y[i*s.y.size:][:s.y.size], x[i*s.x.size:][:s.x.size], plus, 0, 0, s.w.out[0])
	}
}

// depthwiseRows computes rows of one picture's output; in begins with the picture's line top.
func (s *conv) depthwiseRows(out, in, add []float32, top, first, end int) {
	low, high := float32(math.Inf(-1)), float32(math.Inf(1))
	fused := s.add == nil && (s.act == clamp || s.act == linear)
	if fused && s.act == clamp {
		low, high = s.low, s.high
	}
	skip := top * s.w.in[1] * s.cin
	row := s.w.out[1] * s.cout
	for r := first; r < end; r++ {
		for _, l := range s.lines[r] {
			from := 0
			if len(l.taps) > 0 {
				from = l.from - skip
			}
			kernel.Depthwise(out[l.to:], in[from:], s.panels, s.bias, l.taps, l.pixels, s.w.stride[1]*s.cin, low, high)
		}
		if fused {
			continue
		}
		line := out[r*row:][:row] // with its bias
		if add != nil {
			kernel.Add(line, add[r*row:][:row])
		}
		s.apply(line)
	}
}

// expanded is a pointwise convolution with a depthwise one behind it, as MobileNets have them. The
// value between them, the largest of its network, is only ever there by some lines.
type expanded struct {
	*conv // the depthwise one
	point *conv
}

// Bounds of what is taken together: so many pixels are worth a product of their own, and lines of so
// many numbers stay in the caches.
const (
	fewestPixels = 128
	bandSize     = 1 << 16
)

// expand takes the pointwise convolution that makes a value together with the depthwise one s behind
// it; nil where that is no gain.
func (c *compiler) expand(v *value, s *conv) *expanded {
	p, ok := c.made(v).(*conv)
	if !ok || !s.depthwise() || !p.pointwise() || p.add != nil || s.w.in[0]*s.w.in[1] < fewestPixels || !v.last {
		return nil
	}
	c.steps[v.mem.producer] = nil
	return &expanded{s, p}
}

// band returns how many output rows are computed at a time, and how many lines they need.
func (s *expanded) band() (rows, lines int) {
	w := &s.w
	most := max(w.reach(0), bandSize/(w.in[1]*s.cin))
	rows = max(1, (most-w.reach(0))/w.stride[0]+1)
	rows = min(rows, w.out[0])
	return rows, min((rows-1)*w.stride[0]+w.reach(0), w.in[0])
}

func (s *expanded) reads() []*storage {
	return append(s.point.reads(), s.conv.reads()[1:]...)
}

func (s *expanded) finish() {
	s.point.finish()
	s.conv.finish()
}

func (s *expanded) scratch() int {
	_, lines := s.band()
	return lines * s.w.in[1] * s.cin
}

func (s *expanded) run(n int, m *memory) {
	x, y := m.single(s.point.x, n), m.single(s.y, n)
	w := &s.w
	rows, _ := s.band()
	line, from := w.in[1]*s.cin, w.in[1]*s.point.cin
	for i := range n {
		in, out := x[i*s.point.x.size:], y[i*s.y.size:][:s.y.size]
		var plus []float32
		if s.add != nil {
			plus = m.single(s.add, n)[i*s.y.size:][:s.y.size]
		}
		top, end := 0, 0 // lines that are there
		for first := 0; first < w.out[0]; first += rows {
			last := min(first+rows, w.out[0])
			need := min(max(first*w.stride[0]-w.before[0], 0), w.in[0])
			until := min(max((last-1)*w.stride[0]-w.before[0]+w.reach(0), need), w.in[0])
			kept := max(end-need, 0)
			if kept > 0 {
				copy(m.work, m.work[(need-top)*line:][:kept*line])
			}
			top, end = need, max(need+kept, until)
			if fresh := end - top - kept; fresh > 0 {
				s.point.runPoints(in[(top+kept)*from:][:fresh*from], m.work[kept*line:][:fresh*line], nil)
			}
			s.depthwiseRows(out, m.work[:(end-top)*line], plus, top, first, last)
		}
	}
}
