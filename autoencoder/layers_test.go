package autoencoder_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
	"likeness/safetensors"
)

// foreign is a model of layers that no architecture here has, as another program may
// write it.
func foreign(t testing.TB) *autoencoder.Model {
	t.Helper()
	encoder, err := nn.New("encoder", nn.Shape{4, 6, 3},
		nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 3, Kernel: 3, Activation: nn.ELU}}}, nn.MaxPooling2D{}, nn.Flatten{}, nn.Dense{Units: 5, Activation: nn.ELU})
	if err != nil {
		t.Fatal(err)
	}
	decoder, err := nn.New("decoder", nn.Shape{5}, nn.Dense{Units: 12}, nn.Reshape{Shape: nn.Shape{2, 3, 2}}, nn.Conv2DTranspose{Filters: 3, Kernel: 2, Stride: 2})
	if err != nil {
		t.Fatal(err)
	}
	encoder.Init(1)
	decoder.Init(2)
	return &autoencoder.Model{Arch: "small", Code: 5, Prep: pix.Prep{W: 6, H: 4}, Encoder: encoder, Decoder: decoder}
}

// A file whose architecture is unknown opens by its layers, gives the same answers, and
// is written again as it was.
func TestUnknownArchitecture(t *testing.T) {
	m := foreign(t)
	path := filepath.Join(t.TempDir(), "small.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	opened, err := autoencoder.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 3*m.Values())
	for i := range x {
		x[i] = float32(i%11)/11 - 0.5
	}
	if !slices.Equal(must(opened.Reconstruct(t.Context(), x)), must(m.Reconstruct(t.Context(), x))) {
		t.Error("the opened model gives other pictures")
	}
	if opened.Arch != "small" || opened.Code != 5 {
		t.Errorf("architecture %q, code %d", opened.Arch, opened.Code)
	}
	again := filepath.Join(t.TempDir(), "again.safetensors")
	if err := opened.Save(again); err != nil {
		t.Fatal(err)
	}
	reopened, err := autoencoder.Open(again)
	if err != nil {
		t.Fatal(err)
	}
	if reopened.Fingerprint() != opened.Fingerprint() {
		t.Error("written again it has another fingerprint")
	}
	if _, err := autoencoder.New("small", m.Prep, 5, 1); err == nil {
		t.Error("New makes an architecture that it does not know")
	}
}

// The layers decide, not the name: the same weights in other layers make another model,
// and a model whose layers are its architecture's has the fingerprint that it always had.
func TestFingerprintKnowsLayers(t *testing.T) {
	for _, arch := range autoencoder.Architectures() {
		m := newModel(t, arch, 16, 16, 4)
		opened := reopen(t, m, func(*safetensors.File) {})
		if opened.Fingerprint() != m.Fingerprint() {
			t.Errorf("%s: opened it has another fingerprint", arch)
		}
	}
	m := newModel(t, "conv", 16, 16, 4)
	linear := reopen(t, m, func(f *safetensors.File) {
		f.Metadata["layers"] = strings.Replace(f.Metadata["layers"], `,"activation":"elu"`, "", 1)
	})
	if linear.Fingerprint() == m.Fingerprint() {
		t.Error("without an activation it has the same fingerprint")
	}
	x := make([]float32, m.Values())
	for i := range x {
		x[i] = float32(i%5)/5 - 0.5
	}
	if slices.Equal(must(linear.Reconstruct(t.Context(), x)), must(m.Reconstruct(t.Context(), x))) {
		t.Error("without an activation it gives the same pictures")
	}
}

// Files of older versions, whose tables are names and shapes or missing, open by their
// architecture.
func TestOldTables(t *testing.T) {
	for _, arch := range autoencoder.Architectures() {
		m := newModel(t, arch, 16, 16, 4)
		for what, old := range map[string]func(f *safetensors.File){
			"without a table": func(f *safetensors.File) { delete(f.Metadata, "layers") },
			"with names and shapes": func(f *safetensors.File) {
				tables := map[string][]nn.LayerInfo{}
				for _, n := range m.Networks() {
					for _, row := range n.LayerTable() {
						tables[n.Name] = append(tables[n.Name], nn.LayerInfo{Name: row.Name, Kind: row.Kind, Output: row.Output, Params: row.Params})
					}
				}
				text, err := json.Marshal(tables)
				if err != nil {
					t.Fatal(err)
				}
				f.Metadata["layers"] = string(text)
			},
		} {
			if got := reopen(t, m, old); got.Fingerprint() != m.Fingerprint() || got.Summary() != m.Summary() {
				t.Errorf("%s, %s: another model", arch, what)
			}
		}
	}
}

// A file whose layers do not fit gets an error that says where.
func TestLayersThatDoNotFit(t *testing.T) {
	for want, change := range map[string]func(f *safetensors.File){
		"metadata layers": replaceLayers(`"encoder"`, `encoder`),
		`layer "conv" of the encoder: expected name "conv2d"`: replaceLayers(`"name":"conv2d"`, `"name":"conv"`),
		`has no tensor "encoder/conv2d_1/kernel"`:             replaceLayers(`"name":"max_pooling2d","kind":"MaxPooling2D","output_shape":[2,3,3],"params":0`, `"name":"conv2d_1","kind":"Conv2D","output_shape":[2,3,3],"params":12,"kernel":1,"stride":2`),
		"unknown architecture":                                replaceLayers(`"kernel":3`, `"kernel":0`), // as of an older version
		"unknown architecture \"small\"":                      func(f *safetensors.File) { delete(f.Metadata, "layers") },
		"a code of -1 numbers":                                func(f *safetensors.File) { f.Metadata["code"] = "-1" },
		`layer "dense" of the decoder has 60 weights`:         func(f *safetensors.File) { f.Metadata["code"] = "4" },
		"image size 600x4":                                    func(f *safetensors.File) { f.Metadata["prep"] = `{"w":600,"h":4,"dx":0,"dy":0}` },
		"the encoder gives (None, 4, 6, 3), expect":           func(f *safetensors.File) { f.Metadata["layers"] = `{"encoder":[],"decoder":[]}` },
		"Reshape cannot make": func(f *safetensors.File) {
			f.Metadata["layers"] = strings.Replace(f.Metadata["layers"], "[2,3,2]", "[2,2,2]", 1)
		},
	} {
		f, err := foreign(t).File()
		if err != nil {
			t.Fatal(err)
		}
		change(f)
		if _, err := autoencoder.FromFile(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	denoiser, err := autoencoder.New(autoencoder.Residual, pix.Prep{W: 8, H: 8}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	f, err := denoiser.File()
	if err != nil {
		t.Fatal(err)
	}
	f.Metadata["layers"] = strings.Replace(f.Metadata["layers"], `,"activation":"elu"`, "", 1)
	if _, err := autoencoder.FromFile(f); err == nil || !strings.Contains(err.Error(), "not the layers of a denoiser") {
		t.Errorf("a denoiser of other layers: error %v", err)
	}
}

func replaceLayers(old, with string) func(f *safetensors.File) {
	return func(f *safetensors.File) {
		f.Metadata["layers"] = strings.Replace(f.Metadata["layers"], old, with, 1)
	}
}

// reopen writes a model, changes the file and opens it again.
func reopen(t *testing.T, m *autoencoder.Model, change func(*safetensors.File)) *autoencoder.Model {
	t.Helper()
	f, err := m.File()
	if err != nil {
		t.Fatal(err)
	}
	change(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	read, err := safetensors.Read(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	opened, err := autoencoder.FromFile(read)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}
