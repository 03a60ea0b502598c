package nn_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"likeness/nn"
)

// Outputs of single layers end in the bits of Predict, which runs some of them together.
func TestOutputsEndInPredict(t *testing.T) {
	nets := map[string]struct {
		input  nn.Shape
		layers []nn.Layer
	}{
		"pooled": {nn.Shape{8, 8, 3}, []nn.Layer{
			nn.Conv2D{Filters: 32, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{}, nn.Flatten{},
			nn.Dense{Units: 48}, nn.Reshape{Shape: nn.Shape{4, 4, 3}}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2}}},
		"empty": {nn.Shape{2, 2, 3}, nil},
	}
	for name, c := range residuals {
		nets[name] = struct {
			input  nn.Shape
			layers []nn.Layer
		}{c.input, c.layers}
	}
	for name, c := range nets {
		net, err := nn.New("net", c.input, c.layers...)
		if err != nil {
			t.Fatal(err)
		}
		net.Init(3)
		x := make([]float32, net.Input.Size())
		for i := range x {
			x[i] = float32(i%89)/89 - 0.5
		}
		outputs, err := net.Outputs(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		table := net.LayerTable()
		if len(outputs) != len(table) {
			t.Fatalf("%s: %d outputs of %d layers", name, len(outputs), len(table))
		}
		last := x
		for i, y := range outputs {
			if last = y; len(y) != table[i].Output.Size() {
				t.Errorf("%s: %s gives %d values, its table says %v", name, table[i].Name, len(y), table[i].Output)
			}
		}
		if want := must(net.Predict(t.Context(), x)); !slices.Equal(last, want) {
			t.Errorf("%s: the last output is not Predict's", name)
		}
	}
}

func TestOutputsEndWithTheContext(t *testing.T) {
	net, err := nn.New("net", nn.Shape{3}, nn.Dense{Units: 2})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := net.Outputs(ctx, make([]float32, 3)); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
}
