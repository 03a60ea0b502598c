// Package wire reads the fields of protocol buffers without generated code: for files and answers of
// which only some fields matter.
package wire

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// Field is one field of a message.
type Field struct {
	Number protowire.Number
	Kind   protowire.Type
	Value  uint64 // of a number
	Bytes  []byte // of anything else; part of the message
}

// ErrKind means that a field has another type than its schema says.
var ErrKind = errors.New("a field of the wrong type")

// Each visits the fields of a message, and ends at the first error. Groups, which nobody writes any
// more, are refused. A field that is known must have the type that the schema says, which Text, Int and
// the others check.
func Each(data []byte, visit func(f Field) error) error {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return fmt.Errorf("a damaged field: %w", protowire.ParseError(n))
		}
		data = data[n:]
		f := Field{Number: number, Kind: kind}
		switch kind {
		case protowire.VarintType:
			f.Value, n = protowire.ConsumeVarint(data)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(data)
			f.Value = uint64(v)
		case protowire.Fixed64Type:
			f.Value, n = protowire.ConsumeFixed64(data)
		case protowire.BytesType:
			f.Bytes, n = protowire.ConsumeBytes(data)
		default:
			return ErrKind
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

// Expect returns an error where the field is of another type.
func (f Field) Expect(kind protowire.Type) error {
	if f.Kind != kind {
		return fmt.Errorf("field %d: %w", f.Number, ErrKind)
	}
	return nil
}

// Text reads a text, or bytes.
func (f Field) Text(to *string) error {
	*to = string(f.Bytes)
	return f.Expect(protowire.BytesType)
}

// Int reads a whole number, which may be below zero.
func (f Field) Int(to *int64) error {
	*to = int64(f.Value)
	return f.Expect(protowire.VarintType)
}

// Float reads a number of 32 bits.
func (f Field) Float(to *float32) error {
	*to = math.Float32frombits(uint32(f.Value))
	return f.Expect(protowire.Fixed32Type)
}

// Double reads a number of 64 bits.
func (f Field) Double(to *float64) error {
	*to = math.Float64frombits(f.Value)
	return f.Expect(protowire.Fixed64Type)
}

// Message visits the fields of a message within the message.
func (f Field) Message(visit func(f Field) error) error {
	if err := f.Expect(protowire.BytesType); err != nil {
		return err
	}
	return Each(f.Bytes, visit)
}

// Packed visits the elements of a repeated number of a type, which may come one by one or packed.
func (f Field) Packed(kind protowire.Type, visit func(v uint64) error) error {
	if f.Kind == kind {
		return visit(f.Value)
	}
	if err := f.Expect(protowire.BytesType); err != nil {
		return err
	}
	for data := f.Bytes; len(data) > 0; {
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
			return fmt.Errorf("field %d is cut short: %w", f.Number, protowire.ParseError(n))
		}
		if err := visit(v); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

// Ints reads a repeated whole number.
func (f Field) Ints(to *[]int64) error {
	return f.Packed(protowire.VarintType, func(v uint64) error { *to = append(*to, int64(v)); return nil })
}
