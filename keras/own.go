package keras

import (
	"encoding/json"
	"fmt"
	"strings"

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
	if len(layers) != len(t.Layers) {
		return m.errorf("attribute %q: its layers do not follow each other in one way", ownLayers)
	}
	m.Input, m.specs = t.Input, []spec{}
	in := t.Input
	count := map[string]int{}
	for i, l := range layers {
		row := t.Layers[i]
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
			_, name, _ := strings.Cut(p.Name, "/")
			s.vars = append(s.vars, name)
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
