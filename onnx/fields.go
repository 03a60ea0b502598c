package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a message.
type field struct {
	number protowire.Number
	kind   protowire.Type
	value  uint64 // of a number
	bytes  []byte // of anything else
}

var errKind = errors.New("a field of the wrong type")

// eachField visits the fields of a message. Groups, which ONNX does not use, are refused.
func eachField(data []byte, visit func(f field) error) error {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return fmt.Errorf("a damaged field: %w", protowire.ParseError(n))
		}
		data = data[n:]
		f := field{number: number, kind: kind}
		switch kind {
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(data)
			f.value = uint64(v)
		case protowire.Fixed64Type:
			f.value, n = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(data)
		default:
			return errKind
		}
		if n < 0 {
			return fmt.Errorf("field %d is cut short: %w", number, protowire.ParseError(n))
		}
		data = data[n:]
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

func (f field) text(to *string) error {
	*to = string(f.bytes)
	return f.expect(protowire.BytesType)
}

func (f field) int(to *int64) error {
	*to = int64(f.value)
	return f.expect(protowire.VarintType)
}

func (f field) expect(kind protowire.Type) error {
	if f.kind != kind {
		return fmt.Errorf("field %d: %w", f.number, errKind)
	}
	return nil
}

// packed visits the elements of a repeated number, which may come one by one or packed.
func (f field) packed(kind protowire.Type, visit func(v uint64) error) error {
	if f.kind == kind {
		return visit(f.value)
	}
	if err := f.expect(protowire.BytesType); err != nil {
		return err
	}
	for data := f.bytes; len(data) > 0; {
		var v uint64
		var n int
		switch kind {
		case protowire.Fixed32Type:
			var short uint32
			short, n = protowire.ConsumeFixed32(data)
			v = uint64(short)
		case protowire.Fixed64Type:
			v, n = protowire.ConsumeFixed64(data)
		default:
			v, n = protowire.ConsumeVarint(data)
		}
		if n < 0 {
			return fmt.Errorf("field %d is cut short: %w", f.number, protowire.ParseError(n))
		}
		if err := visit(v); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func (f field) ints(to *[]int64) error {
	return f.packed(protowire.VarintType, func(v uint64) error { *to = append(*to, int64(v)); return nil })
}
