package onnx

import (
	"math"

	"google.golang.org/protobuf/encoding/protowire"
)

// message puts a protocol buffer together. Fields without a value are left out.
type message []byte

func (m *message) int(field protowire.Number, v int64) {
	if v != 0 {
		m.always(field, v)
	}
}

// always writes a number also where it is 0.
func (m *message) always(field protowire.Number, v int64) {
	*m = protowire.AppendTag(*m, field, protowire.VarintType)
	*m = protowire.AppendVarint(*m, uint64(v))
}

func (m *message) text(field protowire.Number, s string) {
	if s != "" {
		m.bytes(field, []byte(s))
	}
}

func (m *message) bytes(field protowire.Number, b []byte) {
	*m = protowire.AppendTag(*m, field, protowire.BytesType)
	*m = protowire.AppendBytes(*m, b)
}

func (m *message) float(field protowire.Number, v float32) {
	*m = protowire.AppendTag(*m, field, protowire.Fixed32Type)
	*m = protowire.AppendFixed32(*m, math.Float32bits(v))
}

// Marshal returns the file. Equal models are equal bytes.
func (m *Model) Marshal() []byte {
	var b message
	b.int(1, m.IR)
	b.text(2, m.Producer)
	b.text(3, m.ProducerVersion)
	b.text(6, m.Doc)
	b.bytes(7, m.Graph.marshal())
	for _, o := range m.Opsets {
		var s message
		s.text(1, o.Domain)
		s.int(2, o.Version)
		b.bytes(8, s)
	}
	for _, e := range m.Metadata {
		var s message
		s.text(1, e.Key)
		s.text(2, e.Value)
		b.bytes(14, s)
	}
	return b
}

func (g *Graph) marshal() []byte {
	var b message
	for i := range g.Nodes {
		b.bytes(1, g.Nodes[i].marshal())
	}
	b.text(2, g.Name)
	for i := range g.Initializers {
		b.bytes(5, g.Initializers[i].marshal())
	}
	b.text(10, g.Doc)
	for _, v := range g.Inputs {
		b.bytes(11, v.marshal())
	}
	for _, v := range g.Outputs {
		b.bytes(12, v.marshal())
	}
	return b
}

func (n *Node) marshal() []byte {
	var b message
	for _, name := range n.Inputs {
		b.bytes(1, []byte(name)) // also an empty one: its place counts
	}
	for _, name := range n.Outputs {
		b.bytes(2, []byte(name))
	}
	b.text(3, n.Name)
	b.text(4, n.Op)
	for i := range n.Attributes {
		b.bytes(5, n.Attributes[i].marshal())
	}
	b.text(7, n.Domain)
	return b
}

func (a *Attribute) marshal() []byte {
	var b message
	b.text(1, a.Name)
	switch a.Type {
	case TypeFloat:
		b.float(2, a.F)
	case TypeInt:
		b.always(3, a.I)
	case TypeString:
		b.bytes(4, a.S)
	case TypeTensor:
		b.bytes(5, a.T.marshal())
	case TypeGraph:
		b.bytes(6, a.G.marshal())
	case TypeFloats:
		for _, v := range a.Floats {
			b.float(7, v)
		}
	case TypeInts:
		for _, v := range a.Ints {
			b.always(8, v)
		}
	case TypeStrings:
		for _, v := range a.Strings {
			b.bytes(9, v)
		}
	}
	b.int(20, int64(a.Type))
	return b
}

func (t *Tensor) marshal() []byte {
	var b message
	for _, d := range t.Dims {
		b.always(1, d)
	}
	b.int(2, int64(t.Type))
	b.text(8, t.Name)
	b.bytes(9, t.Raw)
	return b
}

func (v Value) marshal() []byte {
	var shape message
	for _, d := range v.Dims {
		var dim message
		switch {
		case d.Param != "":
			dim.text(2, d.Param)
		case d.Size != 0:
			dim.always(1, d.Size)
		}
		shape.bytes(1, dim)
	}
	var tensor, kind, b message
	tensor.int(1, int64(v.Type))
	if v.Dims != nil {
		tensor.bytes(2, shape)
	}
	if v.Type != 0 {
		kind.bytes(1, tensor)
	}
	b.text(1, v.Name)
	b.bytes(2, kind)
	return b
}
