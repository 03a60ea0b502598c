package runtime

import (
	"slices"

	"likeness/internal/kernel"
)

// panelWidth is how many columns of weights lie side by side: what the widest tile of the
// kernels takes.
const panelWidth = 32

// window is how a convolution or a pool goes over a picture.
type window struct {
	kernel, stride, dilation [2]int
	before, after            [2]int // borders
	in, out                  [2]int // sides
}

// reach is how many places a kernel covers.
func (w *window) reach(i int) int { return (w.kernel[i]-1)*w.dilation[i] + 1 }

// window reads the attributes of convolutions and pools over a picture.
func (n *node) window(kh, kw int, in []int) window {
	w := window{kernel: [2]int{kh, kw}, in: [2]int{in[1], in[2]}}
	copy(w.stride[:], n.intsAttr("strides", 2, 1, 1))
	copy(w.dilation[:], n.intsAttr("dilations", 2, 1, 1))
	pads := n.intsAttr("pads", 4, 0, 0)
	copy(w.before[:], pads[:2])
	copy(w.after[:], pads[2:])
	ceil := n.intAttr("ceil_mode", 0) != 0
	auto := n.stringAttr("auto_pad", "NOTSET")
	for i := range 2 {
		if w.kernel[i] < 1 || w.kernel[i] > mostSize/w.dilation[i] {
			n.fail("a kernel of %d with a dilation of %d", w.kernel[i], w.dilation[i])
		}
		reach, s := w.reach(i), w.stride[i]
		switch auto {
		case "NOTSET", "":
		case "VALID":
			w.before[i], w.after[i] = 0, 0
		case "SAME_UPPER", "SAME_LOWER":
			out := (w.in[i] + s - 1) / s
			total := max((out-1)*s+reach-w.in[i], 0)
			w.before[i] = total / 2
			if auto == "SAME_LOWER" {
				w.before[i] = total - total/2
			}
			w.after[i] = total - w.before[i]
		default:
			n.fail("auto_pad %q", auto)
		}
		room := w.in[i] + w.before[i] + w.after[i] - reach
		if room < 0 {
			n.fail("a kernel of %d does not fit a picture of %v with borders of %v and %v", reach, w.in, w.before, w.after)
		}
		w.out[i] = room/s + 1
		if ceil && room%s != 0 && (room/s+1)*s < w.in[i]+w.before[i] { // the last window begins inside
			w.out[i]++
		}
	}
	return w
}

// conv is a convolution, or the transpose of one.
type conv struct {
	x, y       *storage
	w          window
	cin, cout  int
	groups     int
	transposed bool
	weights    []float32 // (group, kh, kw, cin/group, cout/group), until they are packed
	pre        *rows     // what the input is scaled and shifted by, within its border
	epilogue

	panels []float32
	phases []phase
	lines  [][]depthwiseLine // of one channel a group, in place of panels
	wino   *winograd         // likewise, of kernels of 3x3
	border [4]int            // of the copied input: top, left, bottom, right
}

// phase is the part of the output that the same taps make: all of it, of a transposed convolution
// with strides every so many pixels.
type phase struct {
	first, step, count [2]int // output pixels
	from               [2]int // where the first output pixel's window begins in the bordered input, and it goes on by move
	move               [2]int
	taps               [][2]int       // places in the window
	kernel             [][2]int       // the tap's place in the kernel
	blocks             []kernel.Block // of group 0
	k                  int
}

func (s *conv) reads() []*storage {
	list := []*storage{s.x}
	if s.add != nil {
		list = append(list, s.add)
	}
	return list
}
func (s *conv) writes() *storage { return s.y }
func (s *conv) then() *epilogue  { return &s.epilogue }

// rescale takes a scale and a shift of the output into the weights.
func (s *conv) rescale(scale, shift []float32) bool {
	if !s.free() || len(scale) != 1 && len(scale) != s.cout {
		return false
	}
	s.bias = slices.Clone(s.bias)
	each := s.cout / s.groups
	for o := range s.cout {
		k := o % len(scale)
		s.bias[o] = s.bias[o]*scale[k] + shift[k]
		group := s.weights[o/each*len(s.weights)/s.groups:][:len(s.weights)/s.groups]
		for i := o % each; i < len(group); i += each {
			group[i] *= scale[k]
		}
	}
	return true
}

