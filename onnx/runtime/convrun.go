package runtime

import (
	"likeness/internal/kernel"
)

// largeWeights is the size of panels from which on all lines of a picture go past one panel before
// the next one is read.
const largeWeights = 1 << 16

func (s *conv) run(n int, m *memory) {
	x, y := m.single(s.x, n), m.single(s.y, n)
	var add []float32
	if s.add != nil {
		add = m.single(s.add, n)
	}
	switch {
	case s.lines != nil:
		s.runDepthwise(n, x, y, add)
		return
	case s.wino != nil:
		s.runWinograd(n, x, y, add, m.work)
		return
	case s.pointwise():
		s.runPoints(x, y, add)
		return
	}
	for i := range n {
		in := x[i*s.x.size:][:s.x.size]
		if s.copies() {
			in = s.bordered(in, m.work)
		}
		var plus []float32
		if add != nil {
			plus = add[i*s.y.size:][:s.y.size]
		}
		s.picture(y[i*s.y.size:][:s.y.size], in, plus)
	}
}

// pointwise says that each output pixel follows from the input pixel in its place.
func (s *conv) pointwise() bool {
	return s.w.kernel == [2]int{1, 1} && s.w.stride == [2]int{1, 1} && s.groups == 1 && !s.copies() && s.w.in == s.w.out && !s.transposed
}

// runPoints computes the pixels of all images as one product, some rows at a time.
func (s *conv) runPoints(x, y, add []float32) {
	pixels := len(y) / s.cout
	some := 96
	if len(s.panels) > largeWeights {
		some = 384
	}
	for first := 0; first < pixels; first += some {
		count := min(some, pixels-first)
		to := y[first*s.cout:][:count*s.cout]
		for col := 0; col < s.cout; col += panelWidth {
			kernel.BlockGemm(to[col:], s.cout, x[first*s.cin:], s.cin, 1, s.panel(0, col/panelWidth), panelWidth, oneBlock, count, min(panelWidth, s.cout-col), s.cin, false)
		}
		if add != nil {
			s.finishRows(to, add[first*s.cout:][:count*s.cout])
		} else {
			s.finishRows(to, nil)
		}
	}
}

var oneBlock = []kernel.Block{{}}

// bordered copies a picture into its border, and scales it.
func (s *conv) bordered(in, work []float32) []float32 {
	lines, row := s.frame()
	work = work[:lines*row]
	left, width := s.border[1]*s.cin, s.w.in[1]*s.cin
	clear(work[:s.border[0]*row])
	for r := range s.w.in[0] {
		line := work[(s.border[0]+r)*row:][:row]
		clear(line[:left])
		if s.pre != nil {
			s.pre.affine(line[left:left+width], in[r*width:][:width])
		} else {
			copy(line[left:left+width], in[r*width:])
		}
		clear(line[left+width:])
	}
	clear(work[(s.border[0]+s.w.in[0])*row:])
	return work
}

// picture computes the output of one bordered picture.
func (s *conv) picture(y, in, add []float32) {
	per := s.cout / s.groups
	whole := len(s.panels) > largeWeights || len(s.phases) > 1
	for i := range s.phases {
		p := &s.phases[i]
		if whole {
			for g := range s.groups {
				for col := 0; col < per; col += panelWidth {
					for r := range p.count[0] {
						s.line(p, y, in, r, g, col)
					}
				}
			}
			continue
		}
		for r := range p.count[0] {
			for g := range s.groups {
				for col := 0; col < per; col += panelWidth {
					s.line(p, y, in, r, g, col)
				}
			}
			s.finishLines(y, add, r, r+1)
		}
	}
	if whole {
		s.finishLines(y, add, 0, s.w.out[0])
	}
}

// finishLines finishes lines of the output.
func (s *conv) finishLines(y, add []float32, first, end int) {
	row := s.w.out[1] * s.cout
	if add != nil {
		add = add[first*row : end*row]
	}
	s.finishRows(y[first*row:end*row], add)
}

// line computes some channels of one line of a phase.
func (s *conv) line(p *phase, y, in []float32, r, g, col int) {
	per, each := s.cout/s.groups, s.cin/s.groups
	_, row := s.frame()
	to := ((p.first[0]+r*p.step[0])*s.w.out[1]+p.first[1])*s.cout + g*per + col
	from := (p.from[0]+r*p.move[0])*row + p.from[1]*s.cin + g*each
	kernel.BlockGemm(y[to:], p.step[1]*s.cout, in[from:], p.move[1]*s.cin, 1, s.panel(g, col/panelWidth), panelWidth, p.blocks, p.count[1], min(panelWidth, per-col), p.k, false)
}
