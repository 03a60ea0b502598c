package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"likeness/internal/half"
)

// Array is what attributes and datasets have in common: a shape, a type, values.
type Array struct {
	file  *File
	where string // for errors
	shape []int
	typ   Type
	size  int // bytes of all elements
	// tooLarge says why the values are not read of an array that is beyond LargestArray; it still has a shape and a type.
	tooLarge error
	raw      func() ([]byte, error)
}

// Shape returns the array's shape, none for a single value.
func (a *Array) Shape() []int { return a.shape }

// Type returns the type of the elements.
func (a *Array) Type() Type { return a.typ }

// Len returns the number of elements, 0 of an array whose values are not read because it is too large.
func (a *Array) Len() int { return a.size / a.typ.size }

func (a *Array) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", a.file.name, a.where, fmt.Errorf(format, args...))
}

// check returns the bytes of the elements, which must be of a type that the caller reads.
func (a *Array) check(ok bool, expected string) ([]byte, error) {
	if a.typ.unread != nil {
		return nil, a.errorf("%w are not read, expected %s", a.typ.unread, expected)
	}
	if !ok {
		return nil, a.errorf("type %s, expected %s", a.typ, expected)
	}
	if a.tooLarge != nil {
		return nil, a.errorf("%w", a.tooLarge)
	}
	data, err := a.raw()
	if err != nil {
		return nil, a.errorf("%w", err)
	}
	if len(data) != a.size {
		return nil, a.errorf("%d bytes of data, expected %d for shape %v of %s", len(data), a.size, a.shape, a.typ)
	}
	return data, nil
}

// order returns the byte order of the elements.
func (t Type) order() binary.ByteOrder {
	if t.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// word returns an element's bits.
func (t Type) word(b []byte) uint64 {
	switch t.size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(t.order().Uint16(b))
	case 4:
		return uint64(t.order().Uint32(b))
	}
	return t.order().Uint64(b)
}

// Floats returns the values of floats, those of float64 rounded to float32.
func (a *Array) Floats() ([]float32, error) {
	if a.size == 0 && a.tooLarge == nil {
		return nil, nil
	}
	data, err := a.check(a.typ.IsFloat(), "floats")
	if err != nil {
		return nil, err
	}
	out := make([]float32, a.Len())
	for i := range out {
		w := a.typ.word(data[i*a.typ.size:])
		switch {
		case a.typ.class == brain:
			out[i] = half.FromBrain(uint16(w))
		case a.typ.size == 2:
			out[i] = half.From(uint16(w))
		case a.typ.size == 4:
			out[i] = math.Float32frombits(uint32(w))
		default:
			out[i] = float32(math.Float64frombits(w))
		}
	}
	return out, nil
}

// Ints returns the values of integers. Unsigned ones beyond the largest int64 are an error.
func (a *Array) Ints() ([]int64, error) {
	if a.size == 0 && a.tooLarge == nil {
		return nil, nil
	}
	data, err := a.check(a.typ.class == integer, "integers")
	if err != nil {
		return nil, err
	}
	out := make([]int64, a.Len())
	for i := range out {
		w := a.typ.word(data[i*a.typ.size:])
		if !a.typ.signed && w > math.MaxInt64 {
			return nil, a.errorf("value %d: %d is too large", i, w)
		}
		out[i] = int64(w)
		if unused := 64 - 8*a.typ.size; a.typ.signed {
			out[i] = int64(w<<unused) >> unused
		}
	}
	return out, nil
}

// Strings returns the values of strings. An array without elements has none, whatever its
// type: Keras writes empty lists of names as float64.
func (a *Array) Strings() ([]string, error) {
	if a.size == 0 && a.tooLarge == nil {
		return nil, nil
	}
	data, err := a.check(a.typ.class == text, "strings")
	if err != nil {
		return nil, err
	}
	out := make([]string, a.Len())
	heaps := newGlobalHeaps(a.file)
	for i := range out {
		b := data[i*a.typ.size:][:a.typ.size]
		if a.typ.variable {
			if b, err = heaps.object(b); err != nil {
				return nil, a.errorf("string %d: %w", i, err)
			}
		}
		if a.typ.spaces {
			b = bytes.TrimRight(b, " ")
		} else {
			b, _, _ = bytes.Cut(b, []byte{0})
		}
		out[i] = string(b)
	}
	return out, nil
}

// String returns the value of a single string.
func (a *Array) String() (string, error) {
	s, err := a.Strings()
	if err == nil && len(s) != 1 {
		err = a.errorf("%d strings, expected one", len(s))
	}
	if err != nil {
		return "", err
	}
	return s[0], nil
}
