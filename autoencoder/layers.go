package autoencoder

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"likeness/nn"
	"likeness/safetensors"
)

// layersEntry is the metadata entry of the layer tables.
const layersEntry = "layers"

// layerTables returns the layer tables of the model's networks by their names.
func (m *Model) layerTables() map[string][]nn.LayerInfo {
	tables := map[string][]nn.LayerInfo{}
	for _, n := range m.Networks() {
		tables[n.Name] = n.LayerTable()
	}
	return tables
}

// buildFrom plans the networks of a model whose name, preparation and code were read
// from f. The layers are those of the file's tables or, in files whose tables do not say
// enough, those of the architecture. It takes memory for no weight that the file does not
// hold, so that a wrong file cannot ask for more than a few times its own size.
func buildFrom(f *safetensors.File, m *Model) error {
	h, w, code := m.Prep.H, m.Prep.W, m.Code
	if err := checkSize(h, w); err != nil {
		return f.Errorf("%w", err)
	}
	encoder, decoder, foreign, err := layersIn(f, m)
	if err != nil {
		return err
	}
	if err := checkWeights(f, "encoder", nn.Shape{h, w, 3}, encoder); err != nil {
		return err
	}
	if code > 0 {
		if err := checkWeights(f, "decoder", nn.Shape{code}, decoder); err != nil {
			return err
		}
	}
	if m.Encoder, m.Decoder, err = build(encoder, decoder, h, w, code); err != nil {
		return f.Errorf("%w", err)
	}
	picture, last := nn.Shape{h, w, 3}, m.Networks()[len(m.Networks())-1]
	switch {
	case code > 0 && !slices.Equal(m.Encoder.Output(), nn.Shape{code}):
		return f.Errorf("the encoder gives %v, expected a code of %d", m.Encoder.Output(), code)
	case !slices.Equal(last.Output(), picture):
		return f.Errorf("the %s gives %v, expected pictures of %v", last.Name, last.Output(), picture)
	}
	m.foreign = foreign
	return nil
}

// layersIn returns the layers that a file says, and whether they differ from those of the
// architecture.
func layersIn(f *safetensors.File, m *Model) (encoder, decoder []nn.Layer, foreign bool, err error) {
	if m.Code < 0 || m.Code > 1<<26 {
		return nil, nil, false, f.Errorf("metadata code: a code of %d numbers", m.Code)
	}
	var tables map[string][]nn.LayerInfo
	if text, ok := f.Metadata[layersEntry]; ok {
		if err := json.Unmarshal([]byte(text), &tables); err != nil {
			return nil, nil, false, f.Errorf("metadata %s: %w", layersEntry, err)
		}
	}
	ownEncoder, ownDecoder, unknown := declare(m.Arch, m.Prep.H, m.Prep.W, m.Code)
	named := func() ([]nn.Layer, []nn.Layer, bool, error) {
		if unknown != nil {
			return nil, nil, false, f.Errorf("%w", unknown)
		}
		return ownEncoder, ownDecoder, false, nil
	}
	if len(tables) == 0 {
		return named()
	}
	read := func(name string, input nn.Shape, own []nn.Layer) ([]nn.Layer, error) {
		layers, err := nn.Layers(tables[name])
		if err != nil {
			return nil, err
		}
		table, err := nn.Table(input, layers...)
		if err != nil {
			return nil, err
		}
		for i, row := range table {
			if !row.Equal(tables[name][i]) {
				return nil, rowError(name, tables[name][i], row)
			}
		}
		if expected, err := nn.Table(input, own...); unknown != nil || err != nil || !slices.EqualFunc(table, expected, nn.LayerInfo.Equal) {
			foreign = true
		}
		return layers, nil
	}
	encoder, err = read("encoder", nn.Shape{m.Prep.H, m.Prep.W, 3}, ownEncoder)
	if err == nil && m.Code > 0 {
		decoder, err = read("decoder", nn.Shape{m.Code}, ownDecoder)
	}
	switch {
	case errors.Is(err, nn.ErrOldTable):
		return named()
	case err != nil:
		return nil, nil, false, f.Errorf("metadata %s: %w", layersEntry, err)
	case foreign && noCode(m.Arch, m.Code):
		return nil, nil, false, f.Errorf("metadata %s: not the layers of a denoiser of architecture %q", layersEntry, m.Arch)
	}
	return encoder, decoder, foreign, nil
}

// rowError says how a row of a table differs from what its layer is.
func rowError(name string, row, is nn.LayerInfo) error {
	switch {
	case !slices.Equal(row.Output, is.Output):
		return fmt.Errorf("layer %q of the %s gives %v, the table says %v", row.Name, name, is.Output, row.Output)
	case row.Params != is.Params:
		return fmt.Errorf("layer %q of the %s has %d weights, the table says %d", row.Name, name, is.Params, row.Params)
	}
	return fmt.Errorf("layer %q of the %s: expected name %q, activation %q and nothing that its kind, %s, does not have", row.Name, name, is.Name, is.Activation, is.Kind)
}

// checkWeights returns an error unless the file holds the weights of a network, in their
// shapes, before any memory is taken for it.
func checkWeights(f *safetensors.File, name string, input nn.Shape, layers []nn.Layer) error {
	weights, err := nn.Weights(input, layers...)
	if err != nil {
		return f.Errorf("%s: %w", name, err)
	}
	for _, p := range weights {
		t, err := f.Tensor(name + "/" + p.Name)
		if err != nil {
			return err
		}
		if !slices.Equal(t.Shape, p.Shape) {
			return f.Errorf("tensor %q has shape %v, expected %v", t.Name, t.Shape, p.Shape)
		}
	}
	return nil
}
