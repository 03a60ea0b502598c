package hdf5

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// Attribute is a named value beside a group or a dataset.
type Attribute struct {
	Name string
	Array
}

// Attributes returns the object's attributes, sorted by name.
func (o *object) Attributes() ([]Attribute, error) {
	var all []Attribute
	add := func(data []byte) error {
		a, err := o.attribute(data)
		if err != nil {
			return o.errorf("%w", err)
		}
		all = append(all, a)
		return nil
	}
	for _, m := range o.messages {
		var err error
		switch m.kind {
		case msgAttribute:
			var data []byte
			if data, err = o.f.resolve(m); err != nil {
				return nil, o.errorf("attribute: %w", err)
			}
			err = add(data)
		case msgAttributes:
			err = o.denseAttributes(m.data, add)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Attribute) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// Attribute returns the attribute of a name, or an error that is fs.ErrNotExist.
func (o *object) Attribute(name string) (*Attribute, error) {
	all, err := o.Attributes()
	if err != nil {
		return nil, err
	}
	var has []string
	for i := range all {
		if all[i].Name == name {
			return &all[i], nil
		}
		has = append(has, all[i].Name)
	}
	return nil, o.errorf("attributes: %w", &missing{name, has})
}

// denseAttributes reads the attributes that lie in a fractal heap.
func (o *object) denseAttributes(data []byte, add func([]byte) error) error {
	c := o.f.over(data, "attribute info")
	c.version(0)
	if c.byte()&1 != 0 {
		c.skip(2)
	}
	heap, index := c.offset(), c.offset()
	if c.err != nil {
		return o.errorf("%w", c.err)
	}
	if o.f.undefined(heap) {
		return nil
	}
	return o.f.eachDense(heap, index, 8, func(record, object []byte) error {
		if len(record) > 8 && record[8]&2 != 0 {
			return o.errorf("an attribute in a heap of shared messages, which is not read")
		}
		return add(object)
	})
}

// attribute reads an attribute message.
func (o *object) attribute(data []byte) (Attribute, error) {
	c := o.f.over(data, "attribute")
	version := c.version(1, 2, 3)
	flags := c.byte()
	nameSize, typeSize, spaceSize := int(c.uint16()), int(c.uint16()), int(c.uint16())
	if version == 3 {
		c.skip(1) // ASCII or UTF-8
	}
	part := func(n int) []byte {
		b := c.take(n)
		if version == 1 {
			c.skip((8 - n%8) % 8)
		}
		return b
	}
	name, _, _ := bytes.Cut(part(nameSize), []byte{0})
	typeData, spaceData := part(typeSize), part(spaceSize)
	if c.err != nil {
		return Attribute{}, c.err
	}
	a := Attribute{Name: string(name), Array: Array{file: o.f, where: fmt.Sprintf("%s: attribute %q", o.path, name)}}
	fail := func(err error) (Attribute, error) { return a, fmt.Errorf("attribute %q: %w", name, err) }
	typeData, err := o.f.resolve(message{kind: msgDatatype, shared: version > 1 && flags&1 != 0, data: typeData})
	if err != nil {
		return fail(err)
	}
	if spaceData, err = o.f.resolve(message{kind: msgDataspace, shared: version > 1 && flags&2 != 0, data: spaceData}); err != nil {
		return fail(err)
	}
	if err := a.describe(typeData, spaceData); err != nil {
		return fail(err)
	}
	values := c.data
	a.raw = func() ([]byte, error) {
		if len(values) < a.size {
			return nil, fmt.Errorf("%d bytes of data, expected %d for shape %v of %s", len(values), a.size, a.shape, a.typ)
		}
		return values[:a.size], nil
	}
	return a, nil
}

// describe sets the array's type and shape from the messages that say them.
func (a *Array) describe(typeData, spaceData []byte) error {
	var err error
	if a.typ, err = a.file.datatype(typeData); err != nil {
		return err
	}
	var empty bool
	if a.shape, empty, err = a.file.dataspace(spaceData); err != nil {
		return err
	}
	if !empty {
		a.size, a.tooLarge = bytesOf(a.shape, a.typ.size)
	}
	return nil
}
