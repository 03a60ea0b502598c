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

// DefaultAdamax has Keras's constants.
var DefaultAdamax = Adamax{Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-7}

// OptimizerState is what an optimiser remembers between steps: the number of
// steps taken and two arrays as long as the weights.
type OptimizerState struct {
	Steps int
	M, U  []float32
}

// update moves the weights w[from:to] by the gradient g; state.Steps already
// counts this step. The correction of the first moment's start at zero takes
// Beta1 as the kernel has it, rounded to float32: the moment was summed up so.
func (a Adamax) update(w, g []float32, state *OptimizerState, from, to int, rate float64) {
	beta1, beta2 := float32(a.Beta1), float32(a.Beta2)
	step := rate / (1 - math.Pow(float64(beta1), float64(state.Steps)))
	kernel.Adamax(w[from:to], state.M[from:to], state.U[from:to], g[from:to], float32(step), beta1, beta2, float32(a.Epsilon))
}
