package exchange

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"likeness/autoencoder"
	"likeness/internal/regularfile"
	"likeness/onnx"
	"likeness/onnx/export"
	"likeness/pytorch"
)

// A card tells of all files of its model that lie beside it, also of those that an earlier export has written: else the
// last export would take the others out of it.

// besideONNX returns the graphs of a model that lie in a folder under a name.
func besideONNX(m *autoencoder.Model, folder, name string) (found []product, left []string) {
	for _, file := range []string{name + ".encoder.onnx", name + ".decoder.onnx", name + ".onnx"} {
		path := filepath.Join(folder, file)
		if _, err := os.Stat(path); err != nil {
			continue
		}
		g, err := onnx.Open(path)
		if err != nil {
			continue // it is none of ours
		}
		if o, ok := graphOptions(m, g); ok {
			found = append(found, product{
				Written: Written{Path: file, What: partInWords(m, o.Part, o), Inputs: ports(g.Graph.Inputs), Outputs: ports(g.Graph.Outputs)},
				use:     onnxUse(m, file, o.Part, o), language: "python",
			})
			left = leftOutOfONNX(m, o)
		}
	}
	return found, left
}

// graphOptions returns the options that a graph of a model was made with; ok is false for one of another model.
func graphOptions(m *autoencoder.Model, g *onnx.Model) (o ExportOptions, ok bool) {
	entries := map[string]string{}
	for _, e := range g.Metadata {
		entries[e.Key] = e.Value
	}
	in := g.Graph.Inputs
	if entries["fingerprint"] != m.Fingerprint() || len(in) == 0 || len(g.Graph.Outputs) == 0 {
		return o, false
	}
	o.Part = export.Part(entries["part"])
	if o.Part != export.Encoder && o.Part != export.Decoder && o.Part != export.Whole || o.Part != export.Whole && m.Decoder == nil {
		return o, false
	}
	picture := in[0]
	if o.Part == export.Decoder {
		picture = g.Graph.Outputs[0]
	}
	if len(picture.Dims) != 4 {
		return o, false
	}
	o.Pixels = picture.Type == onnx.Uint8
	if picture.Dims[1].Size == 3 && picture.Dims[3].Size != 3 {
		o.Layout = export.NCHW
	}
	o.FixedSize = !slices.ContainsFunc(picture.Dims[1:], func(d onnx.Dim) bool { return d.Param != "" })
	steps, err := strconv.Atoi(entries["correction"])
	o.Uncorrected = err == nil && steps == 0
	return o, true
}

// besidePyTorch returns the module and the weights of a model that lie in a folder.
func besidePyTorch(m *autoencoder.Model, folder, name string) ([]product, []string) {
	return unchanged(m, folder, name, pytorch.ModuleName(name)+".py", pytorchFiles)
}

// besideKeras returns the files of a model for Keras that lie in a folder.
func besideKeras(m *autoencoder.Model, folder, name string) ([]product, []string) {
	return unchanged(m, folder, name, pytorch.ModuleName(name)+"_keras.py", kerasFiles)
}

// unchanged returns those files of a format that lie in a folder as they would be written. Where the file called first is
// missing, it does not make them.
func unchanged(m *autoencoder.Model, folder, name, first string, make func(*autoencoder.Model, string, ExportOptions) ([]product, []string, error)) (found []product, left []string) {
	if _, err := os.Stat(filepath.Join(folder, first)); err != nil {
		return nil, nil
	}
	all, left, err := make(m, name, ExportOptions{})
	if err != nil {
		return nil, nil // then nothing of it was written
	}
	for _, p := range all {
		if there, err := regularfile.Read(filepath.Join(folder, p.Path), int64(len(p.data))); err == nil && bytes.Equal(there, p.data) {
			found = append(found, p)
		}
	}
	return found, left
}
