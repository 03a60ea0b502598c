package keras

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"likeness/nn"
)

// The bounds of a configuration.
const (
	mostLayers = 1 << 12
	mostNested = 16
	mostConfig = 1 << 24 // bytes
)

// object is how Keras writes a layer or a model.
type object struct {
	Class   string          `json:"class_name"`
	Config  json.RawMessage `json:"config"`
	Name    string          `json:"name"`
	Inbound json.RawMessage `json:"inbound_nodes"`
	Build   struct {
		Input batchShape `json:"input_shape"`
	} `json:"build_config"`
}

// batchShape is the shape of a batch, with nil for sides of any size. Of a layer with several inputs, whose shapes Keras 3 writes in
// its place, it is nil: the layer is refused by its name.
type batchShape []*int

func (s *batchShape) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, (*[]*int)(s)) != nil {
		*s = nil
	}
	return nil
}

// network is the configuration of a model.
type network struct {
	Name   string     `json:"name"`
	Layers []object   `json:"layers"`
	Build  batchShape `json:"build_input_shape"`
}

// configure reads a model's configuration.
func (m *Model) configure(data []byte) error {
	if len(data) > mostConfig {
		return m.errorf("its configuration has %d bytes, expected at most %d", len(data), mostConfig)
	}
	var o object
	if err := json.Unmarshal(data, &o); err != nil {
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return m.errorf("its configuration: found %s, expected an object that describes a network", foundIn(wrong))
		}
		return m.errorf("its configuration: %w", err)
	}
	m.specs = []spec{}
	n, err := m.model(o, "", "", "", 0)
	if err != nil {
		return m.errorf("%w", err)
	}
	m.Name = n.Name
	if !slices.ContainsFunc(m.specs, func(s spec) bool { return len(s.vars) > 0 }) {
		return m.errorf("none of its layers has weights")
	}
	return nil
}

// foundIn says what JSON has in the place of something else.
func foundIn(e *json.UnmarshalTypeError) string {
	if e.Field == "" {
		return "a value of type " + e.Value
	}
	return fmt.Sprintf("a value of type %s at %q", e.Value, e.Field)
}

// isModel reports whether a class is a model that has layers.
func isModel(class string) bool {
	return class == "Sequential" || class == "Functional" || class == "Model"
}

// model adds the layers of a model, those of models within it in its place. prefix goes
// before names; top is the layer of the outermost model that this is in; path is where
// Keras 3 keeps its weights.
func (m *Model) model(o object, prefix, top, path string, depth int) (network, error) {
	var n network
	if !isModel(o.Class) {
		return n, fmt.Errorf("a model of class %q, expected Sequential or Functional", o.Class)
	}
	if depth > mostNested {
		return n, fmt.Errorf("models within models, expected at most %d", mostNested)
	}
	// Before Keras 2.2.3 a Sequential's configuration was the list of its layers.
	if err := json.Unmarshal(o.Config, &n.Layers); err != nil {
		n.Layers = nil
		if err := json.Unmarshal(o.Config, &n); err != nil {
			if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
				return n, fmt.Errorf("the configuration of a %s: found %s, expected an object that lists the layers of a network", o.Class, foundIn(wrong))
			}
			return n, fmt.Errorf("the configuration of a %s: %w", o.Class, err)
		}
	}
	order := n.Layers
	if o.Class != "Sequential" {
		var err error
		if order, err = chain(n.Layers, prefix); err != nil {
			return n, err
		}
	}
	if depth == 0 {
		m.Input = shapeOf(n.Build)
	}
	places := placesOf(n.Layers, path, o.Class == "Sequential")
	for i, l := range order {
		if len(m.specs) >= mostLayers {
			return n, fmt.Errorf("more than %d layers", mostLayers)
		}
		name := l.name()
		at := top
		if depth == 0 {
			at = name
		}
		if isModel(l.Class) {
			if _, err := m.model(l, prefix+name+"/", at, places[name], depth+1); err != nil {
				return n, err
			}
			continue
		}
		s, input, err := declare(l)
		if err != nil {
			return n, layerError(prefix+name, l.Class, err)
		}
		if i == 0 && m.Input == nil && len(m.specs) == 0 {
			m.Input = input
		}
		s.Name, s.Class, s.top, s.path = prefix+name, l.Class, at, places[name]
		m.specs = append(m.specs, s)
	}
	return n, nil
}

// layerError says which layer an error is of.
func layerError(name, class string, err error) error {
	return fmt.Errorf("layer %q (%s): %w", name, class, err)
}

// name returns a layer's name.
func (o object) name() string {
	if o.Name != "" {
		return o.Name
	}
	var c struct {
		Name string `json:"name"`
	}
	_ = json.Unmarshal(o.Config, &c) // a layer without a name is none that has weights
	return c.Name
}

