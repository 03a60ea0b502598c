// Package nntest judges networks: a naive forward pass in float64 for every
// layer, written straight from the formulas, and a check of a network's
// outputs and gradients against it.
package nntest

import (
	"cmp"
	"math"
	"slices"

	"likeness/nn"
)

// Forward runs one image through the layers in float64. params are the
// layers' weights in order, as Network.Params has them.
func Forward(input nn.Shape, layers []nn.Layer, params [][]float64, x []float64) []float64 {
	x, _ = forward(input, layers, params, x)
	return x
}

// forward is Forward, and gives back the weights that are left over.
func forward(input nn.Shape, layers []nn.Layer, params [][]float64, x []float64) ([]float64, [][]float64) {
	shape := input
	for _, l := range layers {
		out, err := l.Output(shape)
		if err != nil {
			panic("nntest: " + err.Error())
		}
		switch l := l.(type) {
		case nn.Dense:
			x = activate(dense(x, params[0], params[1]), l.Activation)
			params = params[2:]
		case nn.Conv2D:
			x = activate(conv(x, shape, out, params[0], params[1], l.Kernel, max(l.Stride, 1)), l.Activation)
			params = params[2:]
		case nn.Conv2DTranspose:
			x = activate(convTranspose(x, shape, out, params[0], params[1], l.Kernel, max(l.Stride, 1)), l.Activation)
			params = params[2:]
		case nn.MaxPooling2D:
			x = pool(x, shape, out)
		case nn.Activate:
			x = activate(slices.Clone(x), l.Function)
		case nn.UpSampling2D:
			x = upsample(x, shape, l.Size)
		case nn.BatchNormalization:
			x = normalise(x, params[0], params[1], params[2], params[3], cmp.Or(l.Epsilon, nn.DefaultEpsilon))
			params = params[4:]
		case nn.Rescaling:
			x = slices.Clone(x)
			for i, v := range x {
				x[i] = l.Scale*v + l.Offset
			}
		case nn.Residual:
			var shortcut []float64
			from := slices.Clone(x) // activate works in place
			x, params = forward(shape, l.Layers, params, x)
			shortcut, params = forward(shape, l.Shortcut, params, from)
			x = slices.Clone(x)
			for i, v := range shortcut {
				x[i] += v
			}
		case nn.Flatten, nn.Reshape:
		default:
			panic("nntest: unknown layer " + l.Kind())
		}
		shape = out
	}
	return x, params
}

// activate applies an activation in place.
func activate(x []float64, a nn.Activation) []float64 {
	for i, v := range x {
		switch slope, leaky := a.Slope(); {
		case a == nn.ELU && v <= 0:
			x[i] = math.Expm1(v)
		case a == nn.ReLU:
			x[i] = max(v, 0)
		case a == nn.Sigmoid:
			x[i] = 1 / (1 + math.Exp(-v))
		case a == nn.Tanh:
			x[i] = math.Tanh(v)
		case leaky && v <= 0:
			x[i] = slope * v
		}
	}
	return x
}

func normalise(x, gamma, beta, mean, variance []float64, epsilon float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		c := i % len(gamma)
		y[i] = gamma[c]*(v-mean[c])/math.Sqrt(variance[c]+epsilon) + beta[c]
	}
	return y
}

func upsample(x []float64, in nn.Shape, size int) []float64 {
	h, w, c := in[0]*size, in[1]*size, in[2]
	y := make([]float64, h*w*c)
	for i := range y {
		row, col, ch := i/c/w, i/c%w, i%c
		y[i] = x[(row/size*in[1]+col/size)*c+ch]
	}
	return y
}

func dense(x, kernel, bias []float64) []float64 {
	y := append([]float64(nil), bias...)
	for i, v := range x {
		for j := range y {
			y[j] += v * kernel[i*len(y)+j]
		}
	}
	return y
}

// samePadding is what TensorFlow puts before the first row for 'same'.
func samePadding(in, kernel, stride int) int {
	out := (in + stride - 1) / stride
	return max((out-1)*stride+kernel-in, 0) / 2
}

func conv(x []float64, in, out nn.Shape, kernel, bias []float64, k, s int) []float64 {
	y := make([]float64, out.Size())
	eachTap(in, out, k, s, func(big, small, tap int) {
		for co := range out[2] {
			for ci := range in[2] {
				y[small*out[2]+co] += x[big*in[2]+ci] * kernel[(tap*in[2]+ci)*out[2]+co]
			}
		}
	})
	return addBias(y, bias)
}

func convTranspose(x []float64, in, out nn.Shape, kernel, bias []float64, k, s int) []float64 {
	y := make([]float64, out.Size())
	eachTap(out, in, k, s, func(big, small, tap int) {
		for co := range out[2] {
			for ci := range in[2] {
				y[big*out[2]+co] += x[small*in[2]+ci] * kernel[(tap*out[2]+co)*in[2]+ci]
			}
		}
	})
	return addBias(y, bias)
}

// eachTap calls f for every pair of pixels that a tap connects.
func eachTap(big, small nn.Shape, k, s int, f func(big, small, tap int)) {
	py, px := samePadding(big[0], k, s), samePadding(big[1], k, s)
	for y := range small[0] {
		for x := range small[1] {
			for ky := range k {
				for kx := range k {
					by, bx := y*s-py+ky, x*s-px+kx
					if by >= 0 && by < big[0] && bx >= 0 && bx < big[1] {
						f(by*big[1]+bx, y*small[1]+x, ky*k+kx)
					}
				}
			}
		}
	}
}

func addBias(y, bias []float64) []float64 {
	for i := range y {
		y[i] += bias[i%len(bias)]
	}
	return y
}

func pool(x []float64, in, out nn.Shape) []float64 {
	h, w, c := out[0], out[1], out[2]
	y := make([]float64, h*w*c)
	for i := range h {
		for j := range w {
			for ch := range c {
				best := math.Inf(-1)
				for t := range 4 {
					if r, k := 2*i+t/2, 2*j+t%2; r < in[0] && k < in[1] {
						best = max(best, x[(r*in[1]+k)*c+ch])
					}
				}
				y[(i*w+j)*c+ch] = best
			}
		}
	}
	return y
}
