package onnx_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"

	"likeness/onnx"
)

// small is a model with every kind of thing in it.
func small() *onnx.Model {
	inner := &onnx.Graph{Name: "inner", Nodes: []onnx.Node{{Op: "Identity", Inputs: []string{"x"}, Outputs: []string{"y"}}}}
	return &onnx.Model{
		IR: 8, Opsets: []onnx.Opset{{Version: 17}, {Domain: "com.example", Version: 1}}, Producer: "likeness", ProducerVersion: "v0", Doc: "a test",
		Metadata: []onnx.Entry{{Key: "prep", Value: "{}"}, {Key: "empty"}},
		Graph: onnx.Graph{
			Name: "encoder", Doc: "of nothing",
			Nodes: []onnx.Node{
				{Name: "clip", Op: "Clip", Inputs: []string{"x", "", "top"}, Outputs: []string{"h"}},
				{Name: "all", Op: "Any", Domain: "com.example", Inputs: []string{"h"}, Outputs: []string{"y"}, Attributes: []onnx.Attribute{
					onnx.IntAttr("zero", 0), onnx.IntsAttr("pads", 0, -1, 1), onnx.FloatAttr("alpha", 0), onnx.StringAttr("mode", "SAME"),
					onnx.TensorAttr("value", onnx.Int64s("", []int64{2}, []int64{-1, 5})),
					{Name: "floats", Type: onnx.TypeFloats, Floats: []float32{1, 2}},
					{Name: "strings", Type: onnx.TypeStrings, Strings: [][]byte{[]byte("a"), []byte("")}},
					{Name: "body", Type: onnx.TypeGraph, G: inner},
				}},
			},
			Initializers: []onnx.Tensor{onnx.Floats("top", nil, []float32{6}), onnx.Doubles("d", []int64{1, 2}, []float64{1, -2})},
			Inputs:       []onnx.Value{{Name: "x", Type: onnx.Float, Dims: []onnx.Dim{{Param: "N"}, {Size: 3}, {}}}},
			Outputs:      []onnx.Value{{Name: "y", Type: onnx.Float}, {Name: "z", Type: onnx.Float, Dims: []onnx.Dim{}}, {Name: "sequence"}},
		},
	}
}

func TestMarshalParse(t *testing.T) {
	want := small()
	path := filepath.Join(t.TempDir(), "small.onnx")
	if err := os.WriteFile(path, want.Marshal(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := onnx.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what was written differs from what is read:\n%s", diff)
	}
	if got.Opset("ai.onnx") != 17 || got.Opset("nowhere") != 0 {
		t.Errorf("operators of versions %d and %d, expected 17 and 0", got.Opset("ai.onnx"), got.Opset("nowhere"))
	}
	if top, ok := got.Graph.Initializer("top"); !ok || top.Type != onnx.Float {
		t.Error("initializer top is not found")
	}
	if a, ok := got.Graph.Nodes[1].Attr("zero"); !ok || a.Type != onnx.TypeInt {
		t.Error("attribute zero is not found")
	}
}

// tensorFile is a model with one tensor whose message is given.
func tensorFile(fields ...[]byte) []byte {
	var tensor []byte
	for _, f := range fields {
		tensor = append(tensor, f...)
	}
	tensor = text(tensor, 8, "w")
	return protowire.AppendBytes(protowire.AppendTag(varint(nil, 1, 8), 7, protowire.BytesType), protowire.AppendBytes(protowire.AppendTag(nil, 5, protowire.BytesType), tensor))
}

func varint(b []byte, n protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), v)
}

func text(b []byte, n protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), s)
}

// shaped is a tensor's dimensions and type.
func shaped(t onnx.DataType, dims ...uint64) []byte {
	var b []byte
	for _, d := range dims {
		b = varint(b, 1, d)
	}
	return varint(b, 2, uint64(t))
}

func TestTensors(t *testing.T) {
	negative := ^uint64(0) // -1
	for _, c := range []struct {
		name string
		file []byte
		want any
	}{
		{"packed dimensions", tensorFile(text(nil, 1, "\x01\x02"), varint(nil, 2, 1), text(nil, 9, "\x00\x00\x80\x3f\x00\x00\x00\xc0")), []float32{1, -2}},
		{"float_data", tensorFile(shaped(onnx.Float, 1), text(nil, 4, "\x00\x00\x80\x3f")), []float32{1}},
		{"float_data one by one", tensorFile(shaped(onnx.Float, 1), protowire.AppendFixed32(protowire.AppendTag(nil, 4, protowire.Fixed32Type), 0x3f800000)), []float32{1}},
		{"double_data", tensorFile(shaped(onnx.Double, 1), text(nil, 10, "\x00\x00\x00\x00\x00\x00\xf0\x3f")), []float32{1}},
		{"float16 in int32_data", tensorFile(shaped(onnx.Float16, 3), text(nil, 5, "\x80\x78\x80\xf8\x02\x01")), []float32{1, -1, 1.0 / (1 << 24)}},
		{"bfloat16", tensorFile(shaped(onnx.BFloat16, 1), text(nil, 9, "\x80\xbf")), []float32{-1}},
		{"int64_data", tensorFile(shaped(onnx.Int64, 2), varint(varint(nil, 7, negative), 7, 3)), []int64{-1, 3}},
		{"int8", tensorFile(shaped(onnx.Int8, 1), text(nil, 9, "\xff")), []int64{-1}},
		{"int16", tensorFile(shaped(onnx.Int16, 1), text(nil, 9, "\xff\xff")), []int64{-1}},
		{"int32 in int32_data", tensorFile(shaped(onnx.Int32, 1), varint(nil, 5, negative)), []int64{-1}},
		{"uint8", tensorFile(shaped(onnx.Uint8, 1), text(nil, 9, "\xff")), []int64{255}},
		{"uint16", tensorFile(shaped(onnx.Uint16, 1), text(nil, 9, "\xff\xff")), []int64{65535}},
		{"uint32 in uint64_data", tensorFile(shaped(onnx.Uint32, 1), varint(nil, 11, 7)), []int64{7}},
		{"bool", tensorFile(shaped(onnx.Bool), text(nil, 9, "\x01")), []int64{1}},
		{"nothing", tensorFile(shaped(onnx.Float, 0)), []float32{}},
	} {
		m, err := onnx.Parse("a.onnx", c.file)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got any
		if _, floats := c.want.([]float32); floats {
			got, err = m.Graph.Initializers[0].Floats()
		} else {
			got, err = m.Graph.Initializers[0].Ints()
		}
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v %s", c.name, err, diff)
		}
	}
}

