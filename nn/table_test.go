package nn_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

// everyLayer has one layer of each kind, sums within sums, and what a table must keep.
func everyLayer() []nn.Layer {
	return []nn.Layer{
		nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.ELU},
		nn.Residual{
			Layers: []nn.Layer{nn.Conv2D{Filters: 6, Kernel: 2, Stride: 2}, nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 6, Kernel: 1}}},
				nn.Conv2DTranspose{Filters: 4, Kernel: 3, Stride: 2, Activation: nn.ELU}},
			Shortcut: []nn.Layer{nn.Conv2D{Filters: 4, Kernel: 1}},
		},
		nn.MaxPooling2D{}, nn.Activate{Function: nn.LeakyReLU(0.3)}, nn.UpSampling2D{Size: 3}, nn.BatchNormalization{Epsilon: 0.01}, nn.MaxPooling2D{Same: true},
		nn.Rescaling{Scale: 0.5, Offset: -1}, nn.Conv2D{Filters: 4, Kernel: 3, Stride: 2, Activation: nn.ReLU}, nn.UpSampling2D{Size: 2}, nn.MaxPooling2D{},
		nn.UpSampling2D{Size: 2}, nn.MaxPooling2D{Same: true}, nn.UpSampling2D{Size: 2}, nn.MaxPooling2D{},
		nn.Flatten{}, nn.Dense{Units: 64},
		nn.Residual{Shortcut: []nn.Layer{nn.Dense{Units: 64, Frozen: true}}},
		nn.Dense{Units: 12, Activation: nn.ELU}, nn.Reshape{Shape: nn.Shape{2, 2, 3}},
	}
}

// Layers are declared again from their table, through JSON, and a network of them gives
// the same.
func TestLayersOfTable(t *testing.T) {
	input := nn.Shape{8, 8, 3}
	net, err := nn.New("net", input, everyLayer()...)
	if err != nil {
		t.Fatal(err)
	}
	net.Init(3)
	text, err := json.Marshal(net.LayerTable())
	if err != nil {
		t.Fatal(err)
	}
	var table []nn.LayerInfo
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	layers, err := nn.Layers(table)
	if err != nil {
		t.Fatal(err)
	}
	again, err := nn.New("net", input, layers...)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.EqualFunc(again.LayerTable(), table, nn.LayerInfo.Equal) {
		t.Errorf("another table:\n%+v\nwant\n%+v", again.LayerTable(), table)
	}
	copy(again.Weights(), net.Weights())
	again.Pack()
	x := make([]float32, input.Size())
	for i := range x {
		x[i] = float32(i%7)/7 - 0.5
	}
	if !slices.Equal(must(again.Predict(t.Context(), x)), must(net.Predict(t.Context(), x))) {
		t.Error("the network gives something else")
	}
	declared, err := nn.Table(input, layers...)
	if err != nil || !slices.EqualFunc(declared, table, nn.LayerInfo.Equal) {
		t.Errorf("without a network the table is %+v, error %v", declared, err)
	}
	weights, err := nn.Weights(input, layers...)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range net.Params() {
		if weights[i].Name != p.Name || !slices.Equal(weights[i].Shape, p.Shape) {
			t.Errorf("weights %d: %s %v, want %s %v", i, weights[i].Name, weights[i].Shape, p.Name, p.Shape)
		}
	}
}

// A table from outside is refused before it can do harm.
func TestBadTables(t *testing.T) {
	net, err := nn.New("net", nn.Shape{8, 8, 3}, everyLayer()...)
	if err != nil {
		t.Fatal(err)
	}
	nested := []nn.LayerInfo{}
	for i := range 40 {
		nested = append(nested, nn.LayerInfo{Kind: "Add", Output: nn.Shape{3}, Layers: i})
	}
	add := func(t []nn.LayerInfo) *nn.LayerInfo { return &t[len(t)-3] }
	for want, change := range map[string]func([]nn.LayerInfo) []nn.LayerInfo{
		"unknown kind":                   func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Kind = "LSTM"; return t },
		"expected 1 to 3 dimensions":     func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Output = nil; return t },
		"[0 8 4] is empty":               func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Output = nn.Shape{0, 8, 4}; return t },
		"empty or too large":             func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Output = nn.Shape{1 << 19, 1 << 19, 4}; return t },
		"more than 67108864 values":      func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Output = nn.Shape{1 << 13, 1 << 13, 1}; return t },
		"kernel 65":                      func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Kernel = 65; return t },
		"stride -1":                      func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Stride = -1; return t },
		"expected a picture":             func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Output = nn.Shape{4}; return t },
		"it adds 99 and 1 layers":        func(t []nn.LayerInfo) []nn.LayerInfo { add(t).Layers = 99; return t },
		"it adds -1 and 1 layers":        func(t []nn.LayerInfo) []nn.LayerInfo { add(t).Layers = -1; return t },
		"sums within sums":               func([]nn.LayerInfo) []nn.LayerInfo { return nested },
		"5000 layers":                    func([]nn.LayerInfo) []nn.LayerInfo { return make([]nn.LayerInfo, 5000) },
		nn.ErrOldTable.Error():           func(t []nn.LayerInfo) []nn.LayerInfo { t[0].Kernel = 0; return t },
		"Add: " + nn.ErrOldTable.Error(): func(t []nn.LayerInfo) []nn.LayerInfo { add(t).Layers, add(t).Shortcut = 0, 0; return t },
	} {
		_, err := nn.Layers(change(slices.Clone(net.LayerTable())))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
		if old := strings.Contains(want, nn.ErrOldTable.Error()); errors.Is(err, nn.ErrOldTable) != old {
			t.Errorf("%s: of an older version: %v", want, !old)
		}
	}
}
