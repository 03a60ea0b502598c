package nn_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
	"likeness/nn/nntest"
)

func conv(filters int) nn.Layer {
	return nn.Conv2D{Filters: filters, Kernel: 3, Activation: nn.ELU}
}

// residuals are networks in which ways part and meet, by what is special.
var residuals = map[string]struct {
	input  nn.Shape
	layers []nn.Layer
}{
	"at the input": {nn.Shape{4, 6, 3}, []nn.Layer{
		nn.Residual{Layers: []nn.Layer{conv(5), nn.Conv2D{Filters: 3, Kernel: 3}}}, conv(2)}},
	"identity": {nn.Shape{4, 6, 3}, []nn.Layer{
		conv(33), nn.Residual{Layers: []nn.Layer{conv(7), conv(33)}}, conv(2)}},
	"shortcut": {nn.Shape{4, 4, 3}, []nn.Layer{
		conv(6),
		nn.Residual{
			Layers:   []nn.Layer{conv(8), nn.Conv2D{Filters: 9, Kernel: 2, Stride: 2}},
			Shortcut: []nn.Layer{nn.Conv2D{Filters: 9, Kernel: 1, Stride: 2}},
		},
		conv(2)}},
	"dense beside convolutions": {nn.Shape{4, 4, 3}, []nn.Layer{
		nn.Residual{
			Layers:   []nn.Layer{conv(32), nn.MaxPooling2D{}, nn.Flatten{}, nn.Dense{Units: 6}},
			Shortcut: []nn.Layer{nn.Flatten{}, nn.Dense{Units: 6}},
		},
		nn.Residual{
			Layers:   []nn.Layer{nn.Dense{Units: 12, Activation: nn.ELU}, nn.Reshape{Shape: nn.Shape{2, 2, 3}}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2}},
			Shortcut: []nn.Layer{nn.Dense{Units: 48}, nn.Reshape{Shape: nn.Shape{4, 4, 3}}},
		}}},
	"pooled both ways": {nn.Shape{8, 4, 3}, []nn.Layer{
		conv(32),
		nn.Residual{Layers: []nn.Layer{conv(64), nn.MaxPooling2D{}}, Shortcut: []nn.Layer{conv(64), nn.MaxPooling2D{}}},
		conv(2)}},
	"nested": {nn.Shape{8, 8, 3}, []nn.Layer{
		conv(8),
		nn.Residual{Layers: []nn.Layer{ // a small U-net
			nn.Residual{Layers: []nn.Layer{conv(8), nn.Conv2D{Filters: 8, Kernel: 3}}},
			nn.Conv2D{Filters: 12, Kernel: 2, Stride: 2},
			nn.Residual{Layers: []nn.Layer{
				nn.Conv2D{Filters: 16, Kernel: 2, Stride: 2},
				nn.Residual{Layers: []nn.Layer{conv(16), nn.Conv2D{Filters: 16, Kernel: 3}}},
				nn.Conv2DTranspose{Filters: 12, Kernel: 2, Stride: 2},
			}},
			nn.Residual{Layers: []nn.Layer{conv(12)}},
			nn.Conv2DTranspose{Filters: 8, Kernel: 2, Stride: 2},
		}},
		nn.Conv2D{Filters: 3, Kernel: 3}}},
	"first in its way": {nn.Shape{5, 3, 4}, []nn.Layer{
		nn.Residual{
			Layers:   []nn.Layer{nn.Residual{Layers: []nn.Layer{conv(4)}}, conv(4)},
			Shortcut: []nn.Layer{nn.Residual{Layers: []nn.Layer{conv(4)}}},
		},
		nn.Residual{Layers: []nn.Layer{nn.Residual{Layers: []nn.Layer{conv(4)}}}}}},
	"no layers": {nn.Shape{3, 3, 2}, []nn.Layer{
		conv(2), nn.Residual{}, nn.Residual{Shortcut: []nn.Layer{conv(2)}}, nn.Residual{Shortcut: []nn.Layer{nn.Flatten{}}, Layers: []nn.Layer{nn.Flatten{}}}}},
}

