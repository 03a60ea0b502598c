package runtime

import (
	"encoding/binary"
	"fmt"
	"math"

	"likeness/onnx"
)

// find returns the value of a name, nil where nothing makes it.
func (c *compiler) find(name string) *value {
	if v := c.values[name]; v != nil {
		return v
	}
	if t := c.weights[name]; t != nil {
		v := c.tensor(fmt.Sprintf("initializer %q", name), t)
		c.values[name] = v
		return v
	}
	return nil
}

// tensor reads a tensor of the file as a constant.
func (c *compiler) tensor(what string, t *onnx.Tensor) *value {
	k, ok := kindOf(t.Type)
	if !ok {
		fail("%s holds elements of %v", what, t.Type)
	}
	v := &value{kind: k, con: &constant{}, dims: make([]int, len(t.Dims))}
	for i, d := range t.Dims {
		if d < 0 || d > mostSize {
			fail("%s has the dimensions %v", what, t.Dims)
		}
		v.dims[i] = int(d)
	}
	c.checkDims(what, v.dims)
	width := int64(8)
	if k == single {
		width = 4
	}
	c.take(what, int64(v.size())*width)
	var err error
	switch k {
	case single:
		v.con.f, err = t.Floats()
	case double:
		if _, err = t.Floats(); err == nil { // checks the length
			v.con.d = make([]float64, v.size())
			for i := range v.con.d {
				v.con.d[i] = math.Float64frombits(binary.LittleEndian.Uint64(t.Raw[8*i:]))
			}
		}
	default:
		v.con.i, err = t.Ints()
	}
	if err != nil {
		fail("%s: %w", what, err)
	}
	for i, x := range v.con.f {
		if x != x {
			fail("%s: number %d is not a number (NaN)", what, i)
		}
	}
	for i, x := range v.con.d {
		if x != x {
			fail("%s: number %d is not a number (NaN)", what, i)
		}
	}
	return v
}

// emit appends a step and returns its place.
func (c *compiler) emit(s step) {
	s.writes().producer = len(c.steps)
	c.steps = append(c.steps, s)
}

// made returns the step that makes a value and that may still be changed, for nobody else
// reads what it makes.
func (c *compiler) made(v *value) step {
	if v.con != nil || v.shared || v.mem.producer < 0 {
		return nil
	}
	return c.steps[v.mem.producer]
}

// running returns a value that a step is going to write.
func (c *compiler) running(k kind, dims []int, last bool) *value {
	v := &value{kind: k, dims: dims, last: last && len(dims) == 3}
	v.mem = &storage{size: v.size(), double: k == double}
	return v
}

// plain returns the value in the order of its dimensions.
func (c *compiler) plain(v *value) *value {
	if v.con != nil || !v.last {
		return v
	}
	return c.turned(v)
}

// lastly returns a picture with its channels last.
func (c *compiler) lastly(v *value) *value {
	if v.last {
		return v
	}
	return c.turned(v)
}

// turned returns a picture in the other layout.
func (c *compiler) turned(v *value) *value {
	if v.other != nil {
		return v.other
	}
	if v.eitherWay() {
		w := *v
		w.last = !v.last
		return &w
	}
	w := c.running(v.kind, v.dims, !v.last)
	channels, pixels := v.dims[0], v.dims[1]*v.dims[2]
	s := &turn{x: v.mem, y: w.mem, rows: channels, cols: pixels}
	if v.last {
		s.rows, s.cols = pixels, channels
	}
	c.emit(s)
	w.shared = v.shared
	if v.shared { // whoever else wants it takes this one
		v.other, w.other = w, v
	}
	return w
}
