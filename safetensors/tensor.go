package safetensors

import (
	"encoding/binary"
	"fmt"
	"math"
	"unsafe"

	"likeness/internal/half"
)

// Tensor is a named array of numbers, row by row (the last dimension runs
// fastest). A shape without dimensions is one number.
type Tensor struct {
	Name  string
	DType DType
	Shape []int
	// Data is the elements as they lie in the file: little-endian, without
	// padding. Its length is that of the shape times DType.Size.
	Data []byte
}

// littleEndian reports whether numbers lie in memory as they do in a file. Then
// they are viewed, not copied.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// FromFloats makes an F32 tensor. It may share memory with data, which must
// not change before the tensor is written. It panics when the shape does not
// hold len(data) numbers.
func FromFloats(name string, shape []int, data []float32) Tensor {
	t := Tensor{Name: name, DType: F32, Shape: shape}
	if littleEndian {
		t.Data = viewBytes(data)
	} else {
		t.Data = make([]byte, 0, 4*len(data))
		for _, v := range data {
			t.Data = binary.LittleEndian.AppendUint32(t.Data, math.Float32bits(v))
		}
	}
	return t.checked()
}

// FromInts makes an I64 tensor, under the rules of FromFloats.
func FromInts(name string, shape []int, data []int64) Tensor {
	t := Tensor{Name: name, DType: I64, Shape: shape}
	if littleEndian {
		t.Data = viewBytes(data)
	} else {
		t.Data = make([]byte, 0, 8*len(data))
		for _, v := range data {
			t.Data = binary.LittleEndian.AppendUint64(t.Data, uint64(v))
		}
	}
	return t.checked()
}

// FromBytes makes a U8 tensor that shares memory with data. It panics when the
// shape does not hold len(data) bytes.
func FromBytes(name string, shape []int, data []byte) Tensor {
	return Tensor{Name: name, DType: U8, Shape: shape, Data: data}.checked()
}

// checked panics when shape and data disagree: the caller made a mistake.
func (t Tensor) checked() Tensor {
	if n, err := byteLen(t.DType, t.Shape); err != nil || n != int64(len(t.Data)) {
		panic("safetensors: shape and data of different lengths")
	}
	return t
}

// Floats returns the numbers of an F32 tensor, or those of an F16, BF16 or F64
// tensor rounded to float32. The slice may share memory with t.Data. The error
// names the tensor and its type.
func (t *Tensor) Floats() ([]float32, error) {
	d := t.Data
	switch t.DType {
	case F32:
		if x, ok := view[float32](d); ok {
			return x, nil
		}
		return convert(d, 4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }), nil
	case F16:
		return convert(d, 2, func(b []byte) float32 { return half.From(binary.LittleEndian.Uint16(b)) }), nil
	case BF16: // the upper half of a float32
		return convert(d, 2, func(b []byte) float32 { return half.FromBrain(binary.LittleEndian.Uint16(b)) }), nil
	case F64:
		return convert(d, 8, func(b []byte) float32 {
			return float32(math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}), nil
	}
	return nil, fmt.Errorf("tensor %q is %s, expected F32, F16, BF16 or F64", t.Name, t.DType)
}

// Ints returns the numbers of an I64 tensor. The slice may share memory with
// t.Data.
func (t *Tensor) Ints() ([]int64, error) {
	if t.DType != I64 {
		return nil, fmt.Errorf("tensor %q is %s, expected I64", t.Name, t.DType)
	}
	if x, ok := view[int64](t.Data); ok {
		return x, nil
	}
	return convert(t.Data, 8, func(b []byte) int64 { return int64(binary.LittleEndian.Uint64(b)) }), nil
}

// Bytes returns the bytes of a U8 tensor, which are t.Data.
func (t *Tensor) Bytes() ([]byte, error) {
	if t.DType != U8 {
		return nil, fmt.Errorf("tensor %q is %s, expected U8", t.Name, t.DType)
	}
	return t.Data, nil
}

// viewBytes is the memory of x. The type parameter lists what has no padding
// and no pointers.
func viewBytes[T float32 | int64](x []T) []byte {
	if len(x) == 0 {
		return []byte{}
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&x[0])), len(x)*int(unsafe.Sizeof(x[0])))
}

// view is the reverse. It fails where numbers do not lie in memory as in the
// file, or not at an address that fits them.
func view[T float32 | int64](b []byte) ([]T, bool) {
	var zero T
	size := int(unsafe.Sizeof(zero))
	if len(b) < size {
		return []T{}, true
	}
	p := unsafe.Pointer(&b[0])
	if !littleEndian || uintptr(p)%unsafe.Alignof(zero) != 0 {
		return nil, false
	}
	return unsafe.Slice((*T)(p), len(b)/size), true
}

// convert decodes elements of size bytes one by one.
func convert[T any](data []byte, size int, one func([]byte) T) []T {
	x := make([]T, len(data)/size)
	for i := range x {
		x[i] = one(data[i*size : (i+1)*size])
	}
	return x
}
