package nn

import (
	"math"

	"likeness/internal/kernel"
)

// Adamax is Kingma and Ba's optimiser with the infinity norm (2015, section
// 7.1) in Keras's form:
//
//	m = Beta1*m + (1-Beta1)*g
//	u = max(Beta2*u, |g|)
//	w = w - Rate/(1-Beta1^t) * m/(u+Epsilon)
type Adamax struct {
	Beta1, Beta2, Epsilon float64
}

// DefaultAdamax returns Adamax with Keras's constants.
func DefaultAdamax() Adamax { return Adamax{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7} }

// OptimizerState is what an optimiser remembers between steps: the number of
// steps taken and two arrays as long as the weights.
type OptimizerState struct {
	Steps int
	M, U  []float32
}

// size is the length of the first moment's step number steps, from 1. The
// correction of the moment's start at zero takes Beta1 as the kernel has it,
// rounded to float32: the moment was summed up so.
func (a Adamax) size(steps int, rate float64) float32 {
	return float32(rate / (1 - math.Pow(float64(float32(a.Beta1)), float64(steps))))
}

// update moves the weights w from the given one on by the gradient g.
func (a Adamax) update(w []float32, state *OptimizerState, from int, g []float32, size float32) {
	to := from + len(g)
	kernel.Adamax(w[from:to], state.M[from:to], state.U[from:to], g, size, float32(a.Beta1), float32(a.Beta2), float32(a.Epsilon))
}
