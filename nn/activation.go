package nn

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"likeness/internal/kernel"
)

// Activation is the function that follows a layer's sum, by Keras's name. All of them grow
// with their argument, and their slope follows from their value.
type Activation string

const (
	Linear  Activation = ""        // y = x
	ELU     Activation = "elu"     // y = x for x > 0, exp(x)-1 otherwise (Clevert et al. 2015, alpha 1)
	ReLU    Activation = "relu"    // y = x for x > 0, 0 otherwise
	Sigmoid Activation = "sigmoid" // y = 1/(1+exp(-x))
	Tanh    Activation = "tanh"    // y = tanh(x)
)

// leakyName begins the name of a leaky ReLU; its slope follows in parentheses.
const leakyName = "leaky_relu("

// LeakyReLU returns the function y = x for x > 0, slope*x otherwise, for a slope from 0 to
// 1. Its name is such as "leaky_relu(0.3)".
func LeakyReLU(slope float64) Activation {
	return Activation(leakyName + strconv.FormatFloat(slope, 'g', -1, 64) + ")")
}

// leak returns the slope of a leaky ReLU below zero.
func (a Activation) leak() (slope float32, ok bool) {
	text, ok := strings.CutPrefix(string(a), leakyName)
	if !ok {
		return 0, false
	}
	text, ok = strings.CutSuffix(text, ")")
	v, err := strconv.ParseFloat(text, 64)
	return float32(v), ok && err == nil && v >= 0 && v <= 1
}

// Slope returns the slope below zero of an activation made by LeakyReLU.
func (a Activation) Slope() (slope float64, ok bool) {
	v, ok := a.leak()
	return float64(v), ok
}

func (a Activation) check(kind string) error {
	switch a {
	case Linear, ELU, ReLU, Sigmoid, Tanh:
		return nil
	}
	if _, ok := a.leak(); !ok {
		return fmt.Errorf("%s: unknown activation %q, known are %q, %q, %q, %q, %q and %q with a slope from 0 to 1", kind, string(a), string(Linear), ELU, ReLU, Sigmoid, Tanh, "leaky_relu(0.3)")
	}
	return nil
}

// addBias adds the bias to every pixel of one image and applies the activation.
func (a Activation) addBias(y, bias []float32) {
	if a == ELU {
		kernel.AddBiasELU(y, bias)
		return
	}
	kernel.AddBias(y, bias)
	a.apply(y)
}

// apply applies the activation in place.
func (a Activation) apply(y []float32) {
	switch a {
	case Linear:
	case ELU:
		for i, v := range y {
			if v <= 0 {
				y[i] = float32(math.Expm1(float64(v)))
			}
		}
	case ReLU:
		for i, v := range y {
			y[i] = max(v, 0)
		}
	case Sigmoid:
		for i, v := range y {
			y[i] = float32(1 / (1 + math.Exp(-float64(v))))
		}
	case Tanh:
		for i, v := range y {
			y[i] = float32(math.Tanh(float64(v)))
		}
	default:
		slope, _ := a.leak()
		for i, v := range y {
			y[i] = max(v, v*slope)
		}
	}
}

// grad turns the gradient behind the activation, whose values are y, into the one before it.
func (a Activation) grad(g, y []float32) {
	y = y[:len(g)]
	switch a {
	case Linear:
	case ELU:
		kernel.ELUGrad(g, g, y)
	case Sigmoid:
		for i, v := range y {
			g[i] *= v * (1 - v)
		}
	case Tanh:
		for i, v := range y {
			g[i] *= 1 - v*v
		}
	default: // ReLU is a leaky one that leaks nothing
		slope, _ := a.leak()
		for i, v := range y {
			if !(v > 0) {
				g[i] *= slope
			}
		}
	}
}

// activate adds the bias to every pixel of n images and applies the activation.
func activate(n int, y buffer, bias []float32, a Activation) {
	for i := range n {
		a.addBias(y.image(i), bias)
	}
}

// deactivate turns the gradient behind the activation into the one before it,
// in place, and sums it up over all pixels as the shard's gradient of the bias.
func deactivate(n int, y values, a Activation) {
	clear(y.bias)
	for i := range n {
		g := y.slope.image(i)
		a.grad(g, y.data.image(i))
		kernel.SumRows(y.bias, g)
	}
}

// Activate applies a function to every value, as Keras's layer Activation does. Behind a
// Dense or a convolution its own field Activation does the same in less time.
type Activate struct{ Function Activation }

// Kind returns the name of the Keras layer.
func (Activate) Kind() string { return "Activation" }

func (a Activate) Output(in Shape) (Shape, error) { return in, a.Function.check("Activation") }

func (Activate) params(Shape) []paramSpec { return nil }

func (a Activate) plan(Shape, []*Param, Precision) op {
	if a.Function == Linear {
		return nil
	}
	return activationOp{a.Function}
}

type activationOp struct{ function Activation }

func (activationOp) pack() {}

func (o activationOp) forward(n int, x, y values, _ *workspace) {
	copyImages(n, y.data, x.data)
	for i := range n {
		o.function.apply(y.data.image(i))
	}
}

func (o activationOp) backward(n int, x, y values, _ *workspace) {
	if x.slope.data == nil {
		return
	}
	copyImages(n, x.slope, y.slope)
	for i := range n {
		o.function.grad(x.slope.image(i), y.data.image(i))
	}
}

func (activationOp) pieces(values, values, []values) []piece { return nil }
