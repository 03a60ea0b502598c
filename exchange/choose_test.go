package exchange_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/exchange"
	"likeness/faces/drawn"
	"likeness/nn"
	"likeness/pix"
)

// trainedAs returns a small autoencoder with these functions that has learned drawn faces: others than those that choices are tried on.
func trainedAs(t *testing.T, hidden, code, dense, output nn.Activation, pixels float32) *autoencoder.Model {
	t.Helper()
	const side, batch = 16, 16
	prep := pix.Prep{W: side, H: side, Auto: true}
	size := side * side * 3
	var x []float32
	err := drawn.Each(t.Context(), drawn.Options{People: 160, PerPerson: 1, Seed: 77}, nil, func(_ string, jpeg []byte) error {
		p, _, _, err := prep.Decode(jpeg)
		if err != nil {
			return err
		}
		x = append(x, make([]float32, size)...)
		p.Floats(x[len(x)-size:])
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range x {
		x[i] *= pixels
	}
	m := &autoencoder.Model{Arch: "pytorch", Code: 24, Prep: prep}
	network := func(name string, in nn.Shape, layers ...nn.Layer) *nn.Network {
		n, err := nn.New(name, in, layers...)
		if err != nil {
			t.Fatal(err)
		}
		n.Init(5)
		return n
	}
	m.Encoder = network("encoder", nn.Shape{side, side, 3}, nn.Conv2D{Filters: 12, Kernel: 3, Activation: hidden}, nn.MaxPooling2D{}, nn.Conv2D{Filters: 16, Kernel: 3, Activation: hidden}, nn.MaxPooling2D{},
		nn.Flatten{}, nn.Dense{Units: m.Code, Activation: code})
	// Strided filters of 4 rows are padded alike by PyTorch and by Keras.
	m.Decoder = network("decoder", nn.Shape{m.Code}, nn.Dense{Units: 16 * 16, Activation: dense}, nn.Reshape{Shape: nn.Shape{4, 4, 16}},
		nn.Conv2DTranspose{Filters: 12, Kernel: 4, Stride: 2, Activation: hidden}, nn.Conv2DTranspose{Filters: 3, Kernel: 4, Stride: 2, Activation: output})
	step, err := nn.NewStep(nn.Options{Batch: batch}, m.Encoder, m.Decoder)
	if err != nil {
		t.Fatal(err)
	}
	for epoch := range 25 {
		for i := 0; i < len(x); i += batch * size {
			b := x[i:min(i+batch*size, len(x))]
			step.Do(b, b, 0.003/(1+float64(epoch)/10))
		}
	}
	return m
}

// The functions of ordinary networks are found, all at once or where some are said.
func TestImportPyTorchFinds(t *testing.T) {
	for _, c := range []struct {
		hidden, code, dense, output nn.Activation
		pixels                      float32 // times ours
		which                       exchange.Pixels
		said                        exchange.ImportOptions
	}{
		{hidden: nn.ReLU, code: nn.Linear, dense: nn.ReLU, output: nn.Linear, pixels: 1, which: exchange.OwnPixels},
		{hidden: nn.ReLU, code: nn.Linear, dense: nn.ReLU, output: nn.Linear, pixels: 1, which: exchange.OwnPixels, said: exchange.ImportOptions{Activation: "relu", CodeActivation: "linear"}},
		{hidden: nn.Tanh, code: nn.Tanh, dense: nn.Linear, output: nn.Linear, pixels: 1, which: exchange.OwnPixels},
		{hidden: nn.LeakyReLU(0.2), code: nn.Linear, dense: nn.Linear, output: nn.Tanh, pixels: 2, which: exchange.Signed},
		{hidden: nn.LeakyReLU(0.2), code: nn.Linear, dense: nn.Linear, output: nn.Tanh, pixels: 2, which: exchange.Signed, said: exchange.ImportOptions{Activation: "leaky_relu"}},
	} {
		t.Run(fmt.Sprint(c.hidden, c.code, c.dense, c.output, c.said.Activation), func(t *testing.T) {
			t.Parallel()
			m := trainedAs(t, c.hidden, c.code, c.dense, c.output, c.pixels)
			o := c.said
			o.Files, o.Out = []string{stateDict(t, m)}, filepath.Join(t.TempDir(), "found.safetensors")
			r, err := exchange.Import(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			back, err := autoencoder.Open(r.Model)
			if err != nil {
				t.Fatal(err)
			}
			plain := func(rows []nn.LayerInfo) []nn.LayerInfo {
				return slices.DeleteFunc(rows, func(r nn.LayerInfo) bool { return r.Kind == "Rescaling" })
			}
			if !slices.EqualFunc(plain(back.Encoder.LayerTable()), m.Encoder.LayerTable(), nn.LayerInfo.Equal) || !slices.EqualFunc(plain(back.Decoder.LayerTable()), m.Decoder.LayerTable(), nn.LayerInfo.Equal) || r.Pixels != c.which {
				t.Errorf("pixels %s, %+v", r.Pixels, r.Notes)
			}
			for _, n := range r.Notes {
				if n.Warning {
					t.Error(n.Text)
				}
			}
			if text := r.Notes[len(r.Notes)-1].Text; !strings.Contains(text, "combinations were tried on ") {
				t.Error(text)
			}
		})
	}
}
