package keras_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/keras"
	"likeness/nn"
)

// open opens a file of testdata/make.py.
func open(t testing.TB, name string) *keras.Model {
	t.Helper()
	m, err := keras.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// checkNumbers compares the weights of layers with those that make.py gives to the arrays
// of a file, which has them in this order.
func checkNumbers(t *testing.T, file string, layers []keras.Layer, first int) (next int) {
	t.Helper()
	k := first
	for _, l := range layers {
		for _, w := range l.Weights {
			for i, v := range w.Values {
				want := math.Sin(float64(100*k+i)) / 4
				if w.Name == "moving_variance" {
					want *= want
				}
				if float32(want) != v {
					t.Fatalf("%s: layer %q, %s, value %d: %v, want %v (array %d)", file, l.Name, w.Name, i, v, want, k)
				}
			}
			k++
		}
	}
	return k
}

// table describes layers in a line each.
func table(layers []keras.Layer) string {
	var b strings.Builder
	for _, l := range layers {
		if l.Layer != nil {
			fmt.Fprintf(&b, "%s %+v %v\n", l.Class, l.Layer, l.Output)
		}
	}
	return b.String()
}

const tutorialEncoder = `Conv2D {Filters:4 Kernel:3 Stride:0 Activation:elu Zero:false} (None, 16, 16, 4)
MaxPooling2D {Same:false} (None, 8, 8, 4)
Conv2D {Filters:5 Kernel:3 Stride:0 Activation:elu Zero:false} (None, 8, 8, 5)
MaxPooling2D {Same:false} (None, 4, 4, 5)
Conv2D {Filters:6 Kernel:3 Stride:0 Activation:elu Zero:false} (None, 4, 4, 6)
MaxPooling2D {Same:false} (None, 2, 2, 6)
Conv2D {Filters:7 Kernel:3 Stride:0 Activation:elu Zero:false} (None, 2, 2, 7)
MaxPooling2D {Same:false} (None, 1, 1, 7)
Flatten {} (None, 7)
Dense {Units:8 Activation:elu Zero:false Frozen:false} (None, 8)
`

const tutorialDecoder = `Dense {Units:7 Activation: Zero:false Frozen:false} (None, 7)
Reshape {Shape:(None, 1, 1, 7)} (None, 1, 1, 7)
Conv2DTranspose {Filters:6 Kernel:3 Stride:2 Activation:elu Zero:false} (None, 2, 2, 6)
Conv2DTranspose {Filters:5 Kernel:3 Stride:2 Activation:elu Zero:false} (None, 4, 4, 5)
Conv2DTranspose {Filters:4 Kernel:3 Stride:2 Activation:elu Zero:false} (None, 8, 8, 4)
Conv2DTranspose {Filters:3 Kernel:3 Stride:2 Activation: Zero:false} (None, 16, 16, 3)
`

// The tutorial's encoder and decoder, as every version of Keras writes them, are fitted by
// their shapes.
func TestTutorialFiles(t *testing.T) {
	for _, c := range []struct{ file, version, encoder, decoder string }{
		{"encoder.h5", "2.2.4", tutorialEncoder, ""},
		{"decoder.h5", "2.2.4", "", tutorialDecoder},
		{"encoder-2.15.h5", "2.15.0", tutorialEncoder, ""},
		{"decoder-2.15.h5", "2.15.0", "", tutorialDecoder},
		{"encoder-3.h5", "3.5.0", tutorialEncoder, ""},
		{"encoder.weights.h5", "", tutorialEncoder, ""},
		{"encoder-2.13.weights.h5", "", tutorialEncoder, ""},
		{"decoder.weights.h5", "", "", tutorialDecoder},
		{"nested.h5", "2.11.0", tutorialEncoder, tutorialDecoder},
		{"nested.weights.h5", "", tutorialEncoder, tutorialDecoder},
		{"pca-encoder.h5", "2.15.0", "Flatten {} (None, 48)\nDense {Units:5 Activation: Zero:false Frozen:false} (None, 5)\n", ""},
		{"pca-decoder.h5", "2.15.0", "", "Dense {Units:48 Activation: Zero:false Frozen:false} (None, 48)\nReshape {Shape:(None, 4, 4, 3)} (None, 4, 4, 3)\n"},
	} {
		m := open(t, c.file)
		if m.Version != c.version || m.Declared() {
			t.Errorf("%s: version %q, declared %v", c.file, m.Version, m.Declared())
		}
		f, err := m.Fit(keras.FitOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		if got := table(f.Encoder); got != c.encoder {
			t.Errorf("%s: the encoder is\n%s", c.file, got)
		}
		if got := table(f.Decoder); got != c.decoder {
			t.Errorf("%s: the decoder is\n%s", c.file, got)
		}
		checkNumbers(t, c.file, f.Decoder, checkNumbers(t, c.file, f.Encoder, 0))
		side := 16
		if strings.HasPrefix(c.file, "pca") {
			side = 4
		}
		if !slices.Equal(f.Picture, nn.Shape{side, side, 3}) {
			t.Errorf("%s: pictures of %v", c.file, f.Picture)
		}
	}
}

const ownTable = `Conv2D {Filters:4 Kernel:3 Stride:1 Activation:relu Zero:false} (None, 8, 12, 4)
MaxPooling2D {Same:false} (None, 4, 6, 4)
Conv2D {Filters:6 Kernel:3 Stride:2 Activation: Zero:false} (None, 2, 3, 6)
BatchNormalization {Epsilon:0.001} (None, 2, 3, 6)
LeakyReLU {Function:leaky_relu(0.30000001192092896)} (None, 2, 3, 6)
Flatten {} (None, 36)
Dense {Units:4 Activation: Zero:false Frozen:false} (None, 4)
Dense {Units:36 Activation:relu Zero:false Frozen:false} (None, 36)
BatchNormalization {Epsilon:0.001} (None, 36)
Reshape {Shape:(None, 2, 3, 6)} (None, 2, 3, 6)
UpSampling2D {Size:2} (None, 4, 6, 6)
Conv2D {Filters:4 Kernel:3 Stride:1 Activation:tanh Zero:false} (None, 4, 6, 4)
Conv2DTranspose {Filters:4 Kernel:2 Stride:2 Activation:elu Zero:false} (None, 8, 12, 4)
Conv2D {Filters:3 Kernel:1 Stride:1 Activation:sigmoid Zero:false} (None, 8, 12, 3)
`

// Whole models of every format say their layers, and each layer has its own weights.
func TestWholeModels(t *testing.T) {
	for _, file := range []string{"own-sequential.h5", "own-old.h5", "own-nested.h5", "own-sequential.keras", "own-nested.keras"} {
		m := open(t, file)
		layers, err := m.Layers(nil)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := table(layers); got != ownTable || !m.Declared() || !slices.Equal(m.Input, nn.Shape{8, 12, 3}) {
			t.Errorf("%s: input %v, layers\n%s", file, m.Input, got)
		}
		// Values that make.py does not write are those of Keras where it has no such array.
		var inFile []keras.Layer
		for _, l := range layers {
			l.Weights = slices.DeleteFunc(slices.Clone(l.Weights), func(w keras.Weight) bool {
				constant := slices.Max(w.Values) == slices.Min(w.Values)
				return constant && (l.Name == "conv2d_4" || strings.HasSuffix(l.Name, "/conv2d_4") || w.Name == "gamma")
			})
			inFile = append(inFile, l)
		}
		checkNumbers(t, file, inOrder(file, inFile), 0)
		n, err := keras.Network("autoencoder", m.Input, layers)
		if err != nil {
			t.Fatal(err)
		}
		y, err := n.Predict(t.Context(), make([]float32, m.Input.Size()))
		if err != nil || len(y) != m.Input.Size() {
			t.Errorf("%s: %d values, %v", file, len(y), err)
		}
	}
}

// inOrder returns layers with one array each, in the order of the file: of a model within a
// model, Keras 2 has the moving means and variances behind all others.
func inOrder(file string, layers []keras.Layer) []keras.Layer {
	if file != "own-nested.h5" {
		return layers
	}
	var all []keras.Layer
	for _, model := range []string{"encoder/", "decoder/"} {
		for _, moving := range []bool{false, true} {
			for _, l := range layers {
				for _, w := range l.Weights {
					if strings.HasPrefix(l.Name, model) && strings.HasPrefix(w.Name, "moving_") == moving {
						all = append(all, keras.Layer{Name: l.Name, Weights: []keras.Weight{w}})
					}
				}
			}
		}
	}
	return all
}
