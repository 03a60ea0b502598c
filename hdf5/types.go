package hdf5

import (
	"errors"
	"fmt"
)

// Type is the type of an array's elements.
type Type struct {
	class  class
	size   int // bytes of an element
	big    bool
	signed bool
	// Of strings.
	variable bool // each lies in a heap
	spaces   bool // padded with spaces, not with zeros
	// Why values of the type are not read, where they are not.
	unread error
}

type class byte

const (
	integer class = iota
	float
	text
	brain // bfloat16
	other
)

// String returns NumPy's name of the type: "float32", "int64", "string".
func (t Type) String() string {
	switch {
	case t.class == integer && t.signed:
		return fmt.Sprintf("int%d", 8*t.size)
	case t.class == integer:
		return fmt.Sprintf("uint%d", 8*t.size)
	case t.class == float:
		return fmt.Sprintf("float%d", 8*t.size)
	case t.class == brain:
		return "bfloat16"
	case t.class == text:
		return "string"
	}
	return t.unread.Error()
}

// IsFloat reports whether the elements are floats.
func (t Type) IsFloat() bool { return t.class == float || t.class == brain }

// IsText reports whether the elements are strings.
func (t Type) IsText() bool { return t.class == text }

// floats are the IEEE floats that are read, by where exponent and mantissa lie.
var floats = map[[7]int]class{
	{2, 0, 16, 10, 5, 10, 15}:    float,
	{2, 0, 16, 7, 8, 7, 127}:     brain,
	{4, 0, 32, 23, 8, 23, 127}:   float,
	{8, 0, 64, 52, 11, 52, 1023}: float,
}

// datatype reads a datatype message. Types that are not read are no error until somebody
// wants their values.
func (f *File) datatype(data []byte) (Type, error) { return f.datatypeAt(f.over(data, "datatype"), 0) }

func (f *File) datatypeAt(c *cursor, depth int) (Type, error) {
	head := c.byte()
	flags := int(c.number(3))
	t := Type{class: other, size: int(c.uint32())}
	if c.err != nil {
		return t, c.err
	}
	if t.size < 1 || t.size > len(f.data) {
		return t, fmt.Errorf("datatype: an element of %d bytes in a file of %d", t.size, len(f.data))
	}
	switch kind := head & 15; kind {
	case 0:
		at, bits := int(c.uint16()), int(c.uint16())
		t.class, t.big, t.signed = integer, flags&1 != 0, flags&8 != 0
		if at != 0 || bits != 8*t.size || t.size != 1 && t.size != 2 && t.size != 4 && t.size != 8 {
			t.class, t.unread = other, fmt.Errorf("integers of %d bits in %d bytes", bits, t.size)
		}
	case 1:
		at, bits := int(c.uint16()), int(c.uint16())
		exponentAt, exponent, mantissaAt, mantissa, bias := int(c.byte()), int(c.byte()), int(c.byte()), int(c.byte()), int(c.uint32())
		var known bool
		t.class, known = floats[[7]int{t.size, at, bits, exponentAt, exponent, mantissa, bias}]
		t.big = flags&1 != 0
		if !known || mantissaAt != 0 || flags&0x40 != 0 || flags>>4&3 != 2 || flags>>8 != 8*t.size-1 {
			t.class, t.unread = other, fmt.Errorf("floats of %d bits with %d bits of exponent, not those of IEEE 754", bits, exponent)
		}
	case 3:
		t.class, t.spaces = text, flags&15 == 2
	case 8: // an enumeration, NumPy's bool: what it counts in
		if depth > 0 {
			return t, errors.New("datatype: an enumeration of enumerations")
		}
		return f.datatypeAt(c, depth+1)
	case 9:
		if flags&15 == 1 {
			t.class, t.variable = text, true
			if t.size != 8+f.offsetSize {
				return t, fmt.Errorf("datatype: references to strings of %d bytes, expected %d", t.size, 8+f.offsetSize)
			}
			return t, nil
		}
		t.unread = errors.New("lists of variable length")
	case 2, 4, 5, 6, 7, 10:
		t.unread = errors.New(map[byte]string{2: "times", 4: "bit fields", 5: "opaque values", 6: "compound values", 7: "references", 10: "arrays in an array"}[kind])
	default:
		t.unread = fmt.Errorf("a type of class %d", kind)
	}
	return t, c.err
}

// largestSide bounds dimensions: no file is that large.
const largestSide = 1 << 40

// dataspace reads a dataspace message: a shape, or that there is nothing.
func (f *File) dataspace(data []byte) (shape []int, empty bool, err error) {
	c := f.over(data, "dataspace")
	version := c.version(1, 2)
	rank, flags := int(c.byte()), c.byte()
	kind := c.byte()
	if version == 1 {
		c.skip(4)
		kind = 1
	}
	_ = flags // says whether the largest shape follows
	if rank > mostRank {
		c.fail("%d dimensions, expected at most %d", rank, mostRank)
	}
	if c.err != nil {
		return nil, false, c.err
	}
	shape = make([]int, rank)
	for i := range shape {
		n := c.length()
		if n > largestSide {
			c.fail("a dimension of %d", n)
		}
		shape[i] = int(n)
	}
	return shape, kind == 2, c.err
}

// bytesOf returns the bytes of an array, if they are not too many.
func bytesOf(shape []int, size int) (int, error) {
	n := size
	for _, d := range shape {
		if d == 0 {
			return 0, nil
		}
	}
	for _, d := range shape {
		if n > LargestArray/d {
			return 0, fmt.Errorf("shape %v of elements of %d bytes: more than %d bytes are not read", shape, size, LargestArray)
		}
		n *= d
	}
	return n, nil
}
