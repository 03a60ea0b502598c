package exchange

import (
	"fmt"
	"path"
	"strings"

	"likeness/keras"
	"likeness/nn"
)

// splitAtCode takes a whole autoencoder apart behind the layer that gives the code: the named
// one; without a name the last of the first model, in a model of two models; else the
// narrowest. It returns how many layers the encoder has, the name of the last, and why it
// is that.
func splitAtCode(layers []keras.Layer, name string) (n int, code, why string, err error) {
	if name != "" {
		n, code, err = splitAtName(layers, name)
		return n, code, "", err
	}
	if n, ok := splitAtModel(layers); ok {
		return n, layers[n-1].Name, "where the first of its two models ends", nil
	}
	n, code, err = splitAtNarrowest(layers)
	return n, code, "the narrowest one", err
}

// splitAtModel finds the end of the first model in a model of two.
func splitAtModel(layers []keras.Layer) (n int, ok bool) {
	var models []string
	for i, l := range layers {
		if len(l.Weights) == 0 {
			continue
		}
		model, _, inside := strings.Cut(l.Name, "/")
		if !inside {
			return 0, false
		}
		if len(models) == 0 || models[len(models)-1] != model {
			models = append(models, model)
		}
		if len(models) == 1 {
			n = i + 1
		}
	}
	if len(models) != 2 {
		return 0, false
	}
	for n < len(layers) && strings.HasPrefix(layers[n].Name, models[0]+"/") { // what has no weights
		n++
	}
	return n, true
}

func splitAtNarrowest(layers []keras.Layer) (n int, code string, err error) {
	first, last := -1, -1 // that have weights: the code lies between them
	for i, l := range layers {
		if len(l.Weights) > 0 {
			if last = i; first < 0 {
				first = i
			}
		}
	}
	best := -1
	for i := first; i >= 0 && i < last; i++ {
		if best < 0 || layers[i].Output.Size() < layers[best].Output.Size() {
			best = i
		}
	}
	if best < 0 {
		return 0, "", fmt.Errorf("it has one layer with weights, expected some for an encoder and some for a decoder")
	}
	if size, picture := layers[best].Output.Size(), layers[len(layers)-1].Output.Size(); size >= picture {
		return 0, "", fmt.Errorf("its narrowest layer, %q, gives %d numbers and a picture has %d: expected a code that is smaller, or the name of the layer that gives it", layers[best].Name, size, picture)
	}
	code = layers[best].Name
	// What belongs to the code: functions and normalisations behind its layer.
	for best+1 < last && elementwise(layers[best+1]) {
		best++
	}
	return best + 1, code, nil
}

// elementwise reports whether a layer works on each number by itself.
func elementwise(l keras.Layer) bool {
	switch l.Layer.(type) {
	case nil, nn.Activate, nn.BatchNormalization, nn.Rescaling, nn.Flatten:
		return true
	}
	return false
}

// splitAtName finds the layer of a name, or the last one of a model of that name.
func splitAtName(layers []keras.Layer, name string) (int, string, error) {
	at, found := -1, 0
	var names []string
	for i, l := range layers {
		names = append(names, l.Name)
		switch {
		case l.Name == name || path.Base(l.Name) == name:
			at = i
			found++
		case strings.HasPrefix(l.Name, name+"/"):
			if at < 0 || !strings.HasPrefix(layers[at].Name, name+"/") {
				found++
			}
			at = i
		}
	}
	switch {
	case found == 0:
		return 0, "", fmt.Errorf("there is no layer %q among %s", name, strings.Join(names, ", "))
	case found > 1:
		return 0, "", fmt.Errorf("%d layers are called %q: expected one of %s", found, name, strings.Join(names, ", "))
	case at == len(layers)-1:
		return 0, "", fmt.Errorf("the layer %q is the last: nothing is left for the decoder", name)
	}
	return at + 1, layers[at].Name, nil
}

// asVector returns the encoder's layers with one behind them that makes a vector of the code,
// and the decoder's with one before them that makes the code's shape of it again.
func asVector(encoder, decoder []keras.Layer) ([]keras.Layer, []keras.Layer) {
	shape := encoder[len(encoder)-1].Output
	if len(shape) == 1 {
		return encoder, decoder
	}
	flat := keras.Layer{Name: "flatten", Class: "Flatten", Layer: nn.Flatten{}, Output: nn.Shape{shape.Size()}}
	back := keras.Layer{Name: "reshape", Class: "Reshape", Layer: nn.Reshape{Shape: shape}, Output: shape}
	return append(encoder[:len(encoder):len(encoder)], flat), append([]keras.Layer{back}, decoder...)
}