// chain orders the layers of a Functional so that each is fed by the one before.
func chain(layers []object, prefix string) ([]object, error) {
	if len(layers) > mostLayers {
		return nil, fmt.Errorf("more than %d layers", mostLayers)
	}
	next := map[string]object{}
	var first *object
	for i, l := range layers {
		name := prefix + l.name()
		from, err := sources(l.Inbound)
		if err != nil {
			return nil, layerError(name, l.Class, err)
		}
		switch {
		case len(from) == 0 && first != nil:
			return nil, layerError(name, l.Class, fmt.Errorf("a second input beside %q, expected one", prefix+first.name()))
		case len(from) == 0:
			first = &layers[i]
			continue
		case len(from) > 1:
			return nil, layerError(name, l.Class, fmt.Errorf("%d layers lead to it (%s), expected one: networks that branch are not read", len(from), strings.Join(from, ", ")))
		}
		if other, taken := next[from[0]]; taken {
			return nil, layerError(name, l.Class, fmt.Errorf("%q leads to it and to %q, expected one: networks that branch are not read", prefix+from[0], prefix+other.name()))
		}
		next[from[0]] = l
	}
	if first == nil {
		return nil, errors.New("no layer is the input")
	}
	order := []object{*first}
	for len(order) <= len(layers) {
		l, ok := next[order[len(order)-1].name()]
		if !ok {
			break
		}
		order = append(order, l)
	}
	if len(order) != len(layers) {
		return nil, fmt.Errorf("%d of its %d layers follow each other from %q, expected all", len(order), len(layers), prefix+first.name())
	}
	return order, nil
}

// sources returns the names of the layers that lead to one. Keras 2 writes a list of calls,
// each with lists [layer, node, tensor, arguments]; Keras 3 writes the calls' arguments, in
// which tensors have a history [layer, node, tensor].
func sources(inbound json.RawMessage) ([]string, error) {
	var calls []json.RawMessage
	if len(inbound) > 0 {
		if err := json.Unmarshal(inbound, &calls); err != nil {
			return nil, fmt.Errorf("inbound_nodes: %w", err)
		}
	}
	if len(calls) > 1 {
		return nil, fmt.Errorf("it is used %d times, expected once", len(calls))
	}
	var names []string
	for _, call := range calls {
		var value any
		if err := json.Unmarshal(call, &value); err != nil {
			return nil, fmt.Errorf("inbound_nodes: %w", err)
		}
		collect(value, &names)
	}
	return names, nil
}

// collect adds the names of layers in a call.
func collect(value any, names *[]string) {
	switch v := value.(type) {
	case []any:
		if len(v) >= 3 {
			name, isName := v[0].(string)
			_, isNode := v[1].(float64)
			if isName && isNode {
				*names = append(*names, name)
				return
			}
		}
		for _, e := range v {
			collect(e, names)
		}
	case map[string]any:
		for _, key := range []string{"args", "kwargs", "config", "keras_history"} {
			collect(v[key], names)
		}
	}
}

// shapeOf returns the shape of one sample, 0 for sides of any size, nil for none.
func shapeOf(batch []*int) nn.Shape {
	if len(batch) < 2 {
		return nil
	}
	shape := nn.Shape{}
	for _, d := range batch[1:] {
		if d == nil {
			shape = append(shape, 0)
		} else {
			shape = append(shape, *d)
		}
	}
	return shape
}

// placesOf returns where Keras 3 keeps the weights of a model's layers, by their names: under
// "layers" by the class, numbered within it. A Sequential's input is not among its layers.
func placesOf(layers []object, path string, sequential bool) map[string]string {
	count := map[string]int{}
	places := map[string]string{}
	for _, l := range layers {
		class := l.Class
		if class == "Model" {
			class = "Functional"
		}
		if sequential && class == "InputLayer" {
			continue
		}
		name := snake(class)
		place := name
		if n := count[name]; n > 0 {
			place = fmt.Sprintf("%s_%d", name, n)
		}
		count[name]++
		places[l.name()] = path + layersGroup + "/" + place
		if isModel(l.Class) {
			places[l.name()] += "/"
		}
	}
	return places
}

var (
	wordStart = regexp.MustCompile("(.)([A-Z][a-z]+)")
	caseTurn  = regexp.MustCompile("([a-z])([A-Z])")
)

// snake returns a class name as Keras writes it in paths: "Conv2DTranspose" becomes
// "conv2d_transpose".
func snake(class string) string {
	return strings.ToLower(caseTurn.ReplaceAllString(wordStart.ReplaceAllString(class, "${1}_${2}"), "${1}_${2}"))
}
