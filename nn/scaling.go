package nn

import (
	"errors"
	"fmt"
	"math"
)

// BatchNormalization is Keras's layer as it is at inference: of each channel, the last
// dimension, it takes the mean and divides by the deviation that were gathered in training,
// then scales and shifts:
//
//	y = gamma * (x - moving_mean) / sqrt(moving_variance + Epsilon) + beta
//
// (Ioffe and Szegedy 2015). Training leaves its four arrays as they are.
type BatchNormalization struct {
	Epsilon float64 // 0 means Keras's default, 0.001
}

// DefaultEpsilon is the Epsilon of a BatchNormalization that does not say its own.
const DefaultEpsilon = 0.001

func (BatchNormalization) Kind() string { return "BatchNormalization" }

func (b BatchNormalization) epsilon() float64 {
	if b.Epsilon == 0 {
		return DefaultEpsilon
	}
	return b.Epsilon
}

func (b BatchNormalization) Output(in Shape) (Shape, error) {
	if !(b.epsilon() > 0 && b.epsilon() <= 1) {
		return nil, fmt.Errorf("BatchNormalization: an epsilon of %g, expected more than 0 and at most 1", b.Epsilon)
	}
	return in, nil
}

func (BatchNormalization) params(in Shape) []paramSpec {
	channels := []int{in[len(in)-1]}
	return []paramSpec{{name: "gamma", shape: channels, one: true}, {name: "beta", shape: channels},
		{name: "moving_mean", shape: channels}, {name: "moving_variance", shape: channels, one: true}}
}

func (b BatchNormalization) plan(in Shape, params []*Param, _ Precision) op {
	c := in[len(in)-1]
	return &scalingOp{scale: make([]float32, c), shift: make([]float32, c), prepare: func(scale, shift []float32) {
		for i := range scale {
			s := float64(params[0].Value[i]) / math.Sqrt(float64(params[3].Value[i])+b.epsilon())
			scale[i] = float32(s)
			shift[i] = float32(float64(params[1].Value[i]) - s*float64(params[2].Value[i]))
		}
	}}
}

// Rescaling is Keras's layer of the same name: y = Scale*x + Offset.
type Rescaling struct{ Scale, Offset float64 }

func (Rescaling) Kind() string { return "Rescaling" }

func (r Rescaling) Output(in Shape) (Shape, error) {
	for _, v := range []float64{r.Scale, r.Offset} {
		if !(math.Abs(v) <= math.MaxFloat32) {
			return nil, errors.New("Rescaling: the scale and the offset must be numbers")
		}
	}
	return in, nil
}

func (Rescaling) params(Shape) []paramSpec { return nil }

func (r Rescaling) plan(Shape, []*Param, Precision) op {
	return &scalingOp{scale: []float32{float32(r.Scale)}, shift: []float32{float32(r.Offset)}}
}

// scalingOp computes y = scale*x + shift, channel by channel.
type scalingOp struct {
	scale, shift []float32
	prepare      func(scale, shift []float32) // sets them from the weights; nil where they are constant
}

func (o *scalingOp) pack() {
	if o.prepare != nil {
		o.prepare(o.scale, o.shift)
	}
}

func (o *scalingOp) forward(n int, x, y values, _ *workspace) {
	for i := range n {
		from, to := x.data.image(i), y.data.image(i)
		for c := 0; c < len(to); c += len(o.scale) {
			for j, s := range o.scale {
				to[c+j] = from[c+j]*s + o.shift[j]
			}
		}
	}
}

func (o *scalingOp) backward(n int, x, y values, _ *workspace) {
	if x.slope.data == nil {
		return
	}
	for i := range n {
		from, to := y.slope.image(i), x.slope.image(i)
		for c := 0; c < len(to); c += len(o.scale) {
			for j, s := range o.scale {
				to[c+j] = from[c+j] * s
			}
		}
	}
}

func (*scalingOp) pieces(values, values, []values) []piece { return nil }
