package onnx

import (
	"encoding/binary"
	"fmt"
	"math"

	"likeness/internal/half"
)

// DataType is the type of a tensor's elements.
type DataType int32

// The types of elements.
const (
	Float    DataType = 1 // float32
	Uint8    DataType = 2
	Int8     DataType = 3
	Uint16   DataType = 4
	Int16    DataType = 5
	Int32    DataType = 6
	Int64    DataType = 7
	String   DataType = 8
	Bool     DataType = 9 // a byte, 0 or 1
	Float16  DataType = 10
	Double   DataType = 11 // float64
	Uint32   DataType = 12
	Uint64   DataType = 13
	BFloat16 DataType = 16
)

// dataTypes has the names of the types whose tensors are read, and the bytes of an element.
var dataTypes = map[DataType]struct {
	name string
	size int
}{
	Float: {"float32", 4}, Uint8: {"uint8", 1}, Int8: {"int8", 1}, Uint16: {"uint16", 2}, Int16: {"int16", 2}, Int32: {"int32", 4},
	Int64: {"int64", 8}, Bool: {"bool", 1}, Float16: {"float16", 2}, Double: {"float64", 8}, Uint32: {"uint32", 4}, Uint64: {"uint64", 8},
	BFloat16: {"bfloat16", 2}, String: {"string", 0},
}

// Tensor is an array of numbers, row by row. No dimensions make one number.
type Tensor struct {
	Name string
	Type DataType
	Dims []int64
	Raw  []byte // the elements, little-endian, in whichever field the file has them

	// External says that the elements lie in another file, so that Raw is empty.
	External bool
}

// Size returns the number of elements, or an error where the dimensions are negative or
// their product overflows.
func (t *Tensor) Size() (int, error) {
	n, zero := int64(1), false
	for _, d := range t.Dims {
		switch {
		case d < 0:
			return 0, fmt.Errorf("tensor %q has the dimensions %v", t.Name, t.Dims)
		case d == 0:
			zero = true
		case n > math.MaxInt64/16/d:
			return 0, fmt.Errorf("tensor %q: the product of its dimensions %v overflows", t.Name, t.Dims)
		default:
			n *= d
		}
	}
	if zero {
		return 0, nil
	}
	return int(n), nil
}

// check returns an error unless Raw has the elements that the dimensions say.
func (t *Tensor) check() error {
	info, known := dataTypes[t.Type]
	switch {
	case !known || t.Type == String:
		return fmt.Errorf("tensor %q holds elements of %v, which are not read", t.Name, t.Type)
	case t.External:
		return nil
	}
	n, err := t.Size()
	if err != nil {
		return err
	}
	if len(t.Raw)/info.size != n || len(t.Raw)%info.size != 0 {
		return fmt.Errorf("tensor %q of %v with the dimensions %v needs %d elements, it has %d bytes", t.Name, t.Type, t.Dims, n, len(t.Raw))
	}
	return nil
}

// Floats returns the elements of a tensor of floats of any width. Those of float64 are
// rounded.
func (t *Tensor) Floats() ([]float32, error) {
	if err := t.readable(); err != nil {
		return nil, err
	}
	var width int
	var read func(b []byte) float32
	switch t.Type {
	case Float:
		width, read = 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
	case Double:
		width, read = 8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }
	case Float16:
		width, read = 2, func(b []byte) float32 { return half.From(binary.LittleEndian.Uint16(b)) }
	case BFloat16:
		width, read = 2, func(b []byte) float32 { return half.FromBrain(binary.LittleEndian.Uint16(b)) }
	default:
		return nil, fmt.Errorf("tensor %q holds elements of %v, expected floats", t.Name, t.Type)
	}
	out := make([]float32, len(t.Raw)/width)
	for i := range out {
		out[i] = read(t.Raw[i*width:])
	}
	return out, nil
}

// Ints returns the elements of a tensor of integers of any width, or of bool.
func (t *Tensor) Ints() ([]int64, error) {
	if err := t.readable(); err != nil {
		return nil, err
	}
	var width int
	var read func(b []byte) int64
	switch t.Type {
	case Uint8, Bool:
		width, read = 1, func(b []byte) int64 { return int64(b[0]) }
	case Int8:
		width, read = 1, func(b []byte) int64 { return int64(int8(b[0])) }
	case Uint16:
		width, read = 2, func(b []byte) int64 { return int64(binary.LittleEndian.Uint16(b)) }
	case Int16:
		width, read = 2, func(b []byte) int64 { return int64(int16(binary.LittleEndian.Uint16(b))) }
	case Uint32:
		width, read = 4, func(b []byte) int64 { return int64(binary.LittleEndian.Uint32(b)) }
	case Int32:
		width, read = 4, func(b []byte) int64 { return int64(int32(binary.LittleEndian.Uint32(b))) }
	case Int64, Uint64:
		width, read = 8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }
	default:
		return nil, fmt.Errorf("tensor %q holds elements of %v, expected integers", t.Name, t.Type)
	}
	out := make([]int64, len(t.Raw)/width)
	for i := range out {
		out[i] = read(t.Raw[i*width:])
	}
	return out, nil
}

func (t *Tensor) readable() error {
	if t.External {
		return fmt.Errorf("the numbers of tensor %q lie in another file: save the model as one file", t.Name)
	}
	return t.check()
}
