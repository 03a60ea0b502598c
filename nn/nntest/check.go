package nntest

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

// Check makes a network of the layers, gives it random weights and images and
// compares with the naive one: the outputs of Predict for every image, and the
// gradient of the mean squared error for a sample of every weight array, which
// it takes out of the network by one training step and holds against central
// differences of the naive loss in float64; that in the input the same way.
func Check(t *testing.T, input nn.Shape, layers ...nn.Layer) {
	t.Helper()
	net, err := nn.New("checked", input, layers...)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	net.Init(3)
	for _, p := range net.Params() { // biases too
		for i := range p.Value {
			p.Value[i] += 0.1 * float32(rng.NormFloat64())
		}
	}
	net.Pack()
	const images = nn.ShardImages + 3 // a full shard and one that is not
	x := normal(rng, images*input.Size())
	target := normal(rng, images*net.Output().Size())

	ref := reference{input: input, layers: layers, x: x, target: target}
	for _, p := range net.Params() {
		ref.params = append(ref.params, widen(p.Value))
	}
	checkOutputs(t, net, ref)
	checkGradients(t, net, ref, rng)
	checkInputGradient(t, net, ref, rng)
}

// reference is the naive network with its data.
type reference struct {
	input     nn.Shape
	layers    []nn.Layer
	params    [][]float64
	x, target []float32
}

func (r reference) outputs() []float64 {
	var y []float64
	for i := 0; i < len(r.x); i += r.input.Size() {
		y = append(y, Forward(r.input, r.layers, r.params, widen(r.x[i:i+r.input.Size()]))...)
	}
	return y
}

func (r reference) loss() float64 {
	sum := 0.0
	for i, v := range r.outputs() {
		d := v - float64(r.target[i])
		sum += d * d
	}
	return sum / float64(len(r.target))
}

func checkOutputs(t *testing.T, net *nn.Network, ref reference) {
	t.Helper()
	want := ref.outputs()
	y, err := net.Predict(t.Context(), ref.x)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range y {
		if !(math.Abs(float64(v)-want[i]) <= 2e-5*(1+math.Abs(want[i]))) { // NaN is wrong too
			t.Fatalf("output %d is %g, the naive network gives %g", i, v, want[i])
		}
	}
}

// checkGradients reads the gradient from the optimiser's first moment: after
// one step from zero it is (1-Beta1) times the gradient.
func checkGradients(t *testing.T, net *nn.Network, ref reference, rng *rand.Rand) {
	t.Helper()
	step, err := nn.NewStep(nn.Options{Batch: len(ref.x) / ref.input.Size(), Threads: 2}, net)
	if err != nil {
		t.Fatal(err)
	}
	loss := step.Do(ref.x, ref.target, 0)
	if want := ref.loss(); !(math.Abs(loss-want) <= 1e-5*want) {
		t.Fatalf("loss is %g, the naive network gives %g", loss, want)
	}
	m, offset := step.State()[0].M, 0
	for k, p := range net.Params() {
		scale := 0.0
		for i := range p.Value {
			scale = max(scale, math.Abs(float64(m[offset+i]))/(1-nn.DefaultAdamax().Beta1))
		}
		for range 12 {
			i := rng.IntN(len(p.Value))
			got := float64(m[offset+i]) / (1 - nn.DefaultAdamax().Beta1)
			want := 0.0
			if !strings.HasPrefix(p.Name, "batch_normalization") { // training leaves these as they are
				want = ref.slope(k, i)
			}
			if !(math.Abs(got-want) <= 1e-4*scale+1e-8) {
				t.Errorf("gradient of %s[%d] is %g, central differences give %g", p.Name, i, got, want)
			}
		}
		offset += len(p.Value)
	}
}

// checkInputGradient takes a sample of every image: one number has to do with one
// image alone.
func checkInputGradient(t *testing.T, net *nn.Network, ref reference, rng *rand.Rand) {
	t.Helper()
	y, gradient, err := net.InputGradient(t.Context(), ref.x, ref.target)
	if err != nil {
		t.Fatal(err)
	}
	if predicted, err := net.Predict(t.Context(), ref.x); err != nil || !slices.Equal(y, predicted) {
		t.Error("InputGradient gives other outputs than Predict")
	}
	in, out := net.Input.Size(), net.Output().Size()
	for first := 0; first < len(ref.x); first += in {
		scale := 0.0
		for _, v := range gradient[first : first+in] {
			scale = max(scale, math.Abs(float64(v)))
		}
		one := ref
		one.target = ref.target[first/in*out:][:out]
		for range 3 {
			i := rng.IntN(in)
			want := one.inputSlope(ref.x[first:first+in], i)
			if got := float64(gradient[first+i]); !(math.Abs(got-want) <= 1e-4*scale+1e-8) {
				t.Errorf("gradient of input %d of image %d is %g, central differences give %g", i, first/in, got, want)
			}
		}
	}
}

// inputSlope is the derivative of half the squared error of one image, whose target
// is the only one, by one of its numbers.
func (r reference) inputSlope(image []float32, i int) float64 {
	const h = 1e-6
	x := widen(image)
	half := func(d float64) float64 {
		x[i] = float64(image[i]) + d
		sum := 0.0
		for k, v := range Forward(r.input, r.layers, r.params, x) {
			e := v - float64(r.target[k])
			sum += e * e
		}
		return sum / 2
	}
	return (half(h) - half(-h)) / (2 * h)
}

// slope is the derivative of the loss by one weight by central differences.
func (r reference) slope(param, i int) float64 {
	const h = 1e-6
	p := r.params[param]
	keep := p[i]
	p[i] = keep + h
	up := r.loss()
	p[i] = keep - h
	down := r.loss()
	p[i] = keep
	return (up - down) / (2 * h)
}

func normal(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func widen(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
