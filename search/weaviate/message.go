package weaviate

import (
	"errors"
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message is a protocol buffer that is being written.
type message []byte

func (m *message) bytes(n protowire.Number, v []byte) {
	*m = protowire.AppendBytes(protowire.AppendTag(*m, n, protowire.BytesType), v)
}

func (m *message) text(n protowire.Number, v string) {
	*m = protowire.AppendString(protowire.AppendTag(*m, n, protowire.BytesType), v)
}

func (m *message) int(n protowire.Number, v int64) {
	*m = protowire.AppendVarint(protowire.AppendTag(*m, n, protowire.VarintType), uint64(v))
}

func (m *message) yes(n protowire.Number) { m.int(n, 1) }

func (m *message) double(n protowire.Number, v float64) {
	*m = protowire.AppendFixed64(protowire.AppendTag(*m, n, protowire.Fixed64Type), math.Float64bits(v))
}

// points returns numbers as Weaviate's messages have vectors.
func pointBytes(v []float32) []byte {
	b := make([]byte, 0, 4*len(v))
	for _, x := range v {
		b = protowire.AppendFixed32(b, math.Float32bits(x))
	}
	return b
}

// pointOf reads what pointBytes returns.
func pointOf(b []byte) ([]float32, error) {
	if len(b)%4 != 0 {
		return nil, fmt.Errorf("a vector of %d bytes, expected 4 a number", len(b))
	}
	v := make([]float32, len(b)/4)
	for i := range v {
		bits, _ := protowire.ConsumeFixed32(b[4*i:])
		v[i] = math.Float32frombits(bits)
	}
	return v, nil
}

// field is one field of a message that is being read.
type field struct {
	number protowire.Number
	kind   protowire.Type
	value  uint64 // of a number
	bytes  []byte // of anything else
}

var errKind = errors.New("a field of the wrong type")

// eachField visits the fields of a message. A field that is known must have the type that the schema
// says; visit checks it by asking for text, whole, ...
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

func (f field) expect(kind protowire.Type) error {
	if f.kind != kind {
		return fmt.Errorf("field %d: %w", f.number, errKind)
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

func (f field) double(to *float64) error {
	*to = math.Float64frombits(f.value)
	return f.expect(protowire.Fixed64Type)
}

func (f field) float(to *float32) error {
	*to = math.Float32frombits(uint32(f.value))
	return f.expect(protowire.Fixed32Type)
}

// message visits the fields of a message within a message.
func (f field) message(visit func(f field) error) error {
	if err := f.expect(protowire.BytesType); err != nil {
		return err
	}
	return eachField(f.bytes, visit)
}
