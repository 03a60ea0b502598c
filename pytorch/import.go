package pytorch

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
)

// Import returns the model of a state dict. One that State has written comes back to the same bits, with its story. Of
// another one, the weights go to the architecture that they fit, see foreign; the notes say what a state dict leaves open and
// was assumed. The error names the tensor that does not fit and the shape that was expected.
func Import(f *safetensors.File) (*autoencoder.Model, progress.Notes, error) {
	return ImportAs(f, Usual())
}

// ImportAs is Import with what a state dict of others leaves open. One that State has written says all itself.
func ImportAs(f *safetensors.File, open Options) (*autoencoder.Model, progress.Notes, error) {
	if Own(f) {
		m, err := own(f)
		return m, nil, err
	}
	return foreign(f, open)
}

// Own reports whether State has written a file.
func Own(f *safetensors.File) bool {
	_, ok := f.Metadata[ownEntry]
	return ok
}

// own reads what State has written.
func own(f *safetensors.File) (*autoencoder.Model, error) {
	file := &safetensors.File{Metadata: maps.Clone(f.Metadata)}
	file.Metadata["format"] = file.Metadata[ownEntry]
	delete(file.Metadata, ownEntry)
	if err := file.Expect("model", autoencoder.Format); err != nil {
		return nil, f.Errorf("metadata %s: %w", ownEntry, err)
	}
	var tables map[string][]nn.LayerInfo
	if err := json.Unmarshal([]byte(file.Metadata["layers"]), &tables); err != nil {
		return nil, f.Errorf("metadata layers: %w", err)
	}
	for _, network := range slices.Sorted(maps.Keys(tables)) {
		layers, shapes, err := declared(file, network, tables[network])
		if err != nil {
			return nil, f.Errorf("metadata layers: %s: %w", network, err)
		}
		for _, l := range layers {
			for _, w := range l.weights() {
				there := permuted(shapes[l.Name+"/"+w.param], w.there)
				x, err := f.Floats(w.name, there...)
				if err != nil {
					return nil, err
				}
				shape, values := permute(there, x, w.back)
				file.Tensors = append(file.Tensors, safetensors.FromFloats(network+"/"+l.Name+"/"+w.param, shape, values))
			}
		}
	}
	if t, err := f.Tensor(correctionName); err == nil {
		kept := *t
		kept.Name = "correction/matrix"
		file.Tensors = append(file.Tensors, kept)
	}
	m, err := autoencoder.FromFile(file)
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	return m, nil
}

// declared returns the layers of a network and the shapes of its parameters, by a table from outside. autoencoder.FromFile holds the
// table against them.
func declared(f *safetensors.File, network string, table []nn.LayerInfo) (list []layer, shapes map[string][]int, err error) {
	layers, err := nn.Layers(table)
	if err != nil {
		return nil, nil, err
	}
	var input nn.Shape
	switch network {
	case "encoder":
		var prep pix.Prep
		if err := json.Unmarshal([]byte(f.Metadata["prep"]), &prep); err != nil {
			return nil, nil, fmt.Errorf("prep: %w", err)
		}
		if prep.W < 1 || prep.H < 1 || prep.W > autoencoder.LargestSide || prep.H > autoencoder.LargestSide {
			return nil, nil, fmt.Errorf("pictures of %dx%d", prep.W, prep.H)
		}
		input = nn.Shape{prep.H, prep.W, 3}
	case "decoder":
		code, err := strconv.Atoi(f.Metadata["code"])
		if err != nil || code < 1 || code > 1<<26 {
			return nil, nil, fmt.Errorf("a code of %q", f.Metadata["code"])
		}
		input = nn.Shape{code}
	default:
		return nil, nil, errors.New("not a network of a model")
	}
	weights, err := nn.Weights(input, layers...)
	if err != nil {
		return nil, nil, err
	}
	shapes = map[string][]int{}
	for _, p := range weights {
		shapes[p.Name] = p.Shape
	}
	own, err := nn.Table(input, layers...)
	if err != nil {
		return nil, nil, err
	}
	return layersOf(network, own, input), shapes, nil
}
