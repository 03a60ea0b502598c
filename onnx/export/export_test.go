package export_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/onnx"
	"likeness/onnx/export"
)

// A graph says what it takes and gives, in the versions that were meant, and comes back from its file as it was.
func TestModel(t *testing.T) {
	free := onnx.Dim{Param: "N"}
	picture := []onnx.Dim{free, {Size: side}, {Size: side}, {Size: 3}}
	plane := []onnx.Dim{free, {Size: 3}, {Size: side}, {Size: side}}
	anySize := []onnx.Dim{free, {Param: "height"}, {Param: "width"}, {Size: 3}}
	code := []onnx.Dim{free, {Size: 24}}
	noisy := made(t, autoencoder.Residual, 0)
	noisy.Level = autoencoder.UnitNoise
	for name, c := range map[string]struct {
		model   *autoencoder.Model
		opt     export.Options
		in, out []onnx.Value
	}{
		"encoder":       {made(t, "conv", 24), export.Options{Part: export.Encoder}, []onnx.Value{{Name: "picture", Type: onnx.Float, Dims: picture}}, []onnx.Value{{Name: "code", Type: onnx.Float, Dims: code}}},
		"decoder":       {made(t, "pca", 24), export.Options{Part: export.Decoder}, []onnx.Value{{Name: "code", Type: onnx.Float, Dims: code}}, []onnx.Value{{Name: "reconstruction", Type: onnx.Float, Dims: picture}}},
		"pixels":        {made(t, "conv", 24), export.Options{Pixels: true}, []onnx.Value{{Name: "picture", Type: onnx.Uint8, Dims: picture}}, []onnx.Value{{Name: "reconstruction", Type: onnx.Uint8, Dims: picture}}},
		"planes":        {made(t, "conv", 24), export.Options{Part: export.Whole, Layout: export.NCHW}, []onnx.Value{{Name: "picture", Type: onnx.Float, Dims: plane}}, []onnx.Value{{Name: "reconstruction", Type: onnx.Float, Dims: plane}}},
		"denoiser":      {noisy, export.Options{}, []onnx.Value{{Name: "picture", Type: onnx.Float, Dims: anySize}, {Name: "sigma", Type: onnx.Float, Dims: []onnx.Dim{free}}}, []onnx.Value{{Name: "reconstruction", Type: onnx.Float, Dims: anySize}}},
		"denoiser 32":   {made(t, autoencoder.Residual, 0), export.Options{FixedSize: true}, []onnx.Value{{Name: "picture", Type: onnx.Float, Dims: picture}}, []onnx.Value{{Name: "reconstruction", Type: onnx.Float, Dims: picture}}},
		"residual code": {corrected(t, made(t, "residual", 24)), export.Options{Part: export.Encoder}, []onnx.Value{{Name: "picture", Type: onnx.Float, Dims: picture}}, []onnx.Value{{Name: "code", Type: onnx.Float, Dims: code}}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := export.Model(c.model, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.in, m.Graph.Inputs); diff != "" {
				t.Errorf("inputs: %s", diff)
			}
			if diff := cmp.Diff(c.out, m.Graph.Outputs); diff != "" {
				t.Errorf("outputs: %s", diff)
			}
			if m.IR != 8 || m.Opset("") != 17 {
				t.Errorf("IR version %d, opset %d", m.IR, m.Opset(""))
			}
			back, err := onnx.Parse("file", m.Marshal())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(m.Marshal(), back.Marshal()) {
				t.Error("the file holds another graph")
			}
			again, err := export.Model(c.model, c.opt)
			if err != nil || !bytes.Equal(m.Marshal(), again.Marshal()) {
				t.Errorf("made twice, the graph has other bytes: %v", err)
			}
			checkGraph(t, back)
		})
	}
}

// checkGraph checks that every node reads what is there before it, that no name is used twice, that nothing is left to a runtime
// to pad, and that there is no control flow.
func checkGraph(t *testing.T, m *onnx.Model) {
	t.Helper()
	there := map[string]bool{}
	add := func(name string) {
		if there[name] {
			t.Errorf("the name %q is used twice", name)
		}
		there[name] = true
	}
	for _, v := range m.Graph.Inputs {
		add(v.Name)
	}
	used := map[string]bool{}
	for _, w := range m.Graph.Initializers {
		add(w.Name)
	}
	nodes := map[string]bool{}
	for _, n := range m.Graph.Nodes {
		if nodes[n.Name] {
			t.Errorf("two nodes %q", n.Name)
		}
		nodes[n.Name] = true
		for _, in := range n.Inputs {
			if !there[in] {
				t.Errorf("node %q reads %q, which is not there", n.Name, in)
			}
			used[in] = true
		}
		for _, out := range n.Outputs {
			add(out)
		}
		if _, ok := n.Attr("auto_pad"); ok || slices.Contains([]string{"If", "Loop", "Scan"}, n.Op) {
			t.Errorf("node %q: %s", n.Name, n.Op)
		}
	}
	for _, w := range m.Graph.Initializers {
		if !used[w.Name] {
			t.Errorf("nothing reads %q", w.Name)
		}
	}
	for _, v := range m.Graph.Outputs {
		if !there[v.Name] {
			t.Errorf("nothing makes the output %q", v.Name)
		}
	}
}

