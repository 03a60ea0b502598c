package keras_test

import (
	"slices"
	"strings"
	"testing"

	"likeness/hdf5"
	"likeness/keras"
	"likeness/nn"
)

// Weights that this program wrote come back with their layers, also where ways part and
// meet; a table that says something else than its layers are is refused.
func TestOwnWeights(t *testing.T) {
	n := network(t, "encoder", nn.Shape{4, 4, 3},
		nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 4, Kernel: 3}, nn.BatchNormalization{}}, Shortcut: []nn.Layer{nn.Conv2D{Filters: 4, Kernel: 1}}},
		nn.Activate{Function: nn.LeakyReLU(0.1)}, nn.Flatten{}, nn.Dense{Units: 3, Activation: nn.Sigmoid})
	data, err := keras.LegacyWeights(n)
	if err != nil {
		t.Fatal(err)
	}
	m, err := keras.Parse("m.h5", data)
	if err != nil {
		t.Fatal(err)
	}
	layers, err := m.Layers(nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := keras.Network("encoder", m.Input, layers)
	if err != nil {
		t.Fatal(err)
	}
	if !m.Own || !m.Declared() || !slices.Equal(back.Weights(), n.Weights()) || !slices.EqualFunc(back.LayerTable(), n.LayerTable(), nn.LayerInfo.Equal) {
		t.Errorf("other layers or weights came back:\n%s", back.Summary())
	}
	for want, text := range map[string]string{
		`m.h5: attribute "likeness_layers": unexpected end of JSON input`: "{",
		`m.h5: attribute "likeness_layers": input: shape (None)`:          "{}",
		`m.h5: attribute "likeness_layers": layer "flatten" is not what`:  `{"input":[4,4,3],"layers":[{"name":"flatten","kind":"Flatten","output_shape":[49]}]}`,
		`m.h5: attribute "likeness_layers": layer "a", Lambda: unknown`:   `{"input":[4,4,3],"layers":[{"name":"a","kind":"Lambda","output_shape":[48]}]}`,
		`m.h5: /: there is no "dense"`:                                    `{"input":[4],"layers":[{"name":"dense","kind":"Dense","output_shape":[2],"params":10}]}`,
	} {
		root := &hdf5.Tree{}
		root.String("likeness_layers", text)
		root.Strings("layer_names", []string{"dense"})
		data, err := root.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := keras.Parse("m.h5", data); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
