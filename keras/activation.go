package keras

import (
	"bytes"
	"encoding/json"
	"fmt"

	"likeness/nn"
)

// defaultLeak is the slope of the function "leaky_relu" where none is said; the layer
// LeakyReLU has another.
const (
	defaultLeak      = 0.2
	defaultLayerLeak = 0.3
)

// activationOf reads what follows a layer: null, a name, or an object of a function or of a
// layer.
func activationOf(data json.RawMessage) (nn.Activation, error) {
	if len(data) == 0 || bytes.Equal(data, []byte("null")) {
		return nn.Linear, nil
	}
	var name string
	if json.Unmarshal(data, &name) == nil {
		return activationNamed(name)
	}
	var o struct {
		Class  string          `json:"class_name"`
		Config json.RawMessage `json:"config"`
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return "", fmt.Errorf("activation %.80s: expected a name", data)
	}
	if json.Unmarshal(o.Config, &name) == nil { // a function
		return activationNamed(name)
	}
	switch o.Class {
	case "ReLU", "LeakyReLU", "ELU":
		var c layerConfig
		if err := json.Unmarshal(o.Config, &c); err != nil {
			return "", fmt.Errorf("activation %s: %w", o.Class, err)
		}
		return activationOfLayer(o.Class, c)
	}
	return "", fmt.Errorf("activation %.80s: expected a name", data)
}

func activationNamed(name string) (nn.Activation, error) {
	switch name {
	case "linear":
		return nn.Linear, nil
	case "elu":
		return nn.ELU, nil
	case "relu":
		return nn.ReLU, nil
	case "sigmoid":
		return nn.Sigmoid, nil
	case "tanh":
		return nn.Tanh, nil
	case "leaky_relu":
		return nn.LeakyReLU(defaultLeak), nil
	}
	if slope, ok := nn.Activation(name).Slope(); ok {
		return nn.LeakyReLU(slope), nil
	}
	return "", fmt.Errorf("activation %q, expected linear, elu, relu, leaky_relu, leaky_relu(0.1) or any other slope, sigmoid or tanh", name)
}

// activationOfLayer returns the function of a layer that is one.
func activationOfLayer(class string, c layerConfig) (nn.Activation, error) {
	slope := 0.0
	switch class {
	case "ELU":
		if c.Alpha != nil && *c.Alpha != 1 {
			return "", fmt.Errorf("alpha %g, expected 1", *c.Alpha)
		}
		return nn.ELU, nil
	case "LeakyReLU":
		slope = defaultLayerLeak
		if c.Alpha != nil {
			slope = *c.Alpha
		}
	case "ReLU":
		if c.MaxValue != nil {
			return "", fmt.Errorf("max_value %g, expected none", *c.MaxValue)
		}
		if c.Threshold != nil && *c.Threshold != 0 {
			return "", fmt.Errorf("threshold %g, expected 0", *c.Threshold)
		}
	}
	if c.NegativeSlope != nil {
		slope = *c.NegativeSlope
	}
	switch {
	case slope == 0:
		return nn.ReLU, nil
	case !(slope > 0 && slope <= 1):
		return "", fmt.Errorf("a slope of %g below zero, expected 0 to 1", slope)
	}
	return nn.LeakyReLU(slope), nil
}

// activate returns the declaration of a layer that applies a function.
func activate(a nn.Activation, err error) (declaration, []string, error) {
	return always(nn.Activate{Function: a}), nil, err
}

func activation(c layerConfig) (declaration, []string, error) {
	return activate(activationOf(c.Activation))
}

func relu(c layerConfig) (declaration, []string, error) {
	return activate(activationOfLayer("ReLU", c))
}

func elu(c layerConfig) (declaration, []string, error) { return activate(activationOfLayer("ELU", c)) }

func leaky(c layerConfig) (declaration, []string, error) {
	return activate(activationOfLayer("LeakyReLU", c))
}
