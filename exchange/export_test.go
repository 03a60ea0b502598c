package exchange_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/exchange"
	"likeness/onnx"
	"likeness/onnx/export"
	"likeness/pix"
	"likeness/safetensors"
)

// saved returns the path of a model file in a folder of its own.
func saved(t *testing.T, change func(m *autoencoder.Model)) string {
	t.Helper()
	m, err := autoencoder.New("pca", pix.Prep{W: 16, H: 16, Auto: true}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(m)
	}
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := m.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// What Export says it wrote is there, and opens.
func TestExport(t *testing.T) {
	model := saved(t, nil)
	out := filepath.Join(t.TempDir(), "given")
	r, err := exchange.Export(t.Context(), exchange.ExportOptions{Model: model, Format: exchange.ONNX, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range r.Files {
		names = append(names, filepath.Base(f.Path))
		info, err := os.Stat(f.Path)
		if err != nil || info.Size() != int64(f.Bytes) {
			t.Errorf("%s: %v, %v", f.Path, info, err)
		}
		if filepath.Ext(f.Path) != ".onnx" {
			continue
		}
		g, err := onnx.Open(f.Path)
		if err != nil {
			t.Fatal(err)
		}
		if len(g.Graph.Inputs) != len(f.Inputs) || g.Graph.Inputs[0].Name != f.Inputs[0].Name || f.Inputs[0].Shape[0] != "N" {
			t.Errorf("%s: inputs %v, told %v", f.Path, g.Graph.Inputs, f.Inputs)
		}
	}
	if want := []string{"given.encoder.onnx", "given.decoder.onnx", "given.onnx", "given.md"}; !slices.Equal(names, want) {
		t.Errorf("%q, expected %q", names, want)
	}
	if r.Architecture != "pca" || len(r.Fingerprint) != 16 {
		t.Errorf("%+v", r)
	}
}

// Files of other kinds stay as they are, and so does everything else then.
func TestExportReplacesItsOwnKindAlone(t *testing.T) {
	model := saved(t, nil)
	for _, format := range exchange.Formats() {
		t.Run(string(format), func(t *testing.T) {
			options := exchange.ExportOptions{Model: model, Format: format, Out: filepath.Join(t.TempDir(), "m")}
			first, err := exchange.Export(t.Context(), options)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := exchange.Export(t.Context(), options); err != nil {
				t.Errorf("a second time: %v", err)
			}
			for _, f := range first.Files {
				text := []byte("Buy bread.\n")
				before, err := os.ReadFile(f.Path)
				if err != nil {
					t.Fatal(err)
				}
				for _, other := range first.Files { // to see whether they are written
					if err := os.Remove(other.Path); err != nil {
						t.Fatal(err)
					}
				}
				if err := os.WriteFile(f.Path, text, 0o666); err != nil {
					t.Fatal(err)
				}
				_, err = exchange.Export(t.Context(), options)
				if err == nil || !strings.Contains(err.Error(), f.Path) || !strings.Contains(err.Error(), "is not replaced") {
					t.Errorf("%s: %v", f.Path, err)
				}
				if now, err := os.ReadFile(f.Path); err != nil || string(now) != string(text) {
					t.Errorf("%s was replaced: %v", f.Path, err)
				}
				for _, other := range first.Files {
					if _, err := os.Stat(other.Path); other.Path != f.Path && !errors.Is(err, os.ErrNotExist) {
						t.Errorf("%s was written though %s stayed", other.Path, f.Path)
					}
				}
				if err := os.WriteFile(f.Path, before, 0o666); err != nil {
					t.Fatal(err)
				}
				if _, err := exchange.Export(t.Context(), options); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// Files of the same format that another program wrote may be all that is left of a training.
func TestExportReplacesNoFilesOfOthers(t *testing.T) {
	model, folder := saved(t, nil), t.TempDir()
	graph := (&onnx.Model{IR: 8, Producer: "pytorch", Graph: onnx.Graph{Name: "theirs"}}).Marshal()
	var state bytes.Buffer
	theirs := &safetensors.File{Metadata: map[string]string{"format": "pt"}, Tensors: []safetensors.Tensor{safetensors.FromFloats("fc.weight", []int{1}, []float32{1})}}
	if err := theirs.Write(&state); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		format exchange.Format
		name   string
		data   []byte
	}{{exchange.ONNX, "m.onnx", graph}, {exchange.PyTorch, "m.torch.safetensors", state.Bytes()}} {
		path := filepath.Join(folder, c.name)
		if err := os.WriteFile(path, c.data, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := exchange.Export(t.Context(), exchange.ExportOptions{Model: model, Format: c.format, Out: filepath.Join(folder, "m")})
		if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "of this program and is not replaced") {
			t.Errorf("%s: %v", c.name, err)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, c.data) {
			t.Errorf("%s was replaced: %v", c.name, err)
		}
	}
}

func TestExportErrors(t *testing.T) {
	model := saved(t, nil)
	index := filepath.Join(t.TempDir(), "i.safetensors")
	if err := (&safetensors.File{Metadata: map[string]string{"format": "likeness index 1"}}).Save(index); err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]exchange.ExportOptions{
		`format "tflite": expected onnx`: {Model: model, Format: "tflite"},
		"detector is a detector":         {Model: "detector", Format: exchange.ONNX},
		"is an index":                    {Model: index, Format: exchange.ONNX},
		`part "head"`:                    {Model: model, Format: exchange.ONNX, Part: "head"},
		"nothing.safetensors":            {Model: "nothing.safetensors", Format: exchange.ONNX},
	} {
		o.Out = filepath.Join(t.TempDir(), "m")
		if _, err := exchange.Export(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}

// A card tells of what earlier exports of the model have left beside it, and of no other model's files.
func TestCardOfSeveralFormats(t *testing.T) {
	model, other := saved(t, nil), saved(t, func(m *autoencoder.Model) { m.Prep.Auto = false })
	folder := t.TempDir()
	give := func(model string, format exchange.Format, part export.Part, name string) {
		t.Helper()
		o := exchange.ExportOptions{Model: model, Format: format, Part: part, Out: filepath.Join(folder, name)}
		if format == exchange.ONNX {
			o.Pixels, o.Layout = true, export.NCHW
		}
		if _, err := exchange.Export(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	give(model, exchange.ONNX, export.Encoder, "m")
	give(other, exchange.ONNX, export.Decoder, "m")
	give(model, exchange.PyTorch, "", "m")
	give(model, exchange.Keras, "", "m")
	give(model, exchange.Card, "", "m")
	text, err := os.ReadFile(filepath.Join(folder, "m.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| `m.encoder.onnx` | the encoder: pictures to codes |", "numpy.uint8).transpose(2, 0, 1)[None]", "| `m.torch.safetensors` |", "import m\n", "| `m.encoder.h5` |",
		"\n- onnx\n- pytorch\n- keras\n", "likeness reconstruct m.safetensors",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "m.decoder.onnx") {
		t.Error("the card tells of another model's file")
	}
}

// Of one part the name may be whole.
func TestExportOneFile(t *testing.T) {
	out := filepath.Join(t.TempDir(), "enc.onnx")
	r, err := exchange.Export(t.Context(), exchange.ExportOptions{Model: saved(t, nil), Format: exchange.ONNX, Part: export.Encoder, Out: out})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Files) != 2 || r.Files[0].Path != out || filepath.Base(r.Files[1].Path) != "enc.md" {
		t.Errorf("%+v", r.Files)
	}
}
