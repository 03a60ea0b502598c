package keras

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"likeness/hdf5"
)

// Lists of names that are longer than an attribute are written and read in pieces.
func TestLongNames(t *testing.T) {
	for _, n := range []int{0, 1, 3, 400, 3000} {
		var names []string
		for i := range n {
			names = append(names, fmt.Sprintf("%s_%d", strings.Repeat("layer", 10), i))
		}
		out := &hdf5.Tree{}
		addNames(out, layerNames, names)
		data, err := out.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		f, err := hdf5.Parse("names.h5", data)
		if err != nil {
			t.Fatal(err)
		}
		root, err := f.Root()
		if err != nil {
			t.Fatal(err)
		}
		got, err := namesOf(root, layerNames)
		if err != nil || !slices.Equal(got, names) {
			t.Errorf("%d names: %d came back, %v", n, len(got), err)
		}
		attributes, err := root.Attributes()
		if err != nil || (len(attributes) > 1) != (n == 3000) || !hasNames(attributes, layerNames) {
			t.Errorf("%d names: %d attributes, %v", n, len(attributes), err)
		}
	}
}

func TestSnake(t *testing.T) {
	for class, want := range map[string]string{
		"Conv2D": "conv2d", "Conv2DTranspose": "conv2d_transpose", "MaxPooling2D": "max_pooling2d", "UpSampling2D": "up_sampling2d",
		"BatchNormalization": "batch_normalization", "InputLayer": "input_layer", "ReLU": "re_lu", "LeakyReLU": "leaky_re_lu", "ELU": "elu", "Dense": "dense",
	} {
		if got := snake(class); got != want {
			t.Errorf("%s: %s, want %s", class, got, want)
		}
	}
}