// The copies of the decoder that a correction runs share one set of weights, and the whole model's last copy too.
func TestCorrectionSharesWeights(t *testing.T) {
	m := made(t, "conv", 24)
	plain, err := export.Model(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for steps := 1; steps <= 3; steps++ {
		if err := m.FitCorrection(t.Context(), pictures(10, 3), steps); err != nil {
			t.Fatal(err)
		}
		g, err := export.Model(m, export.Options{})
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, n := range g.Graph.Nodes {
			count[n.Op]++
		}
		// Four ConvTranspose a decoder, and for each step four Conv back.
		if want := 4 * (1 + steps + 1); count["ConvTranspose"] != want {
			t.Errorf("%d steps: %d ConvTranspose, expected %d", steps, count["ConvTranspose"], want)
		}
		if want := 4 + 4*steps; count["Conv"] != want {
			t.Errorf("%d steps: %d Conv, expected %d", steps, count["Conv"], want)
		}
		if count["Where"] != steps || count["And"] != steps-1 {
			t.Errorf("%d steps: %d Where, %d And", steps, count["Where"], count["And"])
		}
		if more := len(g.Marshal()) - len(plain.Marshal()); more > 4*24*24+20000*steps {
			t.Errorf("%d steps: %d bytes more than without a correction", steps, more)
		}
		bare, err := export.Model(m, export.Options{Uncorrected: true})
		if err != nil {
			t.Fatal(err)
		}
		if len(bare.Graph.Nodes) != len(plain.Graph.Nodes) {
			t.Errorf("without its correction the graph has %d nodes, expected %d", len(bare.Graph.Nodes), len(plain.Graph.Nodes))
		}
	}
}

// The nodes and weights have the names of the layers, and the metadata says what the file was made of.
func TestNames(t *testing.T) {
	m := made(t, "conv", 24)
	g, err := export.Model(m, export.Options{Part: export.Encoder, License: "mit", Version: "1.2"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"encoder/conv2d/kernel", "encoder/conv2d_3/bias", "encoder/dense/kernel"} {
		if _, ok := g.Graph.Initializer(name); !ok {
			t.Errorf("no weights %q", name)
		}
	}
	if w, _ := g.Graph.Initializer("encoder/conv2d_1/kernel"); !slices.Equal(w.Dims, []int64{64, 32, 3, 3}) {
		t.Errorf("filters of shape %v", w.Dims)
	}
	if !slices.ContainsFunc(g.Graph.Nodes, func(n onnx.Node) bool { return n.Name == "encoder/max_pooling2d_1" && n.Op == "MaxPool" }) {
		t.Error("no node encoder/max_pooling2d_1")
	}
	entries := map[string]string{}
	for _, e := range g.Metadata {
		entries[e.Key] = e.Value
	}
	if entries["fingerprint"] != m.Fingerprint() || entries["license"] != "mit" || entries["part"] != "encoder" || !strings.Contains(entries["prep"], `"w":32`) {
		t.Errorf("metadata %v", entries)
	}
	if g.Producer != "likeness" || g.ProducerVersion != "1.2" {
		t.Errorf("made by %q %q", g.Producer, g.ProducerVersion)
	}
	bare, err := export.Model(m, export.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if slices.ContainsFunc(bare.Metadata, func(e onnx.Entry) bool { return e.Key == "license" }) {
		t.Error("a licence that nobody has chosen")
	}
}

func TestErrors(t *testing.T) {
	for want, c := range map[string]struct {
		model *autoencoder.Model
		opt   export.Options
	}{
		`part "head": expected`:        {made(t, "pca", 24), export.Options{Part: "head"}},
		`layout "chwn": expected`:      {made(t, "pca", 24), export.Options{Layout: "chwn"}},
		"it has no encoder of its own": {made(t, autoencoder.Residual, 0), export.Options{Part: export.Encoder}},
	} {
		if _, err := export.Model(c.model, c.opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	if _, err := export.Network(must(nn.New("n", nn.Shape{4, 4, 1}, nn.MaxPooling2D{}))(t), export.Options{}); err != nil {
		t.Error(err)
	}
}
