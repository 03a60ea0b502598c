package nn_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

// Decay takes its share of the kernels, and neither of biases nor of what is
// frozen, beside the step that is taken without it.
func TestDecay(t *testing.T) {
	const rate, decay = 0.1, 0.5
	train := func(precision nn.Precision, decay float64) (*nn.Network, []float32) {
		net, err := nn.New("net", nn.Shape{4, 4, 3}, nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.ELU},
			nn.Conv2D{Filters: 4, Kernel: 3}, nn.MaxPooling2D{}, nn.Conv2DTranspose{Filters: 2, Kernel: 3, Stride: 2},
			nn.Flatten{}, nn.Dense{Units: 3, Frozen: true}, nn.Dense{Units: 2})
		if err != nil {
			t.Fatal(err)
		}
		net.Init(1)
		for _, p := range net.Params() { // biases begin at zero
			for i := range p.Value {
				p.Value[i] += 0.25
			}
		}
		net.Pack()
		before := slices.Clone(net.Weights())
		x := make([]float32, 48)
		for i := range x {
			x[i] = float32(i%7)/7 - 0.5
		}
		step := nn.NewStep(1, 2, precision, net)
		step.Decay = decay
		step.Do(x, []float32{1, -1}, rate)
		return net, before
	}
	for _, precision := range []nn.Precision{nn.Float32, nn.BF16} {
		plain, before := train(precision, 0)
		decayed, _ := train(precision, decay)
		others, offset := decayed.Params(), 0
		for i, p := range plain.Params() {
			for j, v := range p.Value {
				want := v
				if strings.HasSuffix(p.Name, "/kernel") && p.Name != "dense/kernel" {
					want -= rate * decay * before[offset+j]
				}
				if got := others[i].Value[j]; math.Abs(float64(got-want)) > 1e-6 {
					t.Fatalf("%s: weight %d of %s is %g, want %g", precision, j, p.Name, got, want)
				}
			}
			offset += len(p.Value)
		}
	}
}
