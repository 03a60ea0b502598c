package onnx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"likeness/internal/regularfile"
)

// Bounds of what is read, far beyond what networks have. They bound the memory that a
// wrong file can ask for to a small multiple of its size.
const (
	mostBytes  = 2 << 30 // protocol buffers cannot be longer
	mostNodes  = 1 << 20
	mostDims   = 64
	mostNested = 8 // graphs in attributes of graphs
)

// Open reads a model file. Errors name it.
func Open(path string) (*Model, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, mostBytes))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a model from the bytes of a file, whose name its errors have. Tensors share
// the bytes where the file has them as they are.
func Parse(name string, data []byte) (*Model, error) {
	m := &Model{}
	if err := m.parse(data); err != nil {
		return nil, fmt.Errorf("%s is no ONNX model that can be read: %w", name, err)
	}
	return m, nil
}

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

func (m *Model) parse(data []byte) error {
	graphs := 0
	err := eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return f.int(&m.IR)
		case 2:
			return f.text(&m.Producer)
		case 3:
			return f.text(&m.ProducerVersion)
		case 6:
			return f.text(&m.Doc)
		case 7:
			if graphs++; graphs > 1 {
				return errors.New("it has two graphs")
			}
			if err := f.expect(protowire.BytesType); err != nil {
				return err
			}
			return m.Graph.parse(f.bytes, 0)
		case 8:
			var o Opset
			err := eachField(f.bytes, func(f field) error {
				switch f.number {
				case 1:
					return f.text(&o.Domain)
				case 2:
					return f.int(&o.Version)
				}
				return nil
			})
			m.Opsets = append(m.Opsets, o)
			return err
		case 14:
			var e Entry
			err := eachField(f.bytes, func(f field) error {
				switch f.number {
				case 1:
					return f.text(&e.Key)
				case 2:
					return f.text(&e.Value)
				}
				return nil
			})
			m.Metadata = append(m.Metadata, e)
			return err
		case 20:
			return errors.New("it has training information, which is not read: export it for inference")
		case 25:
			return errors.New("it has functions of its own, which are not read: export it with them inlined")
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case graphs == 0:
		return errors.New("it has no graph")
	case m.IR < 1:
		return errors.New("it does not say the version of its format")
	}
	return nil
}

func (g *Graph) parse(data []byte, depth int) error {
	if depth > mostNested {
		return fmt.Errorf("graphs lie in graphs more than %d deep", mostNested)
	}
	return eachField(data, func(f field) error {
		switch f.number {
		case 1, 5, 11, 12, 15:
			if err := f.expect(protowire.BytesType); err != nil {
				return err
			}
		}
		switch f.number {
		case 1:
			if len(g.Nodes) == mostNodes {
				return fmt.Errorf("it has more than %d nodes", mostNodes)
			}
			var n Node
			if err := n.parse(f.bytes, depth); err != nil {
				return fmt.Errorf("node %d (%s %q): %w", len(g.Nodes), n.Op, n.Name, err)
			}
			g.Nodes = append(g.Nodes, n)
		case 2:
			return f.text(&g.Name)
		case 5:
			if len(g.Initializers) == mostNodes {
				return fmt.Errorf("it has more than %d initializers", mostNodes)
			}
			var t Tensor
			if err := t.parse(f.bytes); err != nil {
				return err
			}
			if t.Name == "" {
				return fmt.Errorf("initializer %d has no name", len(g.Initializers))
			}
			g.Initializers = append(g.Initializers, t)
		case 10:
			return f.text(&g.Doc)
		case 11, 12:
			var v Value
			if err := v.parse(f.bytes); err != nil {
				return err
			}
			if f.number == 11 {
				g.Inputs = append(g.Inputs, v)
			} else {
				g.Outputs = append(g.Outputs, v)
			}
			if len(g.Inputs)+len(g.Outputs) > mostNodes {
				return fmt.Errorf("it has more than %d inputs and outputs", mostNodes)
			}
		case 15:
			return errors.New("it has sparse tensors, which are not read")
		}
		return nil
	})
}

func (n *Node) parse(data []byte, depth int) error {
	err := eachField(data, func(f field) error {
		var s string
		switch f.number {
		case 1, 2:
			if err := f.text(&s); err != nil {
				return err
			}
			if f.number == 1 {
				n.Inputs = append(n.Inputs, s)
			} else {
				n.Outputs = append(n.Outputs, s)
			}
		case 3:
			return f.text(&n.Name)
		case 4:
			return f.text(&n.Op)
		case 5:
			if err := f.expect(protowire.BytesType); err != nil {
				return err
			}
			var a Attribute
			if err := a.parse(f.bytes, depth); err != nil {
				return fmt.Errorf("attribute %q: %w", a.Name, err)
			}
			n.Attributes = append(n.Attributes, a)
		case 7:
			return f.text(&n.Domain)
		}
		return nil
	})
	if err == nil && n.Op == "" {
		return errors.New("it names no operator")
	}
	return err
}

