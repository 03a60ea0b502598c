package nn_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"likeness/nn"
	"likeness/parallel"
)

// The gradient in the input (held against the naive network's in nntest.Check) has the same
// bits on any number of processors.
func TestInputGradientBits(t *testing.T) {
	c := residuals["nested"]
	net, err := nn.New("net", c.input, c.layers...)
	if err != nil {
		t.Fatal(err)
	}
	net.Init(7)
	x := make([]float32, 30*net.Input.Size())
	for i := range x {
		x[i] = float32(i%97)/97 - 0.5
	}
	target := make([]float32, 30*net.Output().Size())
	y, gradient, err := net.InputGradient(parallel.WithThreads(t.Context(), 1), x, target)
	if err != nil {
		t.Fatal(err)
	}
	if y3, gradient3, err := net.InputGradient(parallel.WithThreads(t.Context(), 3), x, target); err != nil || !slices.Equal(y, y3) || !slices.Equal(gradient, gradient3) {
		t.Error("three threads return other bits than one")
	}
	for name, call := range map[string]func(){
		"half an image":     func() { net.InputGradient(t.Context(), x[1:], target) },
		"a target too many": func() { net.InputGradient(t.Context(), x[net.Input.Size():], target) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func TestPredictEndsWithTheContext(t *testing.T) {
	net, err := nn.New("line", nn.Shape{1}, nn.Dense{Units: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if y, err := net.Predict(ctx, make([]float32, 100)); !errors.Is(err, context.Canceled) || y != nil {
		t.Errorf("Predict returns %d numbers and the error %v, want context.Canceled", len(y), err)
	}
	if _, _, err := net.InputGradient(ctx, make([]float32, 100), make([]float32, 100)); !errors.Is(err, context.Canceled) {
		t.Errorf("InputGradient: error %v, want context.Canceled", err)
	}
}
