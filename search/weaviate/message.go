package weaviate

import (
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
