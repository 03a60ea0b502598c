package hdf5

import (
	"errors"
	"fmt"
)

// Dataset is an array in a file. Its values are read when they are asked for.
type Dataset struct {
	object
	Array
}

// Path returns where the dataset is in the file.
func (d *Dataset) Path() string { return d.object.path }

func newDataset(o object) (*Dataset, error) {
	d := &Dataset{object: o, Array: Array{file: o.f, where: o.path}}
	part := func(kind int, what string) ([]byte, error) {
		m, ok := o.find(kind)
		if !ok {
			return nil, o.errorf("a dataset without a %s", what)
		}
		data, err := o.f.resolve(m)
		if err != nil {
			return nil, o.errorf("%s: %w", what, err)
		}
		return data, nil
	}
	typeData, err := part(msgDatatype, "datatype")
	if err != nil {
		return nil, err
	}
	spaceData, err := part(msgDataspace, "dataspace")
	if err != nil {
		return nil, err
	}
	if err := d.describe(typeData, spaceData); err != nil {
		return nil, o.errorf("%w", err)
	}
	d.raw = d.read
	return d, nil
}

// layout says where a dataset's values are.
type layout struct {
	inside  []byte // in the header itself
	chunked bool
	addr    uint64
	size    int   // bytes, where they lie in one piece
	chunk   []int // the shape of a chunk
	index   chunkIndex
}

// read returns the dataset's bytes.
func (d *Dataset) read() ([]byte, error) {
	if _, external := d.find(msgExternal); external {
		return nil, errors.New("its values lie in another file, which is not read")
	}
	l, err := d.layout()
	if err != nil {
		return nil, err
	}
	switch {
	case l.chunked:
		return d.chunks(l)
	case l.inside != nil:
		return l.inside[:min(len(l.inside), d.size)], nil
	case d.f.undefined(l.addr):
		if d.size > len(d.f.data) {
			return nil, fmt.Errorf("%d bytes that were never written in a file of %d", d.size, len(d.f.data))
		}
		return d.filled(d.size)
	}
	return d.f.slice(l.addr, d.size, "data")
}

// layout reads the message that says where the values are.
func (d *Dataset) layout() (layout, error) {
	m, _ := d.find(msgLayout)
	c := d.f.over(m.data, "layout")
	var l layout
	version := c.version(1, 2, 3, 4, 5)
	if version < 3 {
		rank, kind := int(c.byte()), c.byte()
		c.skip(5)
		if kind != 0 {
			l.addr = c.offset()
		}
		dims := make([]int, 0, mostRank+1)
		for range min(rank, mostRank+1) {
			dims = append(dims, int(c.uint32()))
		}
		switch kind {
		case 0:
			l.inside = c.take(int(c.uint32()))
		case 2:
			l.chunked, l.index.kind = true, indexTree1
			l.chunk = dims[:max(len(dims)-1, 0)]
		}
		return l, c.err
	}
	switch kind := c.byte(); {
	case kind == 0:
		l.inside = c.take(int(c.uint16()))
	case kind == 1:
		l.addr, l.size = c.offset(), int(min(c.length(), LargestArray))
	case kind == 2 && version == 3:
		l.chunked, l.index.kind = true, indexTree1
		rank := int(c.byte())
		l.addr = c.offset()
		for range min(rank-1, mostRank) {
			l.chunk = append(l.chunk, int(c.uint32()))
		}
	case kind == 2:
		l.chunked = true
		d.f.chunkLayout(c, &l)
	case kind == 3:
		c.fail("a virtual dataset, which is not read")
	default:
		c.fail("kind %d, expected 0 to 2", kind)
	}
	return l, c.err
}

// filled returns n bytes of the value that stands where nothing was written.
func (d *Dataset) filled(n int) ([]byte, error) {
	out := make([]byte, n)
	m, ok := d.find(msgFill)
	if !ok {
		return out, nil
	}
	data, err := d.f.resolve(m)
	if err != nil {
		return nil, err
	}
	c := d.f.over(data, "fill value")
	there := true
	switch version := c.version(1, 2, 3); version {
	case 3:
		there = c.byte()&0x20 != 0
	default:
		c.skip(2)
		there = c.byte() != 0 || version == 1
	}
	if !there || c.err != nil {
		return out, c.err
	}
	value := c.take(int(c.uint32()))
	if c.err != nil || len(value) != d.typ.size {
		return out, c.err // no value of one's own
	}
	for i := 0; i < n; i += len(value) {
		copy(out[i:], value)
	}
	return out, nil
}