func TestErrors(t *testing.T) {
	good := slices.Clip(small().Marshal())
	nested := []byte{}
	for range 12 {
		graph := text(varint(nil, 20, 5), 1, "body")
		graph = protowire.AppendBytes(protowire.AppendTag(graph, 6, protowire.BytesType), nested)
		node := protowire.AppendBytes(protowire.AppendTag(text(nil, 4, "If"), 5, protowire.BytesType), graph)
		nested = protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), node)
	}
	for _, c := range []struct {
		name, want string
		file       []byte
	}{
		{"nothing", "no graph", nil},
		{"cut short", "cut short", good[:len(good)-3]},
		{"a picture", "no ONNX model", []byte("\x89PNG\r\n\x1a\n")},
		{"two graphs", "two graphs", append(append([]byte{}, good...), good...)},
		{"no version", "version of its format", text(nil, 7, "")},
		{"hostile length", "cut short", append(good, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x7f)},
		{"deep", "more than 8 deep", text(varint(nil, 1, 8), 7, string(nested))},
		{"too few numbers", "needs 4 elements, it has 4 bytes", tensorFile(shaped(onnx.Float, 2, 2), text(nil, 9, "\x00\x00\x80\x3f"))},
		{"negative", "dimensions [-1]", tensorFile(shaped(onnx.Float, ^uint64(0)))},
		{"overflow", "overflows", tensorFile(shaped(onnx.Float, 1<<40, 1<<40))},
		{"complex", "type 14", tensorFile(shaped(14, 1), text(nil, 9, "12345678"))},
		{"segment", "segment", tensorFile(shaped(onnx.Float, 0), text(nil, 3, ""))},
		{"functions", "functions of its own", text(good, 25, "")},
		{"training", "training information", text(good, 20, "")},
		{"wrong type", "wrong type", text(nil, 1, "x")},
		{"sparse", "sparse", text(varint(nil, 1, 8), 7, string(text(nil, 15, "")))},
	} {
		_, err := onnx.Parse("a.onnx", c.file)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "a.onnx ") {
			t.Errorf("%s: want an error of a.onnx that says %q, got %v", c.name, c.want, err)
		}
	}
	m, err := onnx.Parse("a.onnx", tensorFile(shaped(onnx.Float, 4), text(nil, 13, "\x0a\x08location")))
	if err != nil {
		t.Fatal(err)
	}
	if w := m.Graph.Initializers[0]; !w.External {
		t.Error("numbers in another file are not marked")
	} else if _, err := w.Floats(); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("numbers in another file are read: %v", err)
	}
	if _, err := onnx.Open(t.TempDir()); err == nil {
		t.Error("a folder is opened")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(small().Marshal())
	f.Add(tensorFile(shaped(onnx.Float16, 3), text(nil, 5, "\x80\x78\x80\xf8\x02\x01")))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := onnx.Parse("fuzzed.onnx", data)
		if err != nil {
			return
		}
		for _, w := range m.Graph.Initializers {
			_, _ = w.Floats()
			_, _ = w.Ints()
		}
		if _, err := onnx.Parse("again.onnx", m.Marshal()); err != nil && kept(&m.Graph) {
			t.Errorf("what was read is written so that it cannot be read: %v", err)
		}
	})
}

// kept reports whether a graph holds nothing that Marshal leaves out: the elements of texts and of tensors in other
// files, and attributes of types that are not read.
func kept(g *onnx.Graph) bool {
	plain := func(t *onnx.Tensor) bool { return !t.External && t.Type != onnx.String }
	for i := range g.Initializers {
		if !plain(&g.Initializers[i]) {
			return false
		}
	}
	for _, n := range g.Nodes {
		for _, a := range n.Attributes {
			if a.Type < onnx.TypeFloat || a.Type > onnx.TypeStrings || a.T != nil && !plain(a.T) || a.G != nil && !kept(a.G) {
				return false
			}
		}
	}
	return true
}
