package keras

import (
	"encoding/json"
	"fmt"
	"strings"

	"likeness/hdf5"
	"likeness/nn"
)

// ownLayers is an attribute of the files of weights that this program writes: their layers,
// which Keras's own files of weights do not say. Keras passes over it.
const ownLayers = "likeness_layers"

// ownMark is an attribute of all files that this program writes, by which it knows them.
const (
	ownMark = "written_by"
	ownName = "likeness"
)

// ownTable is its contents.
type ownTable struct {
	Input  nn.Shape       `json:"input"`
	Layers []nn.LayerInfo `json:"layers"`
}

// ownAttribute returns the attribute of a network.
func ownAttribute(n *nn.Network) (string, error) {
	text, err := json.Marshal(ownTable{n.Input, n.LayerTable()})
	return string(text), err
}

// configureOwn declares the layers of such an attribute.
func (m *Model) configureOwn(text string) error {
	var t ownTable
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return m.errorf("attribute %q: %w", ownLayers, err)
	}
	if err := checkSize(t.Input); err != nil {
		return m.errorf("attribute %q: input: %w", ownLayers, err)
	}
	layers, err := nn.Layers(t.Layers)
	if err != nil {
		return m.errorf("attribute %q: %w", ownLayers, err)
	}
	table, err := nn.Table(t.Input, layers...)
	if err != nil {
		return m.errorf("attribute %q: %w", ownLayers, err)
	}
	for i, row := range table {
		if !row.Equal(t.Layers[i]) {
			return m.errorf("attribute %q: layer %q is not what its row says: %+v, expected %+v", ownLayers, row.Name, t.Layers[i], row)
		}
	}
	all, err := nn.Weights(t.Input, layers...)
	if err != nil {
		return m.errorf("attribute %q: %w", ownLayers, err)
	}
	m.Input, m.specs = t.Input, []spec{}
	in, rows := t.Input, t.Layers
	count := map[string]int{}
	for _, l := range layers {
		// A sum of two ways has a row for each layer of both, and its own behind them.
		own, err := nn.Table(in, l)
		if err != nil {
			return m.errorf("attribute %q: %w", ownLayers, err)
		}
		row := rows[len(own)-1]
		rows = rows[len(own):]
		s := spec{Name: row.Name, Class: row.Kind, layer: always(l), top: row.Name}
		weights, err := nn.Weights(in, l)
		if err == nil {
			in, err = l.Output(in)
		}
		if err == nil {
			err = checkSize(in)
		}
		if err != nil {
			return m.errorf("%w", layerError(row.Name, row.Kind, err))
		}
		for _, p := range weights {
			s.vars = append(s.vars, variableOf(l, p.Name))
			s.places = append(s.places, all[0].Name)
			all = all[1:]
		}
		place := snake(row.Kind)
		if k := count[place]; k > 0 {
			s.path = fmt.Sprintf("%s/%s_%d", layersGroup, place, k)
		} else {
			s.path = layersGroup + "/" + place
		}
		count[place]++
		m.specs = append(m.specs, s)
	}
	return nil
}

// attachOwn gives a layer its weights from a file that this program wrote.
func (m *Model) attachOwn(s *spec, root *hdf5.Group) error {
	for i, place := range s.places {
		layer, _, _ := strings.Cut(place, "/")
		d, err := root.Dataset(layer + "/" + place + ":0")
		if err != nil {
			return err
		}
		w, err := m.readLegacy(legacyWeight{place, d}, s.vars[i])
		if err != nil {
			return err
		}
		s.weights = append(s.weights, w)
	}
	return nil
}

// variableOf returns what a weight is called in its layer: "kernel"; in a sum of two ways with
// the name of the layer in it.
func variableOf(l nn.Layer, name string) string {
	if _, sum := l.(nn.Residual); sum {
		return name
	}
	_, name, _ = strings.Cut(name, "/")
	return name
}