func TestResidualAgainstNaive(t *testing.T) {
	for name, c := range residuals {
		if testing.Short() && name == "pooled both ways" {
			continue // takes longer than all others together
		}
		t.Run(name, func(t *testing.T) { nntest.Check(t, c.input, c.layers...) })
	}
}

func TestResidualBitsAndThreads(t *testing.T) {
	c := residuals["nested"]
	train := func(threads int) []float32 {
		net, err := nn.New("net", c.input, c.layers...)
		if err != nil {
			t.Fatal(err)
		}
		net.Init(7)
		step := must(nn.NewStep(nn.Options{Batch: 30, Threads: threads}, net))
		x := make([]float32, 30*net.Input.Size())
		for i := range x {
			x[i] = float32(i%97)/97 - 0.5
		}
		for range 3 {
			step.Do(x, x, 0.01)
		}
		return slices.Clone(net.Weights())
	}
	if !slices.Equal(train(1), train(3)) {
		t.Error("three threads give other weights than one")
	}
}

// With Zero a Residual begins as its shortcut.
func TestZero(t *testing.T) {
	net, err := nn.New("net", nn.Shape{4, 4, 3},
		nn.Residual{Layers: []nn.Layer{conv(8), nn.Conv2D{Filters: 3, Kernel: 3, Zero: true}}},
		nn.Residual{Layers: []nn.Layer{nn.Conv2DTranspose{Filters: 3, Kernel: 3, Zero: true}}},
		nn.Flatten{},
		nn.Residual{Layers: []nn.Layer{nn.Dense{Units: 48, Zero: true}}})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(1)
	x := make([]float32, net.Input.Size())
	for i := range x {
		x[i] = float32(i) / 50
	}
	if !slices.Equal(must(net.Predict(context.Background(), x)), x) {
		t.Error("the network changes its input")
	}
}

func TestResidualTable(t *testing.T) {
	c := residuals["shortcut"]
	net, err := nn.New("net", c.input, c.layers...)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	params := 0
	for _, l := range net.LayerTable() {
		names = append(names, l.Name)
		params += l.Params
	}
	if got, want := strings.Join(names, " "), "conv2d conv2d_1 conv2d_2 conv2d_3 add conv2d_4"; got != want {
		t.Errorf("the table has %s, want %s", got, want)
	}
	if params != len(net.Weights()) {
		t.Errorf("the table counts %d parameters of %d", params, len(net.Weights()))
	}
}

func TestResidualWrongShapes(t *testing.T) {
	for want, r := range map[string]nn.Residual{
		"cannot add (None, 4, 4, 5) and, from its shortcut, (None, 4, 4, 3)": {Layers: []nn.Layer{conv(5)}},
		"shortcut: layer 1 of a Residual: Dense needs a vector":              {Shortcut: []nn.Layer{nn.Dense{Units: 3}}},
		"layer 2 of a Residual: MaxPooling2D needs at least 2x2 pixels":      {Layers: []nn.Layer{nn.Conv2D{Filters: 3, Kernel: 3, Stride: 4}, nn.MaxPooling2D{}}},
	} {
		_, err := nn.New("net", nn.Shape{4, 4, 3}, r)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

// A frozen layer lets gradients through and stays as it is.
func TestFrozen(t *testing.T) {
	net, err := nn.New("net", nn.Shape{5}, nn.Dense{Units: 6, Activation: nn.ELU}, nn.Dense{Units: 7, Frozen: true}, nn.Dense{Units: 2})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(1)
	before := slices.Clone(net.Weights())
	x := []float32{1, -2, 3, -4, 5}
	must(nn.NewStep(nn.Options{Batch: 1, Threads: 1}, net)).Do(x, []float32{10, -10}, 0.1)
	offset := 0
	for _, p := range net.Params() {
		same := slices.Equal(p.Value, before[offset:offset+len(p.Value)])
		if frozen := strings.HasPrefix(p.Name, "dense_1/"); same != frozen {
			t.Errorf("%s: stayed as it is: %v, want %v", p.Name, same, frozen)
		}
		offset += len(p.Value)
	}
	if s := net.Summary(); !strings.Contains(s, "Trainable params: 52\nNon-trainable params: 49\n") { // 36+16 and 49
		t.Errorf("the summary does not count what is frozen:\n%s", s)
	}
}
