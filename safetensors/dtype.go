package safetensors

import (
	"fmt"
	"math"
	"math/bits"
)

// DType is the type of a tensor's elements, by its name in the format.
type DType string

// The types that likeness writes, and those it also reads as float32.
const (
	F32  DType = "F32"
	U8   DType = "U8"
	I64  DType = "I64"
	F16  DType = "F16"
	BF16 DType = "BF16"
	F64  DType = "F64"
)

// Size returns the bytes of one element, or 0 for an unknown type. Every type of
// the format with whole bytes is known, so that files of other programs can be
// opened and written back.
func (d DType) Size() int {
	switch d {
	case U8, "I8", "BOOL", "F8_E5M2", "F8_E4M3", "F8_E8M0":
		return 1
	case F16, BF16, "I16", "U16":
		return 2
	case F32, "I32", "U32":
		return 4
	case F64, I64, "U64", "C64":
		return 8
	}
	return 0
}

// byteLen returns the bytes of a tensor of that type and shape.
func byteLen(d DType, shape []int) (int64, error) {
	size := d.Size()
	if size == 0 {
		return 0, fmt.Errorf("type %q is not known", string(d))
	}
	n := uint64(size)
	for _, dim := range shape {
		if dim < 0 {
			return 0, fmt.Errorf("shape %v has a negative dimension", shape)
		}
		hi, lo := bits.Mul64(n, uint64(dim))
		if hi != 0 || lo > math.MaxInt {
			return 0, fmt.Errorf("shape %v of %s is too large", shape, d)
		}
		n = lo
	}
	return int64(n), nil
}
