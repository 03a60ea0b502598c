package keras

import (
	"fmt"
	"strings"

	"likeness/hdf5"
	"likeness/nn"
)

// What the files are said to be written by: the version whose layout they have. Files that
// name none are taken for Keras 1, whose kernels lay otherwise.
const (
	layoutVersion = "2.15.0"
	layoutBackend = "tensorflow"
)

// LegacyWeights returns a network's weights as an .h5 file of weights. Keras 2 and 3 load it
// by load_weights into a model with the same layers in the same order, or by their names.
func LegacyWeights(n *nn.Network) ([]byte, error) {
	t := &hdf5.Tree{}
	var names []string
	for _, l := range written(n) {
		names = append(names, l.Name)
		g := t.Group(l.Name)
		var weights []string
		for _, p := range l.params {
			name := p.Name + ":0"
			weights = append(weights, name)
			g.Floats(name, p.Shape, p.Value)
		}
		addNames(g, weightNames, weights)
	}
	addNames(t, layerNames, names)
	t.String("backend", layoutBackend)
	t.String("keras_version", layoutVersion)
	t.String(ownMark, ownName)
	text, err := ownAttribute(n)
	if err != nil {
		return nil, err
	}
	t.String(ownLayers, text)
	return t.Marshal()
}

// addNames adds a list of names, in several pieces where one would be too long.
func addNames(t *hdf5.Tree, name string, list []string) {
	if hdf5.StringsSize(list) <= hdf5.LargestAttribute {
		t.Strings(name, list)
		return
	}
	for i := 0; len(list) > 0; i++ {
		n := len(list)
		for hdf5.StringsSize(list[:n]) > hdf5.LargestAttribute {
			n = (n + 1) / 2
		}
		t.Strings(fmt.Sprint(name, i), list[:n])
		list = list[n:]
	}
}

// Weights3 returns a network's weights as a .weights.h5 file, which Keras 3 loads by
// load_weights into a model with the same layers in the same order. A network with ways
// that part and meet has no such file, for it would depend on how Keras sorts them.
func Weights3(n *nn.Network) ([]byte, error) {
	if Branches(n) {
		return nil, fmt.Errorf("%s: its layers do not follow each other in one way", n.Name)
	}
	text, err := ownAttribute(n)
	if err != nil {
		return nil, err
	}
	t := &hdf5.Tree{}
	t.String(ownLayers, text)
	t.String(ownMark, ownName)
	t.Group(varsGroup)
	count := map[string]int{}
	for _, l := range written(n) {
		name := snake(l.Kind)
		place := name
		if k := count[name]; k > 0 {
			place = fmt.Sprintf("%s_%d", name, k)
		}
		count[name]++
		g := t.Group(layersGroup + "/" + place + "/" + varsGroup)
		for i, p := range l.params {
			g.Floats(fmt.Sprint(i), p.Shape, p.Value)
		}
	}
	return t.Marshal()
}

// Branches reports whether a network has ways that part and meet again.
func Branches(n *nn.Network) bool {
	for _, l := range n.Layers {
		if _, ok := l.(nn.Residual); ok {
			return true
		}
	}
	return false
}

// writtenLayer is a layer as a file has it.
type writtenLayer struct {
	Name, Kind string
	params     []*nn.Param
}

// written returns a network's layers, the input's first.
func written(n *nn.Network) []writtenLayer {
	layers := []writtenLayer{{Name: inputName(n), Kind: "InputLayer"}}
	params := n.Params()
	for _, row := range n.LayerTable() {
		l := writtenLayer{Name: row.Name, Kind: row.Kind}
		if _, leaky := row.Activation.Slope(); leaky && row.Kind == "Activation" {
			l.Kind = "LeakyReLU" // as Module declares it
		}
		for len(params) > 0 && strings.HasPrefix(params[0].Name, row.Name+"/") {
			l.params = append(l.params, params[0])
			params = params[1:]
		}
		layers = append(layers, l)
	}
	return layers
}

// inputName names a network's input: what it takes.
func inputName(n *nn.Network) string {
	if len(n.Input) == 1 {
		return "code"
	}
	return "picture"
}
