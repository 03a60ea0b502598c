package runtime

import (
	"math"
	"slices"

	"likeness/internal/kernel"
)

// depthwiseLine is a run of neighbouring output pixels whose windows have the same taps inside the
// picture.
type depthwiseLine struct {
	to, from int // where the first pixel and the first tap of its window lie
	pixels   int
	taps     []kernel.Block
}

// planDepthwise lists the lines, and lays the weights of each tap out as (tap, channel).
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
	s.lines = []depthwiseLine{}
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
			s.lines = append(s.lines, l)
			q = end
		}
	}
}

func (s *conv) runDepthwise(n int, x, y, add []float32) {
	low, high := float32(math.Inf(-1)), float32(math.Inf(1))
	fused := s.add == nil && (s.act == clamp || s.act == linear)
	if fused && s.act == clamp {
		low, high = s.low, s.high
	}
	rest := epilogue{bias: s.bias, activation: s.activation}
	if !fused { // the bias is in the sums already
		rest.bias = make([]float32, s.cout)
	}
	row := s.w.out[1] * s.cout
	for i := range n {
		in, out := x[i*s.x.size:][:s.x.size], y[i*s.y.size:][:s.y.size]
		for _, l := range s.lines {
			kernel.Depthwise(out[l.to:], in[l.from:], s.panels, s.bias, l.taps, l.pixels, s.w.stride[1]*s.cin, low, high)
		}
		if fused {
			continue
		}
		for line := range slices.Chunk(out, row) {
			var plus []float32
			if add != nil {
				plus, add = add[:row], add[row:]
			}
			rest.finishRows(line, plus)
		}
	}
}
