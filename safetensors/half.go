package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// Parse reads a file that lies in memory. Errors call it name.
func Parse(name string, data []byte) (*File, error) {
	f, err := Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f.path = name
	return f, nil
}

// Halved returns a tensor of F32 with its numbers rounded to the nearest of 16 bits: F16, of 11 significant bits, or BF16,
// of 8, where a number is beyond F16's 65504. Other tensors are returned as they are.
func (t Tensor) Halved() Tensor {
	if t.DType != F32 {
		return t
	}
	x, err := t.Floats()
	if err != nil {
		panic(err) // F32 has floats
	}
	out := Tensor{Name: t.Name, DType: F16, Shape: t.Shape, Data: make([]byte, 0, 2*len(x))}
	for _, v := range x {
		// From here on rounding to the nearest gives infinity.
		if a := math.Abs(float64(v)); a >= 65520 && !math.IsInf(a, 0) {
			out.DType = BF16
		}
	}
	for _, v := range x {
		h := toHalf(v)
		if out.DType == BF16 {
			h = toBrain(v)
		}
		out.Data = binary.LittleEndian.AppendUint16(out.Data, h)
	}
	return out.checked()
}

// toHalf rounds to the nearest binary16 number, of two as near to the even one.
func toHalf(v float32) uint16 {
	bits := math.Float32bits(v)
	sign, exp, frac := uint16(bits>>31)<<15, int(bits>>23&0xff), bits&0x7fffff
	switch {
	case exp == 0xff && frac != 0:
		return sign | 0x7e00 // NaN
	case exp == 0xff:
		return sign | 0x7c00
	}
	e := exp - 127 + 15
	shift := 13
	if e < 1 { // subnormal, or zero
		if e < -10 {
			return sign
		}
		frac |= 0x800000
		shift += 1 - e
		e = 0
	}
	h := uint32(e)<<10 + roundShift(frac, shift)
	return sign | uint16(min(h, 0x7c00)) // a carry makes the next exponent, and infinity at the end
}

// toBrain rounds to the nearest bfloat16 number.
func toBrain(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40
	}
	return uint16(roundShift(bits, 16))
}

// roundShift is v >> n, rounded to the nearest, halves to the even number.
func roundShift(v uint32, n int) uint32 {
	down, rest, half := v>>n, v&(1<<n-1), uint32(1)<<(n-1)
	if rest > half || rest == half && down&1 == 1 {
		down++
	}
	return down
}
