package runtime

import (
	"math"

	"likeness/internal/kernel"
)

// act is an activation that goes along with other work.
type act int

const (
	linear act = iota
	clamp      // to [low, high]
	leaky      // low*x below zero
	prelu      // likewise with a slope for each channel
	elu        // low*(exp(x)-1) below zero
	sigmoid
	hardSigmoid // low*x+high within [0, 1]
	hardSwish   // x times that
	silu        // x times the sigmoid
	tanh
)

// activation is an act with its numbers.
type activation struct {
	act       act
	low, high float32
	slopes    []float32 // of prelu; as long as a row
}

// apply changes x, whose rows are as long as slopes.
func (a *activation) apply(x []float32) {
	switch a.act {
	case clamp:
		whole := len(x) &^ (len(zeros) - 1)
		kernel.AddBiasClamp(x[:whole], zeros[:], a.low, a.high)
		if rest := x[whole:]; len(rest) > 0 {
			kernel.AddBiasClamp(rest, zeros[:len(rest)], a.low, a.high)
		}
	case leaky:
		for i, v := range x {
			if v < 0 {
				x[i] = v * a.low
			}
		}
	case prelu:
		kernel.AddBiasSlope(x, make([]float32, len(a.slopes)), a.slopes)
	case elu:
		if a.low == 1 {
			kernel.ELU(x, x)
			return
		}
		for i, v := range x {
			if v < 0 {
				x[i] = a.low * float32(math.Expm1(float64(v)))
			}
		}
	case sigmoid:
		for i, v := range x {
			x[i] = sigmoid1(v)
		}
	case hardSigmoid:
		for i, v := range x {
			x[i] = hard1(v, a.low, a.high)
		}
	case hardSwish:
		for i, v := range x {
			x[i] = v * hard1(v, a.low, a.high)
		}
	case silu:
		for i, v := range x {
			x[i] = v * sigmoid1(v)
		}
	case tanh:
		for i, v := range x {
			x[i] = float32(math.Tanh(float64(v)))
		}
	}
}

// zeros is a bias of nothing.
var zeros [64]float32

func sigmoid1(v float32) float32 { return float32(1 / (1 + math.Exp(-float64(v)))) }

func hard1(v, slope, offset float32) float32 {
	v = float32(slope*v) + offset
	if v < 0 {
		v = 0
	}
	if v > 1 {
		v = 1
	}
	return v
}

// epilogue is what is done with rows of a product while they are at hand.
type epilogue struct {
	bias []float32
	add  *storage // a second summand, or nil
	activation
}

// free says that nothing but a bias is there.
func (e *epilogue) free() bool { return e.add == nil && e.act == linear }

// finishRows does it for some rows of len(bias) numbers.
func (e *epilogue) finishRows(y, add []float32) {
	if add != nil {
		kernel.Add(y, add)
	}
	switch {
	case e.act == elu && e.low == 1:
		kernel.AddBiasELU(y, e.bias)
	case e.act == clamp:
		kernel.AddBiasClamp(y, e.bias, e.low, e.high)
	case e.act == prelu:
		kernel.AddBiasSlope(y, e.bias, e.slopes)
	default:
		kernel.AddBias(y, e.bias)
		e.apply(y)
	}
}
