package onnx

import (
	"errors"
	"fmt"
	"io"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"likeness/internal/regularfile"
	"likeness/internal/wire"
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

func (m *Model) parse(data []byte) error {
	graphs := 0
	err := wire.Each(data, func(f wire.Field) error {
		switch f.Number {
		case 1:
			return f.Int(&m.IR)
		case 2:
			return f.Text(&m.Producer)
		case 3:
			return f.Text(&m.ProducerVersion)
		case 6:
			return f.Text(&m.Doc)
		case 7:
			if graphs++; graphs > 1 {
				return errors.New("it has two graphs")
			}
			if err := f.Expect(protowire.BytesType); err != nil {
				return err
			}
			return m.Graph.parse(f.Bytes, 0)
		case 8:
			var o Opset
			err := wire.Each(f.Bytes, func(f wire.Field) error {
				switch f.Number {
				case 1:
					return f.Text(&o.Domain)
				case 2:
					return f.Int(&o.Version)
				}
				return nil
			})
			m.Opsets = append(m.Opsets, o)
			return err
		case 14:
			var e Entry
			err := wire.Each(f.Bytes, func(f wire.Field) error {
				switch f.Number {
				case 1:
					return f.Text(&e.Key)
				case 2:
					return f.Text(&e.Value)
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
	return wire.Each(data, func(f wire.Field) error {
		switch f.Number {
		case 1, 5, 11, 12, 15:
			if err := f.Expect(protowire.BytesType); err != nil {
				return err
			}
		}
		switch f.Number {
		case 1:
			if len(g.Nodes) == mostNodes {
				return fmt.Errorf("it has more than %d nodes", mostNodes)
			}
			var n Node
			if err := n.parse(f.Bytes, depth); err != nil {
				return fmt.Errorf("node %d (%s %q): %w", len(g.Nodes), n.Op, n.Name, err)
			}
			g.Nodes = append(g.Nodes, n)
		case 2:
			return f.Text(&g.Name)
		case 5:
			if len(g.Initializers) == mostNodes {
				return fmt.Errorf("it has more than %d initializers", mostNodes)
			}
			var t Tensor
			if err := t.parse(f.Bytes); err != nil {
				return err
			}
			if t.Name == "" {
				return fmt.Errorf("initializer %d has no name", len(g.Initializers))
			}
			g.Initializers = append(g.Initializers, t)
		case 10:
			return f.Text(&g.Doc)
		case 11, 12:
			var v Value
			if err := v.parse(f.Bytes); err != nil {
				return err
			}
			if f.Number == 11 {
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
	err := wire.Each(data, func(f wire.Field) error {
		var s string
		switch f.Number {
		case 1, 2:
			if err := f.Text(&s); err != nil {
				return err
			}
			if f.Number == 1 {
				n.Inputs = append(n.Inputs, s)
			} else {
				n.Outputs = append(n.Outputs, s)
			}
		case 3:
			return f.Text(&n.Name)
		case 4:
			return f.Text(&n.Op)
		case 5:
			if err := f.Expect(protowire.BytesType); err != nil {
				return err
			}
			var a Attribute
			if err := a.parse(f.Bytes, depth); err != nil {
				return fmt.Errorf("attribute %q: %w", a.Name, err)
			}
			n.Attributes = append(n.Attributes, a)
		case 7:
			return f.Text(&n.Domain)
		}
		return nil
	})
	if err == nil && n.Op == "" {
		return errors.New("it names no operator")
	}
	return err
}

func (a *Attribute) parse(data []byte, depth int) error {
	err := wire.Each(data, func(f wire.Field) error {
		switch f.Number {
		case 4, 5, 6, 9:
			if err := f.Expect(protowire.BytesType); err != nil {
				return err
			}
		}
		switch f.Number {
		case 1:
			return f.Text(&a.Name)
		case 2:
			a.F = math.Float32frombits(uint32(f.Value))
			return f.Expect(protowire.Fixed32Type)
		case 3:
			return f.Int(&a.I)
		case 4:
			a.S = f.Bytes
		case 5:
			a.T = &Tensor{}
			return a.T.parse(f.Bytes)
		case 6:
			a.G = &Graph{}
			return a.G.parse(f.Bytes, depth+1)
		case 7:
			return f.Packed(protowire.Fixed32Type, func(v uint64) error {
				a.Floats = append(a.Floats, math.Float32frombits(uint32(v)))
				return nil
			})
		case 8:
			return f.Ints(&a.Ints)
		case 9:
			a.Strings = append(a.Strings, f.Bytes)
		case 20:
			var t int64
			err := f.Int(&t)
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

func (v *Value) parse(data []byte) error {
	err := wire.Each(data, func(f wire.Field) error {
		switch f.Number {
		case 1:
			return f.Text(&v.Name)
		case 2:
			return wire.Each(f.Bytes, func(f wire.Field) error {
				if f.Number != 1 { // sequences, maps and the like stay type 0
					return nil
				}
				return v.parseTensor(f.Bytes)
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
	return wire.Each(data, func(f wire.Field) error {
		switch f.Number {
		case 1:
			var t int64
			err := f.Int(&t)
			v.Type = DataType(t)
			return err
		case 2:
			v.Dims = []Dim{}
			return wire.Each(f.Bytes, func(f wire.Field) error {
				if f.Number != 1 {
					return nil
				}
				if len(v.Dims) == mostDims {
					return fmt.Errorf("more than %d dimensions", mostDims)
				}
				var d Dim
				err := wire.Each(f.Bytes, func(f wire.Field) error {
					switch f.Number {
					case 1:
						return f.Int(&d.Size)
					case 2:
						return f.Text(&d.Param)
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
