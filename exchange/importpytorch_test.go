package exchange_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/exchange"
	"likeness/models"
	"likeness/nn"
	"likeness/pytorch"
	"likeness/recipe"
	"likeness/safetensors"
)

// stateDict writes the state dict of a model as another program would: with numbered layers, without a word about them, and with
// flattened values channels first.
func stateDict(t *testing.T, m *autoencoder.Model) string {
	t.Helper()
	own, err := pytorch.State(m)
	if err != nil {
		t.Fatal(err)
	}
	f := &safetensors.File{Metadata: map[string]string{"format": "pt"}}
	for _, n := range m.Networks() {
		i := 0
		for _, row := range n.LayerTable() {
			if row.Params == 0 {
				continue
			}
			for _, kind := range []string{".weight", ".bias"} {
				x := own.Tensors[slices.IndexFunc(own.Tensors, func(t safetensors.Tensor) bool { return t.Name == n.Name+"."+row.Name+kind })]
				values, err := x.Floats()
				if err != nil {
					t.Fatal(err)
				}
				values = slices.Clone(values)
				if row.Kind == "Dense" {
					deepest := deepest(n, m.Encoder)
					pixels, channels := deepest[0]*deepest[1], deepest[2]
					switch {
					case n == m.Encoder && kind == ".weight":
						values, _ = nn.Permute(values, []int{m.Code, pixels, channels}, []int{0, 2, 1})
					case n == m.Decoder:
						values, _ = nn.Permute(values, []int{pixels, channels, len(values) / pixels / channels}, []int{1, 0, 2})
					}
				}
				f.Tensors = append(f.Tensors, safetensors.FromFloats(n.Name+"."+string(rune('0'+i))+kind, x.Shape, values))
			}
			i++
		}
	}
	path := filepath.Join(t.TempDir(), "net.safetensors")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// deepest returns the shape that a network flattens, or makes of a flat list.
func deepest(n, encoder *nn.Network) nn.Shape {
	rows := n.LayerTable()
	at := slices.IndexFunc(rows, func(r nn.LayerInfo) bool { return r.Kind == "Flatten" || r.Kind == "Reshape" })
	if n == encoder {
		at--
	}
	return rows[at].Output
}

// What a state dict does not say is found out by faces: a model that knows them comes back as itself.
func TestImportPyTorchChooses(t *testing.T) {
	conv, _ := recipe.Named("conv")
	o := conv.Options()
	o.Data, o.Code, o.Epochs, o.Prep.W, o.Prep.H = dataset.Drawn(60, 4), 16, 6, 16, 16
	o.Out = filepath.Join(t.TempDir(), "conv.safetensors")
	job, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	trained, err := job.Run(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m := trained.Model
	path := stateDict(t, m)
	r, err := exchange.Import(t.Context(), exchange.ImportOptions{Files: []string{path}, Out: filepath.Join(t.TempDir(), "back.safetensors")})
	if err != nil {
		t.Fatal(err)
	}
	back, err := autoencoder.Open(r.Model)
	if err != nil {
		t.Fatal(err)
	}
	if r.Architecture != "conv" || !slices.Equal(back.Encoder.Weights(), m.Encoder.Weights()) || !slices.Equal(back.Decoder.Weights(), m.Decoder.Weights()) {
		t.Errorf("architecture %s, notes %+v", r.Architecture, r.Notes)
	}
	if last := r.Notes[len(r.Notes)-1].Text; !strings.Contains(last, "elu behind convolutions, elu behind the code") || !strings.Contains(last, "2x2 pooling, Keras's 'same' padding, pixels of -0.5..0.5") {
		t.Errorf("%s", last)
	}

	// What is said is not tried.
	said := exchange.ImportOptions{Files: []string{path}, Out: filepath.Join(t.TempDir(), "said.safetensors"), Activation: "relu", CodeActivation: "linear", DenseActivation: "linear",
		OutputActivation: "sigmoid", Padding: pytorch.TorchPadding, Down: exchange.Strides, Pixels: exchange.Unit}
	if r, err = exchange.Import(t.Context(), said); err != nil {
		t.Fatal(err)
	}
	if e := r.Encoder; e[1].Kind != "Conv2D" || e[1].Activation != nn.ReLU || e[1].Stride != 2 || e[1].Kernel != 4 || e[len(e)-1].Activation != nn.Linear || r.Decoder[len(r.Decoder)-2].Activation != nn.Sigmoid {
		t.Errorf("%+v\n%+v", r.Encoder, r.Decoder)
	}
}

func TestImportPyTorchErrors(t *testing.T) {
	own, err := exchange.Export(t.Context(), exchange.ExportOptions{Model: saved(t, nil), Format: exchange.PyTorch, Out: filepath.Join(t.TempDir(), "m")})
	if err != nil {
		t.Fatal(err)
	}
	m, err := autoencoder.Open(models.Conv)
	if err != nil {
		t.Fatal(err)
	}
	theirs, nothing := stateDict(t, m), filepath.Join(t.TempDir(), "nothing.safetensors")
	if err := (&safetensors.File{Metadata: map[string]string{"format": "likeness "}}).Save(nothing); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]exchange.ImportOptions{
		"its functions and paddings are known": {Files: []string{own.Files[1].Path}, Padding: pytorch.SamePadding},
		`down "left": expected`:                {Files: []string{theirs}, Down: "left"},
		`padding "valid": expected`:            {Files: []string{theirs}, Padding: "valid"},
		`unknown activation "swish"`:           {Files: []string{theirs}, Activation: "swish"},
		"is a file of this program":            {Files: []string{nothing}},
		"whole models of Keras alone":          {Files: []string{theirs}, CodeLayer: "x"},
	} {
		o.Out = filepath.Join(t.TempDir(), "out.safetensors")
		if _, err := exchange.Import(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
