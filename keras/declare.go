package keras

import (
	"fmt"
	"strconv"
	"strings"

	"likeness/nn"
)

// Made is in the head of every module that Module writes, by which a later one may take its
// place.
const Made = "Written by likeness for Keras."

// Part is a network that a module declares, with the file of its weights.
type Part struct {
	Network *nn.Network
	Weights string // the name of an .h5 file beside the module
}

// Module returns the text of a Python module that declares networks in Keras 2 or 3 and
// loads their weights. about is said at its head, a line each.
func Module(name string, parts []Part, about []string) ([]byte, error) {
	var b strings.Builder
	var calls []string
	for _, p := range parts {
		calls = append(calls, p.Network.Name)
	}
	fmt.Fprintf(&b, "\"\"\"%s %s\n\n", name, Made)
	for _, line := range about {
		fmt.Fprintf(&b, "%s\n", strings.NewReplacer(`\`, `\\`, `"""`, `\"\"\"`).Replace(line))
	}
	fmt.Fprintf(&b, "\n    import %s\n    %s = %s.load()\n\"\"\"\n", name, strings.Join(calls, ", "), name)
	b.WriteString("from pathlib import Path\n\ntry:\n    import keras\nexcept ImportError:\n    from tensorflow import keras\n\nlayers = keras.layers\n")
	for _, p := range parts {
		text, err := declared(p.Network)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "\n\n%s", text)
	}
	b.WriteString("\n\ndef load(folder=Path(__file__).parent):\n    \"\"\"The networks with their weights.\"\"\"\n    networks = []\n    for make, weights in (")
	var pairs []string
	for _, p := range parts {
		pairs = append(pairs, fmt.Sprintf("(make_%s, %s)", p.Network.Name, quote(p.Weights)))
	}
	b.WriteString(strings.Join(pairs, ", "))
	if len(pairs) == 1 {
		b.WriteString(",")
	}
	b.WriteString("):\n        network = make()\n        network.load_weights(str(Path(folder) / weights), by_name=True)\n        networks.append(network)\n")
	if len(parts) == 1 {
		b.WriteString("    return networks[0]\n")
	} else {
		b.WriteString("    return networks\n")
	}
	return []byte(b.String()), nil
}

// quote returns a Python string.
func quote(s string) string { return strconv.QuoteToASCII(s) }

// declared returns a function that makes a network.
func declared(n *nn.Network) (string, error) {
	w := &declarer{rows: n.LayerTable()}
	input := inputName(n)
	fmt.Fprintf(&w.text, "def make_%s():\n    %s = x = keras.Input(%s, name=%s)\n", n.Name, input, tuple(n.Input), quote(input))
	if err := w.layers(n.Layers, 0); err != nil {
		return "", fmt.Errorf("%s: %w", n.Name, err)
	}
	fmt.Fprintf(&w.text, "    return keras.Model(%s, x, name=%s)\n", input, quote(n.Name))
	return w.text.String(), nil
}

// declarer writes the layers of a network.
type declarer struct {
	text strings.Builder
	rows []nn.LayerInfo // of the layers that are still to be written
}

func (w *declarer) layers(list []nn.Layer, depth int) error {
	for _, l := range list {
		if r, ok := l.(nn.Residual); ok {
			if err := w.residual(r, depth); err != nil {
				return err
			}
			continue
		}
		row := w.rows[0]
		w.rows = w.rows[1:]
		call, err := call(l, row)
		if err != nil {
			return err
		}
		fmt.Fprintf(&w.text, "    x = layers.%s, name=%s)(x)\n", call, quote(row.Name))
	}
	return nil
}

// residual writes two ways and their sum.
func (w *declarer) residual(r nn.Residual, depth int) error {
	from, way := fmt.Sprintf("fork_%d", depth), fmt.Sprintf("way_%d", depth)
	fmt.Fprintf(&w.text, "    %s = x\n", from)
	if err := w.layers(r.Layers, depth+1); err != nil {
		return err
	}
	fmt.Fprintf(&w.text, "    %s = x\n    x = %s\n", way, from)
	if err := w.layers(r.Shortcut, depth+1); err != nil {
		return err
	}
	fmt.Fprintf(&w.text, "    x = layers.Add(name=%s)([%s, x])\n", quote(w.rows[0].Name), way)
	w.rows = w.rows[1:]
	return nil
}

// call returns the beginning of a layer's call, without its name.
func call(l nn.Layer, row nn.LayerInfo) (string, error) {
	stride := max(row.Stride, 1)
	switch l := l.(type) {
	case nn.Dense:
		return fmt.Sprintf("Dense(%d%s", l.Units, activationIn(l.Activation)), nil
	case nn.Conv2D:
		return fmt.Sprintf("Conv2D(%d, %d, strides=%d, padding=\"same\"%s", l.Filters, l.Kernel, stride, activationIn(l.Activation)), nil
	case nn.Conv2DTranspose:
		return fmt.Sprintf("Conv2DTranspose(%d, %d, strides=%d, padding=\"same\"%s", l.Filters, l.Kernel, stride, activationIn(l.Activation)), nil
	case nn.MaxPooling2D:
		padding := "valid"
		if l.Same {
			padding = "same"
		}
		return fmt.Sprintf("MaxPooling2D(2, padding=%q", padding), nil
	case nn.Flatten:
		return "Flatten(data_format=\"channels_last\"", nil
	case nn.Reshape:
		return "Reshape(" + tuple(l.Shape), nil
	case nn.Activate:
		if slope, ok := l.Function.Slope(); ok {
			return "LeakyReLU(" + number32(slope), nil
		}
		return "Activation(" + function(l.Function), nil
	case nn.UpSampling2D:
		return fmt.Sprintf("UpSampling2D(%d, interpolation=\"nearest\"", l.Size), nil
	case nn.BatchNormalization:
		return "BatchNormalization(epsilon=" + strconv.FormatFloat(row.Epsilon, 'g', -1, 64), nil
	case nn.Rescaling:
		return fmt.Sprintf("Rescaling(%g, offset=%g", l.Scale, l.Offset), nil
	}
	return "", fmt.Errorf("layer %q, %s: Keras has no such layer", row.Name, row.Kind)
}

// activationIn returns the argument of a layer that an activation follows.
func activationIn(a nn.Activation) string {
	if a == nn.Linear {
		return ""
	}
	return ", activation=" + function(a)
}

// function returns an activation as an argument. Of a leaky ReLU the slope's name differs
// between Keras 2 and 3, so that it stands alone.
func function(a nn.Activation) string {
	if slope, ok := a.Slope(); ok {
		return "layers.LeakyReLU(" + number32(slope) + ")"
	}
	if a == nn.Linear {
		return quote("linear")
	}
	return quote(string(a))
}

// number32 writes a number that is kept as float32.
func number32(v float64) string { return strconv.FormatFloat(v, 'g', -1, 32) }

// tuple writes a shape.
func tuple(s nn.Shape) string {
	var all []string
	for _, d := range s {
		all = append(all, strconv.Itoa(d))
	}
	if len(all) == 1 {
		all = append(all, "")
	}
	return "(" + strings.TrimSpace(strings.Join(all, ", ")) + ")"
}
