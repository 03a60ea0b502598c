package nn_test

import (
	"runtime"
	"slices"
	"testing"

	"likeness/nn"
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
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	y, gradient := net.InputGradient(x, target)
	runtime.GOMAXPROCS(3)
	if y3, gradient3 := net.InputGradient(x, target); !slices.Equal(y, y3) || !slices.Equal(gradient, gradient3) {
		t.Error("three processors give other bits than one")
	}
	for name, call := range map[string]func(){
		"half an image":     func() { net.InputGradient(x[1:], target) },
		"a target too many": func() { net.InputGradient(x[net.Input.Size():], target) },
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
