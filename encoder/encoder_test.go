package encoder_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/encoder"
	"likeness/onnx"
	"likeness/pix"
)

// network returns a network that gives the mean of each channel and of each channel's upper left
// pixel, in the layout NCHW or NHWC.
func network(h, w int64, kind onnx.DataType, last bool, before ...onnx.Node) *onnx.Model {
	in := []int64{3, h, w}
	if last {
		in = []int64{h, w, 3}
	}
	dims := []onnx.Dim{{Param: "n"}}
	for _, d := range in {
		dims = append(dims, onnx.Dim{Size: d})
	}
	nodes := before
	x := "x"
	if len(before) > 0 {
		x = before[len(before)-1].Outputs[0]
	}
	if last {
		nodes = append(nodes, onnx.Node{Op: "Transpose", Inputs: []string{x}, Outputs: []string{"t"}, Attributes: []onnx.Attribute{onnx.IntsAttr("perm", 0, 3, 1, 2)}})
		x = "t"
	}
	nodes = append(nodes,
		onnx.Node{Op: "GlobalAveragePool", Inputs: []string{x}, Outputs: []string{"mean"}},
		onnx.Node{Op: "Slice", Inputs: []string{x, "zeros", "ones", "axes"}, Outputs: []string{"corner"}},
		onnx.Node{Op: "Concat", Inputs: []string{"mean", "corner"}, Outputs: []string{"both"}, Attributes: []onnx.Attribute{onnx.IntAttr("axis", 1)}},
		onnx.Node{Op: "Flatten", Inputs: []string{"both"}, Outputs: []string{"y"}})
	two := func(name string, a, b int64) onnx.Tensor { return onnx.Int64s(name, []int64{2}, []int64{a, b}) }
	return &onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: 13}}, Graph: onnx.Graph{
		Nodes: nodes, Inputs: []onnx.Value{{Name: "x", Type: kind, Dims: dims}}, Outputs: []onnx.Value{{Name: "y", Type: onnx.Float}},
		Initializers: []onnx.Tensor{two("zeros", 0, 0), two("ones", 1, 1), two("axes", 2, 3), onnx.Floats("half", nil, []float32{0.5})},
	}}
}

