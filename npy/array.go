package npy

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"likeness/internal/half"
)

// Array is an array in memory, row by row.
type Array struct {
	Header
	name string
	data []byte
}

// transpose puts the elements of an array in Fortran's order row by row.
func (a *Array) transpose() {
	size, out := a.Type.Size, make([]byte, 0, len(a.data))
	strides, stride := make([]int, len(a.Shape)), 1
	for i, d := range a.Shape {
		strides[i], stride = stride, stride*d
	}
	index := make([]int, len(a.Shape))
	for range a.Elements() {
		at := 0
		for i, k := range index {
			at += k * strides[i]
		}
		out = append(out, a.data[at*size:(at+1)*size]...)
		for i := len(index) - 1; i >= 0; i-- {
			if index[i]++; index[i] < a.Shape[i] {
				break
			}
			index[i] = 0
		}
	}
	a.data, a.Fortran = out, false
}

func (a *Array) order() binary.ByteOrder {
	if a.Type.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// Floats returns the elements of an array of numbers. Those of float64 and of large integers
// are rounded.
func (a *Array) Floats() ([]float32, error) {
	read, err := a.Type.Float()
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", a.name, err)
	}
	out := make([]float32, a.Elements())
	for i := range out {
		out[i] = float32(read(a.data[i*a.Type.Size:]))
	}
	return out, nil
}

// Float returns a function that reads an element of numbers from its bytes.
func (t Type) Float() (func(b []byte) float64, error) {
	var order binary.ByteOrder = binary.LittleEndian
	if t.big {
		order = binary.BigEndian
	}
	switch t.Kind {
	case 'f':
		switch t.Size {
		case 2:
			return func(b []byte) float64 { return float64(half.From(order.Uint16(b))) }, nil
		case 4:
			return func(b []byte) float64 { return float64(math.Float32frombits(order.Uint32(b))) }, nil
		}
		return func(b []byte) float64 { return math.Float64frombits(order.Uint64(b)) }, nil
	case 'u', 'b':
		return func(b []byte) float64 { return float64(unsigned(order, b, t.Size)) }, nil
	case 'i':
		return func(b []byte) float64 { return float64(signed(order, b, t.Size)) }, nil
	}
	return nil, fmt.Errorf("elements of %v, expected numbers", t)
}

func unsigned(order binary.ByteOrder, b []byte, size int) uint64 {
	switch size {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(order.Uint16(b))
	case 4:
		return uint64(order.Uint32(b))
	}
	return order.Uint64(b)
}

func signed(order binary.ByteOrder, b []byte, size int) int64 {
	shift := 64 - 8*size
	return int64(unsigned(order, b, size)<<shift) >> shift
}

// Strings returns the elements as texts: of strings as they are, of integers in decimal.
// Zeros at their ends are NumPy's padding.
func (a *Array) Strings() ([]string, error) {
	out := make([]string, a.Elements())
	for i := range out {
		b := a.data[i*a.Type.Size : (i+1)*a.Type.Size]
		switch a.Type.Kind {
		case 'S':
			out[i] = strings.TrimRight(string(b), "\x00")
		case 'U':
			var s strings.Builder
			for ; len(b) > 0; b = b[4:] {
				r := rune(a.order().Uint32(b))
				if !utf8.ValidRune(r) {
					return nil, fmt.Errorf("array %q: text %d holds %#x, which is no character", a.name, i, uint32(r))
				}
				s.WriteRune(r)
			}
			out[i] = strings.TrimRight(s.String(), "\x00")
		case 'i':
			out[i] = fmt.Sprint(signed(a.order(), b, a.Type.Size))
		case 'u':
			out[i] = fmt.Sprint(unsigned(a.order(), b, a.Type.Size))
		default:
			return nil, fmt.Errorf("array %q: elements of %v, expected strings", a.name, a.Type)
		}
	}
	return out, nil
}

// Times returns the elements of an array of times, which are zero where NumPy has NaT, or
// of integers, in seconds from the beginning of 1970.
func (a *Array) Times() ([]time.Time, error) {
	unit := 1.0
	switch a.Type.Kind {
	case 'M':
		unit = unitSeconds[a.Type.Unit]
	case 'i', 'u':
	default:
		return nil, fmt.Errorf("array %q: elements of %v, expected times", a.name, a.Type)
	}
	out := make([]time.Time, a.Elements())
	for i := range out {
		v := signed(a.order(), a.data[i*a.Type.Size:], a.Type.Size)
		if v == math.MinInt64 {
			continue
		}
		if t := time.Unix(int64(math.Floor(float64(v)*unit)), 0).UTC(); t.Year() >= 0 && t.Year() <= 9999 {
			out[i] = t
		}
	}
	return out, nil
}
