package runtime

import (
	"likeness/internal/kernel"
	"likeness/onnx"
)

// pool takes the largest or the mean of windows, channel by channel.
type pool struct {
	x, y     *storage
	w        window
	channels int
	mean     bool
	borders  bool // the mean counts those of the border
}

func (s *pool) reads() []*storage { return []*storage{s.x} }
func (s *pool) writes() *storage  { return s.y }

func (n *node) pool() {
	v := n.computed(0)
	k, ok := n.attr("kernel_shape", onnx.TypeInts)
	if !v.picture() || v.kind != single || !ok || len(k.Ints) != 2 {
		n.fail("a value of the dimensions %v of an image: pictures of two sides alone are known", v.dims)
	}
	n.others("the places")
	if n.Op == "AveragePool" && n.c.opset < 19 {
		if _, ok := n.Attr("dilations"); ok {
			n.fail("version %d of the operator has no dilations", n.c.opset)
		}
	}
	shape := n.intsAttr("kernel_shape", 2, 0, 1)
	w := n.window(shape[0], shape[1], v.dims)
	for i := range 2 {
		if w.before[i] >= w.reach(i) || w.after[i] >= w.reach(i) {
			n.fail("borders of %v and %v are as large as the window of %v", w.before, w.after, shape)
		}
	}
	s := &pool{w: w, channels: v.dims[0], mean: n.Op == "AveragePool", borders: n.intAttr("count_include_pad", 0) != 0}
	v = n.c.lastly(v)
	dims := []int{s.channels, w.out[0], w.out[1]}
	n.c.checkDims(n.label(), dims)
	y := n.c.running(single, dims, true)
	s.x, s.y = v.mem, y.mem
	n.c.emit(s)
	n.set(0, y)
}

// inside returns the first and the end of the taps that lie inside the picture, and where the first lies.
func (w *window) inside(i, out int) (first, end, at int) {
	at = out*w.stride[i] - w.before[i]
	d := w.dilation[i]
	if at < 0 {
		first = (-at + d - 1) / d
	}
	end = min(w.kernel[i], max(0, (w.in[i]-1-at)/d+1))
	if at > w.in[i]-1 {
		end = 0
	}
	return first, end, at + first*d
}

// counted returns how many taps lie inside the picture with its border.
func (w *window) counted(i, out int) int {
	at := out*w.stride[i] - w.before[i]
	return min(w.kernel[i], (w.in[i]+w.after[i]-1-at)/w.dilation[i]+1)
}

func (s *pool) run(n int, m *memory) {
	for i := range n {
		s.picture(m.single(s.y, n)[i*s.y.size:][:s.y.size], m.single(s.x, n)[i*s.x.size:][:s.x.size])
	}
}

func (s *pool) picture(y, x []float32) {
	c, w := s.channels, &s.w
	for r := range w.out[0] {
		y0, y1, top := w.inside(0, r)
		for q := range w.out[1] {
			x0, x1, left := w.inside(1, q)
			to := y[(r*w.out[1]+q)*c:][:c]
			first := true
			for ky := y0; ky < y1; ky++ {
				for kx := x0; kx < x1; kx++ {
					at := (top+(ky-y0)*w.dilation[0])*w.in[1] + left + (kx-x0)*w.dilation[1]
					from := x[at*c:][:c]
					switch {
					case first:
						copy(to, from)
						first = false
					case s.mean:
						kernel.Add(to, from)
					default:
						kernel.Maximum(to, from)
					}
				}
			}
			if first { // a window of nothing but border
				clear(to)
			}
			if s.mean {
				count := (y1 - y0) * (x1 - x0)
				if s.borders {
					count = w.counted(0, r) * w.counted(1, q)
				}
				kernel.Scale(to, 1/float32(max(count, 1)))
			}
		}
	}
}

// globalPool takes one number for each channel.
func (n *node) globalPool() {
	v := n.computed(0)
	if !v.picture() || v.kind != single {
		n.fail("a value of the dimensions %v of an image, expected a picture", v.dims)
	}
	n.set(0, n.wholePictures(v, n.Op == "GlobalMaxPool", []int{v.dims[0], 1, 1}))
}

// wholePictures emits a pool over whole pictures.
func (n *node) wholePictures(v *value, largest bool, dims []int) *value {
	v = n.c.lastly(v)
	y := n.c.running(single, dims, false)
	n.c.emit(&wholePicture{x: v.mem, y: y.mem, largest: largest})
	return y
}

// wholePicture takes the mean or the largest over all pixels.
type wholePicture struct {
	x, y    *storage
	largest bool
}

func (s *wholePicture) reads() []*storage { return []*storage{s.x} }
func (s *wholePicture) writes() *storage  { return s.y }

func (s *wholePicture) run(n int, m *memory) {
	c := s.y.size
	for i := range n {
		x, y := m.single(s.x, n)[i*s.x.size:][:s.x.size], m.single(s.y, n)[i*c:][:c]
		copy(y, x)
		if !s.largest {
			kernel.SumRows(y, x[c:])
			kernel.Scale(y, 1/float32(len(x)/c))
			continue
		}
		for x = x[c:]; len(x) > 0; x = x[c:] {
			kernel.Maximum(y, x[:c])
		}
	}
}