func (n *node) conv() {
	v, w := n.computed(0), n.weights(1)
	if !v.picture() || v.kind != single || len(w.dims) != 4 {
		n.fail("weights of the dimensions %v on a value of %v of an image: pictures of two sides alone are known", w.dims, v.dims)
	}
	groups := n.intAttr("group", 1)
	cout, each, kh, kw := w.dims[0], w.dims[1], w.dims[2], w.dims[3]
	if k := n.intsAttr("kernel_shape", 2, 0, 1); k[0] != 0 && (k[0] != kh || k[1] != kw) {
		n.fail("weights of the dimensions %v for a kernel of %v", w.dims, k)
	}
	if groups < 1 || cout < 1 || each < 1 || cout%groups != 0 || each*groups != v.dims[0] {
		n.fail("weights of the dimensions %v in %d groups on %d channels", w.dims, groups, v.dims[0])
	}
	s := &conv{w: n.window(kh, kw, v.dims), cin: v.dims[0], cout: cout, groups: groups}
	s.bias = make([]float32, cout)
	if n.in(2) != nil {
		s.bias = n.vector(2, cout)
	}
	// (out, in, kh, kw) to (group, kh, kw, in, out).
	per, taps := cout/groups, kh*kw
	n.c.take(n.label(), 4*int64(len(w.con.f)))
	s.weights = make([]float32, len(w.con.f))
	for o := range cout {
		to := s.weights[o/per*taps*each*per:]
		from := w.con.f[o*each*taps:][:each*taps]
		for c := range each {
			for t := range taps {
				to[(t*each+c)*per+o%per] = from[c*taps+t]
			}
		}
	}
	n.emitConv(v, s)
}

// emitConv emits a convolution behind a value, of which it takes a scale in.
func (n *node) emitConv(v *value, s *conv) {
	v = n.c.lastly(v)
	if r, ok := n.c.made(v).(*rows); ok && r.act == linear && !s.transposed && (len(r.scale) == 1 || len(r.scale) == s.cin) {
		s.pre = r
		n.c.steps[v.mem.producer] = nil
		s.x = r.x
	} else {
		s.x = v.mem
	}
	dims := []int{s.cout, s.w.out[0], s.w.out[1]}
	n.c.checkDims(n.label(), dims)
	s.plan()
	rows, row := s.frame()
	n.c.checkDims(n.label(), []int{rows, row})
	n.c.take(n.label(), 4*int64(rows*row))
	if s.wino != nil {
		bytes := 36 * 4 * int64(s.cin) * int64(s.cout+panelWidth)
		if n.c.transformed += bytes; n.c.transformed > n.c.opt.Memory/transformedShare {
			n.c.transformed -= bytes
			s.wino = nil
		} else {
			n.c.take(n.label(), bytes+4*int64(s.winogradScratch()))
		}
	}
	if s.depthwise() {
		n.c.take(n.label(), 64*int64(s.w.out[0])*3+16*int64(s.w.out[0]*s.w.kernel[0]*s.w.kernel[1]))
	}
	perGroup := (s.cout/s.groups + panelWidth - 1) / panelWidth * panelWidth
	n.c.checkDims(n.label(), []int{s.groups, s.w.kernel[0], s.w.kernel[1], s.cin / s.groups, perGroup})
	if s.wino == nil {
		n.c.take(n.label(), 4*int64(s.groups*s.w.kernel[0]*s.w.kernel[1]*s.cin/s.groups*perGroup))
	}
	y := n.c.running(single, dims, true)
	s.y = y.mem
	if e := n.c.expand(v, s); e != nil {
		n.c.emit(e)
	} else {
		n.c.emit(s)
	}
	n.set(0, y)
}

// plan finds the phases and the border.
func (s *conv) plan() {
	if s.transposed {
		s.planTransposed()
		return
	}
	w := &s.w
	p := phase{step: [2]int{1, 1}, count: w.out, move: w.stride}
	for y := range w.kernel[0] {
		for x := range w.kernel[1] {
			p.taps = append(p.taps, [2]int{y * w.dilation[0], x * w.dilation[1]})
			p.kernel = append(p.kernel, [2]int{y, x})
		}
	}
	s.phases = []phase{p}
	for i := range 2 {
		s.border[i] = w.before[i]
		s.border[2+i] = max(0, (w.out[i]-1)*w.stride[i]+w.reach(i)-w.in[i]-w.before[i])
	}
	if s.pre != nil && s.border == [4]int{} && s.pre.act == linear {
		s.takeIn()
	}
	s.planWinograd()
}

