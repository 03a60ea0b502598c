package nntest

import (
	"math"
	"math/rand/v2"
	"strings"

	"likeness/nn"
)

// Fill gives a network weights that are none of them zero, as those of a trained one: filters that
// begin at zero, biases, and variances, which are positive.
func Fill(n *nn.Network, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	n.Init(seed)
	for _, p := range n.Params() {
		fan := 1
		for _, d := range p.Shape[:len(p.Shape)-1] {
			fan *= d
		}
		scale := 0.5 / math.Sqrt(float64(fan))
		if len(p.Shape) == 1 {
			scale = 0.1
		}
		for i := range p.Value {
			p.Value[i] += float32(scale * rng.NormFloat64())
			if strings.HasSuffix(p.Name, "/moving_variance") {
				p.Value[i] = 0.1 + p.Value[i]*p.Value[i]
			}
		}
	}
	n.Pack()
}

// Apart returns the largest difference of two lists of numbers, as a share of the largest number in want. Of lists of different
// lengths, and of numbers that are none, it returns +Inf.
func Apart(got, want []float32) float64 {
	if len(got) != len(want) {
		return math.Inf(1)
	}
	largest, apart := 0.0, 0.0
	for i, v := range want {
		largest, apart = max(largest, math.Abs(float64(v))), max(apart, math.Abs(float64(got[i])-float64(v)))
	}
	switch {
	case math.IsNaN(apart), math.IsNaN(largest):
		return math.Inf(1)
	case apart == 0:
		return 0
	}
	return apart / largest
}