func (a *Attribute) parse(data []byte, depth int) error {
	err := eachField(data, func(f field) error {
		switch f.number {
		case 4, 5, 6, 9:
			if err := f.expect(protowire.BytesType); err != nil {
				return err
			}
		}
		switch f.number {
		case 1:
			return f.text(&a.Name)
		case 2:
			a.F = math.Float32frombits(uint32(f.value))
			return f.expect(protowire.Fixed32Type)
		case 3:
			return f.int(&a.I)
		case 4:
			a.S = f.bytes
		case 5:
			a.T = &Tensor{}
			return a.T.parse(f.bytes)
		case 6:
			a.G = &Graph{}
			return a.G.parse(f.bytes, depth+1)
		case 7:
			return f.packed(protowire.Fixed32Type, func(v uint64) error {
				a.Floats = append(a.Floats, math.Float32frombits(uint32(v)))
				return nil
			})
		case 8:
			return f.ints(&a.Ints)
		case 9:
			a.Strings = append(a.Strings, f.bytes)
		case 20:
			var t int64
			err := f.int(&t)
			a.Type = AttributeType(t)
			return err
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case a.Name == "":
		return errors.New("it has no name")
	case a.Type == 0: // files of format 1 do not say it
		a.Type = a.guess()
	}
	if a.Type == TypeTensor && a.T == nil || a.Type == TypeGraph && a.G == nil {
		return errors.New("it has no value of its type")
	}
	return nil
}

// guess returns the type that the values of an attribute have.
func (a *Attribute) guess() AttributeType {
	switch {
	case a.T != nil:
		return TypeTensor
	case a.G != nil:
		return TypeGraph
	case a.S != nil:
		return TypeString
	case a.Floats != nil:
		return TypeFloats
	case a.Ints != nil:
		return TypeInts
	case a.Strings != nil:
		return TypeStrings
	case a.F != 0:
		return TypeFloat
	}
	return TypeInt
}

func (t *Tensor) parse(data []byte) error {
	var kind, location int64
	var typed []byte // elements of other fields than raw
	segment := false
	err := eachField(data, func(f field) error {
		switch f.number {
		case 1:
			if err := f.ints(&t.Dims); err != nil {
				return err
			}
			if len(t.Dims) > mostDims {
				return fmt.Errorf("more than %d dimensions", mostDims)
			}
		case 2:
			err := f.int(&kind)
			t.Type = DataType(kind)
			return err
		case 3:
			segment = true
		case 4:
			return f.packed(protowire.Fixed32Type, func(v uint64) error {
				typed = binary.LittleEndian.AppendUint32(typed, uint32(v))
				return nil
			})
		case 5, 7, 11:
			return f.packed(protowire.VarintType, func(v uint64) error {
				var b [8]byte
				binary.LittleEndian.PutUint64(b[:], v)
				typed = append(typed, b[:max(1, dataTypes[t.Type].size)]...)
				return nil
			})
		case 10:
			return f.packed(protowire.Fixed64Type, func(v uint64) error {
				typed = binary.LittleEndian.AppendUint64(typed, v)
				return nil
			})
		case 8:
			return f.text(&t.Name)
		case 9:
			t.Raw = f.bytes
			return f.expect(protowire.BytesType)
		case 13:
			t.External = true
		case 14:
			return f.int(&location)
		}
		return nil
	})
	if t.Raw == nil {
		t.Raw = typed
	}
	t.External = t.External || location == 1
	switch {
	case err != nil:
		return fmt.Errorf("tensor %q: %w", t.Name, err)
	case segment:
		return fmt.Errorf("tensor %q is a segment of one, which is not read", t.Name)
	case t.External && len(t.Raw) > 0:
		return fmt.Errorf("tensor %q has its numbers here and in another file", t.Name)
	}
	if t.Type == String { // texts are of no use to a network; who meets one says so
		return nil
	}
	return t.check()
}

func (v *Value) parse(data []byte) error {
	err := eachField(data, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&v.Name)
		case 2:
			return eachField(f.bytes, func(f field) error {
				if f.number != 1 { // sequences, maps and the like stay type 0
					return nil
				}
				return v.parseTensor(f.bytes)
			})
		}
		return nil
	})
	if err == nil && v.Name == "" {
		return errors.New("an input or output without a name")
	}
	if err != nil {
		return fmt.Errorf("value %q: %w", v.Name, err)
	}
	return nil
}

func (v *Value) parseTensor(data []byte) error {
	return eachField(data, func(f field) error {
		switch f.number {
		case 1:
			var t int64
			err := f.int(&t)
			v.Type = DataType(t)
			return err
		case 2:
			v.Dims = []Dim{}
			return eachField(f.bytes, func(f field) error {
				if f.number != 1 {
					return nil
				}
				if len(v.Dims) == mostDims {
					return fmt.Errorf("more than %d dimensions", mostDims)
				}
				var d Dim
				err := eachField(f.bytes, func(f field) error {
					switch f.number {
					case 1:
						return f.int(&d.Size)
					case 2:
						return f.text(&d.Param)
					}
					return nil
				})
				v.Dims = append(v.Dims, d)
				return err
			})
		}
		return nil
	})
}