// takeIn puts the scale and the shift of the input into the weights, which is right where there is
// no border.
func (s *conv) takeIn() {
	s.bias = slices.Clone(s.bias)
	each, per := s.cin/s.groups, s.cout/s.groups
	taps := s.w.kernel[0] * s.w.kernel[1]
	for g := range s.groups {
		for t := range taps {
			for c := range each {
				k := (g*each + c) % len(s.pre.scale)
				row := s.weights[((g*taps+t)*each+c)*per:][:per]
				for o := range row {
					s.bias[g*per+o] += row[o] * s.pre.shift[k]
					row[o] *= s.pre.scale[k]
				}
			}
		}
	}
	s.pre = nil
}

// frame returns the size of the copied input: lines, and numbers of a line.
func (s *conv) frame() (lines, row int) {
	return s.w.in[0] + s.border[0] + s.border[2], (s.w.in[1] + s.border[1] + s.border[3]) * s.cin
}

// copies says that the input is copied into a border, or scaled.
func (s *conv) copies() bool {
	return s.border != [4]int{} && !s.depthwise() || s.pre != nil
}

// depthwise says that each channel has a kernel of its own.
func (s *conv) depthwise() bool {
	return s.groups > 1 && s.groups == s.cin && s.cin == s.cout && !s.transposed && s.pre == nil
}

func (s *conv) scratch() int {
	lines, row := s.frame()
	switch {
	case s.wino != nil:
		return lines*row + s.winogradScratch()
	case !s.copies():
		return 0
	}
	return lines * row
}

// finish packs the weights into panels of 32 columns and lists the blocks of taps.
func (s *conv) finish() {
	each, per := s.cin/s.groups, s.cout/s.groups
	taps := s.w.kernel[0] * s.w.kernel[1]
	wide := (per + panelWidth - 1) / panelWidth
	switch {
	case s.depthwise():
		s.planDepthwise()
		return
	case s.wino != nil:
		s.finishWinograd()
		return
	}
	s.panels = make([]float32, s.groups*wide*taps*each*panelWidth)
	for g := range s.groups {
		for p := range wide {
			from := s.weights[g*taps*each*per+p*panelWidth:]
			kernel.CopyRows(s.panel(g, p), panelWidth, from, per, taps*each, min(panelWidth, per-p*panelWidth))
		}
	}
	s.weights = nil
	_, row := s.frame()
	for i := range s.phases {
		p := &s.phases[i]
		// Taps side by side in the input and in the weights are one block.
		p.k = each
		if s.groups == 1 {
			run := 1
			for run < len(p.taps) && s.beside(p, run) {
				run++
			}
			if whole := len(p.taps)%run == 0; whole {
				for t := range p.taps {
					if t%run != 0 && !s.beside(p, t) {
						whole = false
					}
				}
				if whole {
					p.k = run * each
				}
			}
		}
		for t := 0; t < len(p.taps); t += p.k / each {
			at, tap := p.taps[t], p.kernel[t]
			p.blocks = append(p.blocks, kernel.Block{A: at[0]*row + at[1]*s.cin, B: (tap[0]*s.w.kernel[1] + tap[1]) * each * panelWidth})
		}
	}
}

// beside says that tap t lies right behind tap t-1.
func (s *conv) beside(p *phase, t int) bool {
	a, b := p.taps[t-1], p.taps[t]
	c, d := p.kernel[t-1], p.kernel[t]
	return a[0] == b[0] && a[1]+1 == b[1] && c[0] == d[0] && c[1]+1 == d[1]
}

// panel returns the weights of 32 columns of a group.
func (s *conv) panel(g, p int) []float32 {
	each, per := s.cin/s.groups, s.cout/s.groups
	size := s.w.kernel[0] * s.w.kernel[1] * each * panelWidth
	wide := (per + panelWidth - 1) / panelWidth
	return s.panels[(g*wide+p)*size:][:size]
}
