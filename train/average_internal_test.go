package train

import (
	"testing"

	"likeness/nn"
)

// BenchmarkAverage is one update of 2.4 million weights.
func BenchmarkAverage(b *testing.B) {
	n, err := nn.New("encoder", nn.Shape{3072}, nn.Dense{Units: 780})
	if err != nil {
		b.Fatal(err)
	}
	v := newAverage([]*nn.Network{n}, 0)
	b.SetBytes(int64(4 * len(n.Weights())))
	for b.Loop() {
		v.update(0.999)
	}
}
