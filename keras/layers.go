package keras

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"likeness/nn"
)

// The bounds of a layer.
const (
	mostUnits  = 1 << 20 // units, filters, sides
	mostKernel = 64      // side of filters, stride
	mostValues = 1 << 26 // of a layer's output for one sample
)

// idle are the classes that do nothing when a network is used.
var idle = []string{
	"InputLayer", "Dropout", "GaussianNoise", "GaussianDropout", "AlphaDropout", "SpatialDropout2D", "ActivityRegularization",
	"RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast", "RandomBrightness",
}

// classes are those that become layers.
var classes = map[string]func(c layerConfig) (layer declaration, vars []string, err error){
	"Conv2D": conv, "Conv2DTranspose": convTranspose, "Dense": dense, "MaxPooling2D": pooling, "Flatten": flatten, "Reshape": reshape,
	"Activation": activation, "ReLU": relu, "ELU": elu, "LeakyReLU": leaky, "UpSampling2D": upsampling,
	"BatchNormalization": normalization, "Rescaling": rescaling,
}

// known names the classes that are read.
func known() string {
	var names []string
	for class := range classes {
		names = append(names, class)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// declare reads a layer's configuration, with the input shape that it says, if it says one.
func declare(o object) (spec, nn.Shape, error) {
	var c layerConfig
	if slices.Contains(idle, o.Class) {
		// Of these nothing but the input's shape is of interest.
		var input struct {
			BatchShape      []*int `json:"batch_shape"`
			BatchInputShape []*int `json:"batch_input_shape"`
		}
		if err := json.Unmarshal(o.Config, &input); err != nil {
			return spec{}, nil, fmt.Errorf("its configuration: %w", err)
		}
		c.BatchShape, c.BatchInputShape = input.BatchShape, input.BatchInputShape
		return spec{layer: nothing}, c.input(o), nil
	}
	make, ok := classes[o.Class]
	if !ok {
		return spec{}, nil, fmt.Errorf("this kind of layer is not read, expected one of %s", known())
	}
	if err := json.Unmarshal(o.Config, &c); err != nil {
		return spec{}, nil, fmt.Errorf("its configuration: %w", err)
	}
	if c.DataFormat != nil && *c.DataFormat != "channels_last" {
		return spec{}, nil, fmt.Errorf("data_format %q, expected %q", *c.DataFormat, "channels_last")
	}
	layer, vars, err := make(c)
	return spec{layer: layer, vars: vars}, c.input(o), err
}

func nothing(nn.Shape) (nn.Layer, error) { return nil, nil }

// always returns a layer that does not depend on its input.
func always(l nn.Layer) declaration { return func(nn.Shape) (nn.Layer, error) { return l, nil } }

func dense(c layerConfig) (declaration, []string, error) {
	a, err := activationOf(c.Activation)
	if err == nil {
		err = within("units", c.Units)
	}
	return always(nn.Dense{Units: c.Units, Activation: a}), c.kernelAndBias(), err
}

func (c layerConfig) kernelAndBias() []string {
	if c.UseBias != nil && !*c.UseBias {
		return []string{"kernel"}
	}
	return []string{"kernel", "bias"}
}

func within(name string, n int) error {
	if n < 1 || n > mostUnits {
		return fmt.Errorf("%s %d, expected a number from 1 to %d", name, n, mostUnits)
	}
	return nil
}

// filters reads what convolutions have in common.
func (c layerConfig) filters() (kernel, stride int, a nn.Activation, valid bool, err error) {
	if a, err = activationOf(c.Activation); err != nil {
		return
	}
	if err = within("filters", c.Filters); err != nil {
		return
	}
	if kernel, err = c.Kernel.square("kernel_size", 0, mostKernel); err != nil {
		return
	}
	if kernel == 0 {
		err = errors.New("no kernel_size")
		return
	}
	if stride, err = c.Strides.square("strides", 1, mostKernel); err != nil {
		return
	}
	if _, err = c.Dilation.square("dilation_rate", 1, 1); err != nil {
		return
	}
	if c.Groups != nil && *c.Groups != 1 {
		err = fmt.Errorf("groups %d, expected 1", *c.Groups)
		return
	}
	switch c.Padding {
	case "same":
	case "valid":
		valid = true
	default:
		err = fmt.Errorf("padding %v, expected %q", c.Padding, "same")
	}
	return
}

var errValid = errors.New(`padding "valid", expected "same"`)

func conv(c layerConfig) (declaration, []string, error) {
	kernel, stride, a, valid, err := c.filters()
	l := nn.Conv2D{Filters: c.Filters, Kernel: kernel, Stride: stride, Activation: a}
	return func(in nn.Shape) (nn.Layer, error) {
		// Filters that never reach beyond the picture are the same with either padding.
		if valid && kernel > 1 && (kernel != stride || len(in) != 3 || in[0]%stride != 0 || in[1]%stride != 0) {
			return nil, errValid
		}
		return l, nil
	}, c.kernelAndBias(), err
}

func convTranspose(c layerConfig) (declaration, []string, error) {
	kernel, stride, a, valid, err := c.filters()
	switch {
	case err != nil:
	case c.OutputPadding != nil:
		err = fmt.Errorf("output_padding %v, expected none", c.OutputPadding)
	case valid && kernel > stride: // else the pieces do not overlap
		err = errValid
	}
	return always(nn.Conv2DTranspose{Filters: c.Filters, Kernel: kernel, Stride: stride, Activation: a}), c.kernelAndBias(), err
}

func pooling(c layerConfig) (declaration, []string, error) {
	size, err := c.Pool.square("pool_size", 2, mostKernel)
	if err != nil {
		return nil, nil, err
	}
	stride, err := c.Strides.square("strides", size, mostKernel)
	switch {
	case err != nil:
	case size != 2 || stride != 2:
		err = fmt.Errorf("a pool of %d with strides of %d, expected 2 and 2", size, stride)
	case c.Padding != "same" && c.Padding != "valid" && c.Padding != nil:
		err = fmt.Errorf("padding %v, expected %q or %q", c.Padding, "valid", "same")
	}
	return func(in nn.Shape) (nn.Layer, error) {
		odd := len(in) == 3 && (in[0]%2 != 0 || in[1]%2 != 0)
		return nn.MaxPooling2D{Same: c.Padding == "same" && odd}, nil // of even sides there is but one way
	}, nil, err
}

func flatten(layerConfig) (declaration, []string, error) { return always(nn.Flatten{}), nil, nil }

func reshape(c layerConfig) (declaration, []string, error) {
	if len(c.Target) < 1 || len(c.Target) > 3 {
		return nil, nil, fmt.Errorf("target_shape %v, expected one to three sides", c.Target)
	}
	rest := -1 // the side that follows from the others
	known := 1
	for i, d := range c.Target {
		switch {
		case d == -1 && rest < 0:
			rest = i
		case d < 1 || d > mostUnits || known > mostValues/d:
			return nil, nil, fmt.Errorf("target_shape %v, expected numbers from 1 and at most one -1", c.Target)
		default:
			known *= d
		}
	}
	return func(in nn.Shape) (nn.Layer, error) {
		shape := nn.Shape(slices.Clone(c.Target))
		if rest >= 0 {
			if in.Size()%known != 0 {
				return nil, fmt.Errorf("target_shape %v for %d values", c.Target, in.Size())
			}
			shape[rest] = in.Size() / known
		}
		return nn.Reshape{Shape: shape}, nil
	}, nil, nil
}

func upsampling(c layerConfig) (declaration, []string, error) {
	size, err := c.Size.square("size", 2, mostKernel)
	if err == nil && c.Interpolation != "" && c.Interpolation != "nearest" {
		err = fmt.Errorf("interpolation %q, expected %q", c.Interpolation, "nearest")
	}
	return always(nn.UpSampling2D{Size: size}), nil, err
}

func normalization(c layerConfig) (declaration, []string, error) {
	axis := -1
	if len(c.Axis) > 0 && !bytes.Equal(c.Axis, []byte("null")) {
		var list []int
		if json.Unmarshal(c.Axis, &axis) != nil {
			if json.Unmarshal(c.Axis, &list) != nil || len(list) != 1 {
				return nil, nil, fmt.Errorf("axis %s, expected one number", c.Axis)
			}
			axis = list[0]
		}
	}
	l := nn.BatchNormalization{}
	if c.Epsilon != nil {
		if l.Epsilon = *c.Epsilon; l.Epsilon == 0 { // which nn takes for the usual one
			return nil, nil, errors.New("epsilon 0, expected more")
		}
	}
	scaled := !bytes.Equal(c.Scale, []byte("false"))
	vars := []string{"gamma", "beta", "moving_mean", "moving_variance"}
	if c.Center != nil && !*c.Center {
		vars = slices.Delete(vars, 1, 2)
	}
	if !scaled {
		vars = vars[1:]
	}
	return func(in nn.Shape) (nn.Layer, error) {
		if axis != -1 && axis != len(in) {
			return nil, fmt.Errorf("axis %d, expected the last, %d or -1", axis, len(in))
		}
		return l, nil
	}, vars, nil
}

func rescaling(c layerConfig) (declaration, []string, error) {
	scale, err := number("scale", c.Scale, 1)
	if err != nil {
		return nil, nil, err
	}
	offset, err := number("offset", c.Offset, 0)
	return always(nn.Rescaling{Scale: scale, Offset: offset}), nil, err
}
