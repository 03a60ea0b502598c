// Package onnx reads and writes model files in the ONNX format (Open Neural Network
// Exchange, https://onnx.ai), a protocol buffer with a graph of operators. It knows the
// file alone: what the operators compute is not its subject.
//
// Of the format it keeps what a network for inference needs. Subgraphs of control flow are
// read, so that whoever runs a graph can name them; tensors whose numbers lie in other files
// are marked External. Functions, training information, sparse and quantised tensors are
// refused.
package onnx

import (
	"encoding/binary"
	"fmt"
	"math"
)

// Model is a model file.
type Model struct {
	IR                        int64 // version of the format
	Opsets                    []Opset
	Producer, ProducerVersion string
	Doc                       string
	Metadata                  []Entry
	Graph                     Graph
}

// Opset says which version of a domain's operators a model means. The domain "" is ONNX's
// own.
type Opset struct {
	Domain  string
	Version int64
}

// Entry is a text of the metadata.
type Entry struct{ Key, Value string }

// Opset returns the version of a domain's operators, 0 where the model has none of it.
// "ai.onnx" is another name of the domain "".
func (m *Model) Opset(domain string) int64 {
	for _, o := range m.Opsets {
		if plainDomain(o.Domain) == plainDomain(domain) {
			return o.Version
		}
	}
	return 0
}

func plainDomain(domain string) string {
	if domain == "ai.onnx" {
		return ""
	}
	return domain
}

// Graph is a list of nodes, each behind those whose values it reads.
type Graph struct {
	Name, Doc       string
	Nodes           []Node
	Initializers    []Tensor // constants: the weights
	Inputs, Outputs []Value
}

// Initializer returns the initializer of a name.
func (g *Graph) Initializer(name string) (*Tensor, bool) {
	for i := range g.Initializers {
		if g.Initializers[i].Name == name {
			return &g.Initializers[i], true
		}
	}
	return nil, false
}

// Node is an operator in its place. An optional input or output that is left out is "".
type Node struct {
	Name, Op, Domain string
	Inputs, Outputs  []string
	Attributes       []Attribute
}

// Attr returns the attribute of a name.
func (n *Node) Attr(name string) (Attribute, bool) {
	for _, a := range n.Attributes {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

// AttributeType says which field of an Attribute counts.
type AttributeType int32

// The types of attributes.
const (
	TypeFloat   AttributeType = 1
	TypeInt     AttributeType = 2
	TypeString  AttributeType = 3
	TypeTensor  AttributeType = 4
	TypeGraph   AttributeType = 5
	TypeFloats  AttributeType = 6
	TypeInts    AttributeType = 7
	TypeStrings AttributeType = 8
)

// Attribute is a constant of a node.
type Attribute struct {
	Name    string
	Type    AttributeType
	F       float32
	I       int64
	S       []byte
	T       *Tensor
	G       *Graph
	Floats  []float32
	Ints    []int64
	Strings [][]byte
}

// Value declares an input or an output of a graph.
type Value struct {
	Name string
	Type DataType // 0: not a tensor
	Dims []Dim    // nil: not even their number is known
}

// Dim is one dimension: a size, a name where it is free, or neither.
type Dim struct {
	Size  int64
	Param string
}

// Fixed returns the dimensions of a shape in which nothing is free.
func Fixed(sizes ...int) []Dim {
	dims := make([]Dim, len(sizes))
	for i, s := range sizes {
		dims[i].Size = int64(s)
	}
	return dims
}

// IntAttr returns an attribute of one integer.
func IntAttr(name string, v int64) Attribute { return Attribute{Name: name, Type: TypeInt, I: v} }

// IntsAttr returns an attribute of integers.
func IntsAttr(name string, v ...int64) Attribute {
	return Attribute{Name: name, Type: TypeInts, Ints: v}
}

// FloatAttr returns an attribute of one number.
func FloatAttr(name string, v float32) Attribute {
	return Attribute{Name: name, Type: TypeFloat, F: v}
}

// StringAttr returns an attribute of a text.
func StringAttr(name, v string) Attribute {
	return Attribute{Name: name, Type: TypeString, S: []byte(v)}
}

// TensorAttr returns an attribute of a tensor.
func TensorAttr(name string, t Tensor) Attribute {
	return Attribute{Name: name, Type: TypeTensor, T: &t}
}

// Floats returns a tensor of float32. It panics unless there are as many values as the
// dimensions say.
func Floats(name string, dims []int64, values []float32) Tensor {
	raw := make([]byte, 0, 4*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return made(Tensor{Name: name, Type: Float, Dims: dims, Raw: raw})
}

// Int64s returns a tensor of int64. It panics unless there are as many values as the
// dimensions say.
func Int64s(name string, dims []int64, values []int64) Tensor {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(v))
	}
	return made(Tensor{Name: name, Type: Int64, Dims: dims, Raw: raw})
}

// Doubles returns a tensor of float64. It panics unless there are as many values as the
// dimensions say.
func Doubles(name string, dims []int64, values []float64) Tensor {
	raw := make([]byte, 0, 8*len(values))
	for _, v := range values {
		raw = binary.LittleEndian.AppendUint64(raw, math.Float64bits(v))
	}
	return made(Tensor{Name: name, Type: Double, Dims: dims, Raw: raw})
}

func made(t Tensor) Tensor {
	if err := t.check(); err != nil {
		panic("onnx: " + err.Error())
	}
	return t
}

func (t DataType) String() string {
	if info, ok := dataTypes[t]; ok {
		return info.name
	}
	return fmt.Sprintf("type %d", int32(t))
}