func save(t *testing.T, m *onnx.Model) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "e.onnx")
	if err := os.WriteFile(path, m.Marshal(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, m *onnx.Model, wish encoder.Wish) *encoder.Encoder {
	t.Helper()
	e, err := encoder.Open(save(t, m), wish)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The numbers that a network gets are those that its preparation says, in every layout and order.
func TestPreparation(t *testing.T) {
	picture := pix.New(8, 8)
	for i := range 64 {
		copy(picture.Pix[3*i:], []byte{10, 100, 200})
	}
	copy(picture.Pix, []byte{20, 0, 255})
	x := make([]float32, 192)
	picture.Floats(x)
	for _, last := range []bool{false, true} {
		for _, c := range []struct {
			kind onnx.DataType
			wish encoder.Wish
			want [6]float64 // the means, then the corner
		}{
			{onnx.Float, encoder.Wish{}, [6]float64{-0.459, -0.114, 0.288, (20 - 127.5) / 255, -0.5, 0.5}},
			{onnx.Uint8, encoder.Wish{}, [6]float64{10.156, 98.438, 200.859, 20, 0, 255}},
			{onnx.Float, encoder.Wish{Mean: []float32{1}, Scale: []float32{2}, Channels: "bgr"}, [6]float64{99.930, 48.719, 4.578, 127, -0.5, 9.5}},
			{onnx.Float, encoder.Wish{Mean: []float32{1, 2, 3}, Scale: []float32{1, 2, 4}}, [6]float64{9.156, 48.219, 49.465, 19, -1, 63}},
		} {
			e := open(t, network(8, 8, c.kind, last), c.wish)
			codes, err := e.Encode(t.Context(), append(append([]float32(nil), x...), x...))
			if err != nil || len(codes) != 12 || e.CodeLength() != 6 {
				t.Fatalf("%d numbers, %v", len(codes), err)
			}
			for i, v := range codes {
				if math.Abs(float64(v)-c.want[i%6]) > 2e-3 {
					t.Errorf("%+v, last %v: %v, want %v", c.wish, last, codes, c.want)
					break
				}
			}
		}
	}
}

// What nobody says is guessed as is usual, and said.
func TestGuess(t *testing.T) {
	sub := onnx.Node{Op: "Sub", Inputs: []string{"x", "half"}, Outputs: []string{"s"}}
	for _, c := range []struct {
		m    *onnx.Model
		wish encoder.Wish
		want encoder.Spec
		says string
	}{
		{network(112, 112, onnx.Float, false), encoder.Wish{}, encoder.Spec{W: 112, H: 112, Template: encoder.ArcFace, Mean: [3]float32{127.5, 127.5, 127.5}, Scale: [3]float32{127.5, 127.5, 127.5}}, "cut as arcface, channels rgb, (value - 127.5) / 127.5"},
		{network(112, 112, onnx.Float, false, sub), encoder.Wish{Template: "square"}, encoder.Spec{W: 112, H: 112, Template: encoder.Square, Scale: [3]float32{1, 1, 1}}, "(value - 0) / 1 for the network begins with a normalisation"},
		{network(224, 224, onnx.Float, true), encoder.Wish{}, encoder.Spec{W: 224, H: 224, Template: encoder.Square, Mean: [3]float32{123.675, 116.28, 103.53}, Scale: [3]float32{58.395, 57.12, 57.375}}, "58.395"},
		{network(0, 0, onnx.Float, false), encoder.Wish{W: 40, H: 48}, encoder.Spec{W: 40, H: 48, Template: encoder.Square, Mean: [3]float32{127.5, 127.5, 127.5}, Scale: [3]float32{255, 255, 255}}, "cut as square"},
	} {
		e := open(t, c.m, c.wish)
		got := e.Spec
		if got.W != c.want.W || got.H != c.want.H || got.Template != c.want.Template || got.Mean != c.want.Mean || got.Scale != c.want.Scale || got.Channels != encoder.RGB {
			t.Errorf("%+v, want %+v", got, c.want)
		}
		if !strings.Contains(e.Guessed, c.says) {
			t.Errorf("it says %q, want %q", e.Guessed, c.says)
		}
	}
}

// A file and its preparation name an encoder; what an index keeps opens it again.
func TestFingerprint(t *testing.T) {
	path := save(t, network(8, 8, onnx.Float, false))
	a, err := encoder.Open(path, encoder.Wish{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := encoder.Open(path, encoder.Wish{Mean: []float32{3}})
	if err != nil {
		t.Fatal(err)
	}
	again, err := encoder.OpenAs(path, b.Text())
	if err != nil || again.Fingerprint() != b.Fingerprint() || again.Fingerprint() == a.Fingerprint() {
		t.Errorf("fingerprints %s, %s and %s, %v", a.Fingerprint(), b.Fingerprint(), again.Fingerprint(), err)
	}
	if _, err := encoder.OpenAs(save(t, network(8, 8, onnx.Float, true)), b.Text()); err == nil || !strings.Contains(err.Error(), "another file") {
		t.Errorf("another file: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	constant := network(8, 8, onnx.Float, false)
	zero := onnx.Node{Op: "Mul", Inputs: []string{"both", "nothing"}, Outputs: []string{"z"}}
	constant.Graph.Initializers = append(constant.Graph.Initializers, onnx.Floats("nothing", nil, []float32{0}))
	constant.Graph.Nodes = append(constant.Graph.Nodes[:3:3], zero, onnx.Node{Op: "Flatten", Inputs: []string{"z"}, Outputs: []string{"y"}})
	root := network(8, 8, onnx.Float, false)
	root.Graph.Nodes = append(root.Graph.Nodes[:3:3], onnx.Node{Op: "Log", Inputs: []string{"both"}, Outputs: []string{"z"}}, onnx.Node{Op: "Flatten", Inputs: []string{"z"}, Outputs: []string{"y"}})
	for want, c := range map[string]struct {
		m    *onnx.Model
		wish encoder.Wish
	}{
		"the same code for two different pictures":  {constant, encoder.Wish{}},
		"gives NaN as number":                       {root, encoder.Wish{}},
		"leaves the size of its pictures free":      {network(0, 0, onnx.Float, false), encoder.Wish{}},
		"the network takes pictures of [3 8 8]":     {network(8, 8, onnx.Float, false), encoder.Wish{W: 9, H: 9}},
		"2 numbers, expected one, or three":         {network(8, 8, onnx.Float, false), encoder.Wish{Mean: []float32{1, 2}}},
		"a scale of [0 0 0]":                        {network(8, 8, onnx.Float, false), encoder.Wish{Scale: []float32{0}}},
		`the channels "cmyk"`:                       {network(8, 8, onnx.Float, false), encoder.Wish{Channels: "cmyk"}},
		`the template "oval"`:                       {network(8, 8, onnx.Float, false), encoder.Wish{Template: "oval"}},
		"is for squares, not for 8x9":               {network(9, 8, onnx.Float, false), encoder.Wish{Template: "arcface"}},
		"both sides must be from 1 to 512":          {network(600, 600, onnx.Float, false), encoder.Wish{}},
		`the graph has no output "embedding", but `: {network(8, 8, onnx.Float, false), encoder.Wish{Output: "embedding"}},
	} {
		if _, err := encoder.Open(save(t, c.m), c.wish); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "e.onnx") {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Of a network that runs, what is doubtful is said.
func TestNotes(t *testing.T) {
	two := network(8, 8, onnx.Float, false)
	two.Graph.Outputs = append(two.Graph.Outputs, onnx.Value{Name: "mean", Type: onnx.Float})
	whole := network(8, 8, onnx.Float, false)
	whole.Graph.Nodes = []onnx.Node{{Op: "Neg", Inputs: []string{"x"}, Outputs: []string{"y"}}}
	for _, c := range []struct {
		m       *onnx.Model
		wish    encoder.Wish
		says    string
		warning bool
	}{
		{network(8, 8, onnx.Float, false), encoder.Wish{}, "", false},
		{two, encoder.Wish{}, `has 2 outputs: the first, "y", is taken for the code, not "mean"`, false},
		{two, encoder.Wish{Output: "y"}, "", false},
		{whole, encoder.Wish{}, "gives 192 numbers for a picture of 192: it seems to be a whole autoencoder", true},
	} {
		e := open(t, c.m, c.wish)
		switch {
		case c.says == "":
			if len(e.Notes) > 0 {
				t.Errorf("%+v", e.Notes)
			}
		case len(e.Notes) != 1 || !strings.Contains(e.Notes[0].Text, c.says) || e.Notes[0].Warning != c.warning:
			t.Errorf("%+v, want %q", e.Notes, c.says)
		}
	}
}

// Networks that take no pictures are told by what they take.
func TestNoPictures(t *testing.T) {
	for want, inputs := range map[string][]onnx.Value{
		"it seems to be a decoder, which takes codes":       {{Name: "code", Type: onnx.Float, Dims: onnx.Fixed(1, 4)}},
		`the network has 2 inputs, ["x" "y"], expected one`: {{Name: "x", Type: onnx.Float, Dims: onnx.Fixed(1, 3, 8, 8)}, {Name: "y", Type: onnx.Float}},
		"does not say its dimensions":                       {{Name: "x", Type: onnx.Float}},
		"has 3 dimensions, expected the 4 of pictures":      {{Name: "x", Type: onnx.Float, Dims: onnx.Fixed(3, 8, 8)}},
	} {
		m := network(8, 8, onnx.Float, false)
		m.Graph.Inputs = inputs
		if _, err := encoder.Open(save(t, m), encoder.Wish{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
