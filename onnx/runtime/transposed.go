package runtime

// convTranspose is the transpose of a convolution: each input pixel adds a kernel to the output.
func (n *node) convTranspose() {
	v, w := n.computed(0), n.weights(1)
	if !v.picture() || v.kind != single || len(w.dims) != 4 {
		n.fail("weights of the dimensions %v on a value of %v of an image: pictures of two sides alone are known", w.dims, v.dims)
	}
	groups := n.intAttr("group", 1)
	cin, per, kh, kw := w.dims[0], w.dims[1], w.dims[2], w.dims[3]
	if groups < 1 || cin != v.dims[0] || cin%groups != 0 || per < 1 {
		n.fail("weights of the dimensions %v in %d groups on %d channels", w.dims, groups, v.dims[0])
	}
	n.c.checkDims(n.label(), []int{per, groups})
	s := &conv{cin: cin, cout: per * groups, groups: groups, transposed: true}
	s.w = n.transposedWindow(kh, kw, v.dims)
	s.bias = make([]float32, s.cout)
	if n.in(2) != nil {
		s.bias = n.vector(2, s.cout)
	}
	// (in, out, kh, kw) to (group, kh, kw, in, out).
	each, taps := cin/groups, kh*kw
	n.c.take(n.label(), 4*int64(len(w.con.f)))
	s.weights = make([]float32, len(w.con.f))
	for c := range cin {
		to := s.weights[c/each*taps*each*per:]
		for o := range per {
			for t := range taps {
				to[(t*each+c%each)*per+o] = w.con.f[(c*per+o)*taps+t]
			}
		}
	}
	n.emitConv(v, s)
}

// transposedWindow reads the attributes of a transposed convolution; before and after are cut off
// the output.
func (n *node) transposedWindow(kh, kw int, in []int) window {
	w := window{kernel: [2]int{kh, kw}, in: [2]int{in[1], in[2]}}
	copy(w.stride[:], n.intsAttr("strides", 2, 1, 1))
	copy(w.dilation[:], n.intsAttr("dilations", 2, 1, 1))
	pads, extra, want := n.intsAttr("pads", 4, 0, 0), n.intsAttr("output_padding", 2, 0, 0), n.intsAttr("output_shape", 2, 0, 0)
	auto := n.stringAttr("auto_pad", "NOTSET")
	for i := range 2 {
		if w.kernel[i] < 1 || w.kernel[i] > mostSize/w.dilation[i] || w.in[i] > mostSize/w.stride[i] {
			n.fail("a kernel of %d with a stride of %d and a dilation of %d", w.kernel[i], w.stride[i], w.dilation[i])
		}
		full := (w.in[i]-1)*w.stride[i] + w.reach(i) + extra[i]
		w.before[i], w.after[i] = pads[i], pads[2+i]
		same := auto == "SAME_UPPER" || auto == "SAME_LOWER"
		if same || want[i] > 0 {
			out := want[i]
			if out == 0 {
				out = w.in[i] * w.stride[i]
			}
			total := full - out
			if total < 0 {
				n.fail("an output of %d, longer than the %d that there are", out, full)
			}
			w.before[i] = total / 2
			if auto == "SAME_LOWER" || !same && total%2 == 1 {
				w.before[i] = total - total/2
			}
			w.after[i] = total - w.before[i]
		} else if auto != "NOTSET" && auto != "" && auto != "VALID" {
			n.fail("auto_pad %q", auto)
		}
		if w.out[i] = full - w.before[i] - w.after[i]; w.out[i] < 1 {
			n.fail("pads of %d and %d leave nothing of %d", w.before[i], w.after[i], full)
		}
	}
	return w
}

// planTransposed finds the taps of each phase: output y takes tap k from input (y+before-k*dilation)
// / stride, where that is whole.
func (s *conv) planTransposed() {
	w := &s.w
	type part struct {
		first, count int
		taps, kernel []int // where the input lies for the first output, and which tap that is
	}
	var parts [2][]part
	var low, high [2]int
	for i := range 2 {
		for r := range min(w.stride[i], w.out[i]) {
			p := part{first: r, count: (w.out[i] - r + w.stride[i] - 1) / w.stride[i]}
			for k := w.kernel[i] - 1; k >= 0; k-- { // later taps lie at earlier inputs
				at := r + w.before[i] - k*w.dilation[i]
				if mod(at, w.stride[i]) != 0 {
					continue
				}
				at = (at - mod(at, w.stride[i])) / w.stride[i]
				low[i], high[i] = max(low[i], -at), max(high[i], at+p.count-w.in[i])
				p.taps, p.kernel = append(p.taps, at), append(p.kernel, k)
			}
			parts[i] = append(parts[i], p)
		}
	}
	s.border = [4]int{low[0], low[1], high[0], high[1]}
	for _, a := range parts[0] {
		for _, b := range parts[1] {
			p := phase{first: [2]int{a.first, b.first}, step: w.stride, count: [2]int{a.count, b.count}, move: [2]int{1, 1}}
			for i, y := range a.taps {
				for j, x := range b.taps {
					p.taps = append(p.taps, [2]int{y + low[0], x + low[1]})
					p.kernel = append(p.kernel, [2]int{a.kernel[i], b.kernel[j]})
				}
			}
			s.phases = append(s.phases, p)
		}
	}
}

func mod(a, b int) int { return ((a % b) + b) % b }
