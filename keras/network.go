package keras

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/nn"
)

// Layer is a layer of a network that was read, with its weights.
type Layer struct {
	Name    string   // as Keras has it, with the names of the models that it is in: "encoder/conv2d"
	Class   string   // Keras's
	Layer   nn.Layer // nil where it does nothing when a network is used
	Output  nn.Shape
	Weights []Weight
}

// Layers returns the layers of a file that says them, for inputs of a shape, which fills in
// what the file leaves open; nil: it leaves nothing open. All weights have the shapes
// that the layers need, and are numbers.
func (m *Model) Layers(input nn.Shape) ([]Layer, error) {
	if !m.Declared() {
		return nil, m.errorf("it has weights alone, and does not say its layers")
	}
	shape, err := m.inputFor(input)
	if err != nil {
		return nil, err
	}
	var layers []Layer
	for _, s := range m.specs {
		l, err := s.layer(shape)
		if err == nil && l != nil {
			shape, err = l.Output(shape)
			if err == nil {
				err = checkSize(shape)
			}
		}
		if err != nil {
			return nil, m.errorf("%w", layerError(s.Name, s.Class, err))
		}
		layers = append(layers, Layer{Name: s.Name, Class: s.Class, Layer: l, Output: shape, Weights: s.weights})
	}
	shape, _ = m.inputFor(input)
	return layers, m.check(shape, layers)
}

// inputFor returns the shape of the network's input where the sides that the file leaves
// open are those of another.
func (m *Model) inputFor(input nn.Shape) (nn.Shape, error) {
	shape := slices.Clone(m.Input)
	if shape == nil {
		shape = slices.Clone(input)
	}
	for i, d := range shape {
		if d == 0 && len(input) == len(shape) {
			shape[i] = input[i]
		}
	}
	if shape == nil || slices.Contains(shape, 0) {
		return nil, m.errorf("it does not say how large its input is")
	}
	if input != nil && !slices.Equal(shape, input) {
		return nil, m.errorf("its input is %v, expected %v", shape, input)
	}
	if err := checkSize(shape); err != nil {
		return nil, m.errorf("its input: %w", err)
	}
	return shape, nil
}

// checkSize bounds what a layer gives, and so what is taken for it.
func checkSize(shape nn.Shape) error {
	if len(shape) < 1 || len(shape) > 3 {
		return fmt.Errorf("shape %v, expected 1 to 3 dimensions", shape)
	}
	size := 1
	for _, d := range shape {
		if d < 1 || size > mostValues/d {
			return fmt.Errorf("shape %v is empty or has more than %d values", shape, mostValues)
		}
		size *= d
	}
	return nil
}

// check compares weights with what the layers need, and adds those that Keras leaves out:
// biases of zero, gammas of one.
func (m *Model) check(in nn.Shape, layers []Layer) error {
	for i := range layers {
		l := &layers[i]
		if l.Layer == nil {
			continue
		}
		expected, err := nn.Weights(in, l.Layer)
		if err != nil {
			return m.errorf("%w", layerError(l.Name, l.Class, err))
		}
		in = l.Output
		var weights []Weight
		for _, p := range expected {
			w, err := l.weight(variableOf(l.Layer, p.Name), p.Shape)
			if err == nil {
				err = w.check()
			}
			if err != nil {
				return m.errorf("%w", layerError(l.Name, l.Class, err))
			}
			weights = append(weights, w)
		}
		l.Weights = weights
	}
	return nil
}

// weight returns one of the layer's weights, which must have a shape.
func (l *Layer) weight(name string, shape []int) (Weight, error) {
	for _, w := range l.Weights {
		if w.Name != name {
			continue
		}
		if !slices.Equal(w.Shape, shape) {
			return w, fmt.Errorf("%s has shape %v, expected %v", name, w.Shape, shape)
		}
		return w, nil
	}
	if len(shape) != 1 || name != "bias" && name != "beta" && name != "gamma" {
		return Weight{}, fmt.Errorf("%s is missing", name)
	}
	w := Weight{Name: name, Shape: shape, Values: make([]float32, shape[0])}
	if name == "gamma" {
		for i := range w.Values {
			w.Values[i] = 1
		}
	}
	return w, nil
}

// check returns an error unless all values are numbers, and variances not negative.
func (w Weight) check() error {
	for i, v := range w.Values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return fmt.Errorf("%s, value %d: %g is not a weight", w.Name, i, v)
		}
		if strings.HasSuffix(w.Name, "moving_variance") && v < 0 {
			return fmt.Errorf("%s, value %d: %g is not a variance", w.Name, i, v)
		}
	}
	return nil
}

// Network makes a network of layers with their weights.
func Network(name string, input nn.Shape, layers []Layer) (*nn.Network, error) {
	var declared []nn.Layer
	var weights []Weight
	for _, l := range layers {
		if l.Layer != nil {
			declared = append(declared, l.Layer)
			weights = append(weights, l.Weights...)
		}
	}
	if len(declared) == 0 {
		return nil, errors.New("no layers")
	}
	n, err := nn.New(name, input, declared...)
	if err != nil {
		return nil, err
	}
	if len(weights) != len(n.Params()) {
		return nil, fmt.Errorf("%s: %d weights, expected %d", name, len(weights), len(n.Params()))
	}
	for i, p := range n.Params() {
		if !slices.Equal(weights[i].Shape, p.Shape) {
			return nil, fmt.Errorf("%s: %s has shape %v, expected %v", name, p.Name, weights[i].Shape, p.Shape)
		}
		copy(p.Value, weights[i].Values)
	}
	n.Pack()
	return n, nil
}
