package exchange_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/exchange"
	"likeness/nn"
	"likeness/pix"
)

// kerasFile returns the path of a file of keras/testdata/make.py.
func kerasFile(name string) string { return filepath.Join("..", "keras", "testdata", name) }

// said are options that leave nothing open, so that nothing has to be tried.
var said = exchange.ImportOptions{Activation: "elu", CodeActivation: "elu", DenseActivation: "linear", Pixels: exchange.OwnPixels}

// imported imports files of Keras and opens the model.
func imported(t *testing.T, o exchange.ImportOptions, names ...string) (*autoencoder.Model, *exchange.Imported) {
	t.Helper()
	for _, name := range names {
		o.Files = append(o.Files, kerasFile(name))
	}
	o.Out = filepath.Join(t.TempDir(), "model.safetensors")
	r, err := exchange.Import(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	m, err := autoencoder.Open(o.Out)
	if err != nil {
		t.Fatal(err)
	}
	if m.Fingerprint() != r.Fingerprint {
		t.Errorf("%q: the file's fingerprint is %s, the result says %s", names, m.Fingerprint(), r.Fingerprint)
	}
	return m, r
}

// The exercise's files become a model with their very weights, in either order.
func TestImportTutorial(t *testing.T) {
	for i, names := range [][]string{{"encoder.h5", "decoder.h5"}, {"decoder.weights.h5", "encoder.weights.h5"}, {"decoder-2.15.h5", "encoder-2.13.weights.h5"}} {
		o := said
		if i == 0 {
			o = exchange.ImportOptions{} // these weights know no faces, so the usual choice stays
		}
		m, r := imported(t, o, names...)
		if m.Code != 8 || m.Prep != (pix.Prep{W: 16, H: 16, Auto: true}) || r.Pixels != exchange.OwnPixels {
			t.Errorf("%q: code %d, %+v, pixels %s", names, m.Code, m.Prep, r.Pixels)
		}
		for _, n := range m.Networks() {
			for k, p := range n.Params() {
				for i, v := range p.Value {
					if want := float32(math.Sin(float64(100*k+i)) / 4); v != want {
						t.Fatalf("%q: %s/%s, value %d: %v, want %v", names, n.Name, p.Name, i, v, want)
					}
				}
			}
		}
	}
	// What the exercise saves after each epoch says its layers, which are the same.
	weights, _ := imported(t, said, "encoder.h5", "decoder.h5")
	whole, r := imported(t, exchange.ImportOptions{Pixels: exchange.OwnPixels}, "exercise.h5")
	if r.CodeLayer != "sequential_1/dense" || !slices.EqualFunc(whole.Encoder.LayerTable(), weights.Encoder.LayerTable(), nn.LayerInfo.Equal) ||
		!slices.EqualFunc(whole.Decoder.LayerTable(), weights.Decoder.LayerTable(), nn.LayerInfo.Equal) || !slices.Equal(whole.Encoder.Weights(), weights.Encoder.Weights()) {
		t.Errorf("the whole model, with the code of %q, has other layers:\n%s", r.CodeLayer, whole.Summary())
	}
	other, _ := imported(t, exchange.ImportOptions{Activation: "relu", CodeActivation: "linear", DenseActivation: "linear", Pixels: exchange.OwnPixels}, "encoder.h5", "decoder.h5")
	e, d := other.Encoder.LayerTable(), other.Decoder.LayerTable()
	if e[0].Activation != nn.ReLU || e[len(e)-1].Activation != nn.Linear || d[0].Activation != nn.Linear || d[2].Activation != nn.ReLU || d[len(d)-1].Activation != nn.Linear {
		t.Errorf("with other functions the layers are\n%+v\n%+v", e, d)
	}
	if m, _ := imported(t, exchange.ImportOptions{}, "pca-encoder.h5", "pca-decoder.h5"); m.Arch != "pca" {
		t.Errorf("the linear autoencoder is called %q", m.Arch)
	}
}

// A whole model gives the same pictures wherever it is taken apart, and in whichever format
// it came.
func TestImportWhole(t *testing.T) {
	x := make([]float32, 8*12*3)
	for i := range x {
		x[i] = float32(math.Sin(float64(i))) / 2
	}
	var want []float32
	for _, c := range []struct{ name, layer, code string }{
		{"own-sequential.h5", "", "code"}, {"own-old.h5", "", "code"}, {"own-sequential.keras", "", "code"}, {"own-nested.keras", "", "encoder/code"},
		{"own-sequential.h5", "conv2d_4", "conv2d_4"}, {"own-nested.keras", "encoder", "encoder/code"}, {"own-nested.keras", "flatten", "encoder/flatten"},
	} {
		m, r := imported(t, exchange.ImportOptions{CodeLayer: c.layer}, c.name)
		if r.CodeLayer != c.code || m.Arch != "keras" || r.Pixels != exchange.Unit {
			t.Errorf("%+v: code of %q, architecture %s, pixels %s", c, r.CodeLayer, m.Arch, r.Pixels)
		}
		y, err := m.Reconstruct(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		if want == nil {
			want = y
		}
		if !slices.Equal(y, want) {
			t.Errorf("%+v: another picture", c)
		}
		if slices.Min(y) < -0.5 || slices.Max(y) > 0.5 {
			t.Errorf("%+v: values from %g to %g", c, slices.Min(y), slices.Max(y))
		}
	}
}

// Pixels of other ranges are brought to the networks' range and back.
func TestImportPixels(t *testing.T) {
	plain, _ := imported(t, said, "encoder.h5", "decoder.h5")
	x := make([]float32, plain.Values())
	for i := range x {
		x[i] = float32(i%256)/255 - 0.5
	}
	for p, theirs := range map[exchange.Pixels]func(float64) float64{
		exchange.Unit:   func(v float64) float64 { return v + 0.5 },
		exchange.Signed: func(v float64) float64 { return 2 * v },
		exchange.Bytes:  func(v float64) float64 { return 255 * (v + 0.5) },
	} {
		o := said
		o.Pixels, o.Prep.Square = p, true
		m, r := imported(t, o, "encoder.h5", "decoder.h5")
		if !m.Prep.Square || m.Prep.Auto || r.Pixels != p || r.OutputPixels != p {
			t.Errorf("%s: %+v, %s, %s", p, m.Prep, r.Pixels, r.OutputPixels)
		}
		scaled := make([]float32, len(x))
		for i, v := range x {
			scaled[i] = float32(theirs(float64(v)))
		}
		codes := predict(t, plain.Encoder, scaled)
		near(t, string(p)+", codes", predict(t, m.Encoder, x), codes)
		want := predict(t, plain.Decoder, codes)
		got := predict(t, m.Decoder, codes)
		for i := range got {
			got[i] = float32(theirs(float64(got[i])))
		}
		near(t, string(p)+", pictures", got, want)
	}
}

func predict(t *testing.T, n *nn.Network, x []float32) []float32 {
	t.Helper()
	y, err := n.Predict(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

// near fails unless values differ by no more than rounding.
func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	largest := 0.0
	for _, v := range want {
		largest = max(largest, math.Abs(float64(v)))
	}
	for i := range want {
		if d := math.Abs(float64(got[i]) - float64(want[i])); !(d <= 1e-5*largest) {
			t.Fatalf("%s, value %d: %g, want %g", what, i, got[i], want[i])
		}
	}
}

// What cannot be imported is said before anything is written.
func TestImportErrors(t *testing.T) {
	for want, o := range map[string]exchange.ImportOptions{
		"3 files: expected an encoder and a decoder":                         {Files: []string{"a", "b", "c"}},
		"decoder.h5 holds a decoder alone: expected the file of its encoder": {Files: []string{kerasFile("decoder.h5")}},
		"expected an encoder and a decoder":                                  {Files: []string{kerasFile("encoder.h5"), kerasFile("pca-encoder.h5")}},
		"its input is (None, 4), expected a code of 8":                       {Files: []string{kerasFile("encoder.h5"), kerasFile("own-decoder.h5")}},
		"the input of layer \"dense\" has 7 values, expected 28: 2x2 with 7": {Files: []string{kerasFile("encoder.h5"), kerasFile("decoder.h5")}, Prep: pix.Prep{W: 32, H: 32}},
		"activation \"gelu\", expected linear, elu":                          {Files: []string{kerasFile("encoder.h5"), kerasFile("decoder.h5")}, Activation: "gelu"},
		"own-old.h5 says its layers and their functions":                     {Files: []string{kerasFile("own-old.h5")}, Activation: "relu"},
		"the layer \"conv2d_9\" is the last":                                 {Files: []string{kerasFile("own-old.h5")}, CodeLayer: "conv2d_9"},
		"is of no kind that is known: expected a network of Keras":           {Files: []string{kerasFile("make.py")}},
	} {
		o.Out = filepath.Join(t.TempDir(), "model.safetensors")
		_, err := exchange.Import(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", o.Files, err, want)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(o.Out), "*")); len(left) > 0 {
			t.Errorf("%q: %q was left", o.Files, left)
		}
	}
}

// A model that is there may be all that is left of a training.
func TestImportReplacesNoModelUnasked(t *testing.T) {
	there := saved(t, nil)
	before, err := os.ReadFile(there)
	if err != nil {
		t.Fatal(err)
	}
	o := said
	o.Files, o.Out = []string{kerasFile("encoder.h5"), kerasFile("decoder.h5")}, there
	if _, err := exchange.Import(t.Context(), o); !errors.Is(err, exchange.ErrExists) || !strings.Contains(err.Error(), there) {
		t.Errorf("%v", err)
	}
	if now, err := os.ReadFile(there); err != nil || !bytes.Equal(now, before) {
		t.Errorf("it was replaced: %v", err)
	}
	o.Fresh = true
	if _, err := exchange.Import(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "notes.safetensors")
	if err := os.WriteFile(other, []byte("something else"), 0o600); err != nil {
		t.Fatal(err)
	}
	o.Out = other
	if _, err := exchange.Import(t.Context(), o); !errors.Is(err, exchange.ErrNotReplaced) {
		t.Errorf("of something else: %v", err)
	}
}
