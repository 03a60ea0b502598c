package safetensors

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"

	"likeness/internal/half"
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
		h := half.To(v)
		if out.DType == BF16 {
			h = half.ToBrain(v)
		}
		out.Data = binary.LittleEndian.AppendUint16(out.Data, h)
	}
	return out.checked()
}
