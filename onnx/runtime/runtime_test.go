package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"likeness/onnx"
	"likeness/parallel"
)

func random(seed uint64, n int) []float32 {
	r := rand.New(rand.NewPCG(seed, 9))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	return x
}

func int64sOf(list ...int) []int64 {
	out := make([]int64, len(list))
	for i, v := range list {
		out[i] = int64(v)
	}
	return out
}

// graphOf returns a model with one input "x" of a batch of images and the output "y".
func graphOf(opset int64, dims []int, weights []onnx.Tensor, nodes ...onnx.Node) *onnx.Model {
	in := onnx.Value{Name: "x", Type: onnx.Float, Dims: append([]onnx.Dim{{Param: "n"}}, onnx.Fixed(dims...)...)}
	return &onnx.Model{IR: 8, Opsets: []onnx.Opset{{Version: opset}}, Graph: onnx.Graph{
		Nodes: nodes, Initializers: weights, Inputs: []onnx.Value{in}, Outputs: []onnx.Value{{Name: "y", Type: onnx.Float}},
	}}
}

func op(kind, in, out string, attributes ...onnx.Attribute) onnx.Node {
	return onnx.Node{Op: kind, Inputs: strings.Fields(in), Outputs: strings.Fields(out), Attributes: attributes}
}

// result runs a model on images through its own bytes.
func result(t *testing.T, m *onnx.Model, x []float32) []float32 {
	t.Helper()
	m, err := onnx.Parse("test", m.Marshal())
	if err != nil {
		t.Fatal(err)
	}
	net, err := Compile(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	y, err := net.Run(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	return y
}

func near(t *testing.T, what string, got, want []float32) {
	t.Helper()
	if off := difference(got, want); !(off <= 1e-5) {
		t.Errorf("%s: %.3g of the largest number off: %v, want %v", what, off, got[:min(8, len(got))], want[:min(8, len(want))])
	}
}

func TestConv(t *testing.T) {
	for i, p := range []naive{
		{cin: 3, h: 7, w: 6, cout: 5, kh: 3, kw: 3, groups: 1, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, before: [2]int{1, 1}, after: [2]int{1, 1}},
		{cin: 4, h: 8, w: 9, cout: 40, kh: 1, kw: 1, groups: 1, stride: [2]int{1, 1}, dilation: [2]int{1, 1}},
		{cin: 4, h: 8, w: 9, cout: 6, kh: 1, kw: 1, groups: 2, stride: [2]int{2, 3}, dilation: [2]int{1, 1}},
		{cin: 6, h: 8, w: 9, cout: 6, kh: 3, kw: 3, groups: 6, stride: [2]int{2, 2}, dilation: [2]int{1, 1}, before: [2]int{1, 1}, after: [2]int{1, 1}},
		{cin: 24, h: 9, w: 13, cout: 24, kh: 3, kw: 3, groups: 24, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, before: [2]int{1, 1}, after: [2]int{1, 1}},
		{cin: 17, h: 9, w: 13, cout: 17, kh: 5, kw: 3, groups: 17, stride: [2]int{1, 2}, dilation: [2]int{1, 2}, before: [2]int{2, 0}, after: [2]int{1, 3}},
		{cin: 4, h: 8, w: 9, cout: 8, kh: 3, kw: 3, groups: 4, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, before: [2]int{0, 2}, after: [2]int{1, 0}},
		{cin: 3, h: 11, w: 12, cout: 4, kh: 2, kw: 5, groups: 1, stride: [2]int{3, 1}, dilation: [2]int{2, 2}, before: [2]int{1, 4}, after: [2]int{2, 3}},
		{cin: 70, h: 9, w: 9, cout: 130, kh: 3, kw: 3, groups: 1, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, before: [2]int{1, 1}, after: [2]int{1, 1}},
		{cin: 3, h: 5, w: 5, cout: 4, kh: 2, kw: 2, groups: 1, stride: [2]int{3, 3}, dilation: [2]int{1, 1}},
	} {
		const n = 3
		x, w, b := random(uint64(i), n*p.cin*p.h*p.w), random(7, p.cout*p.cin/p.groups*p.kh*p.kw), random(8, p.cout)
		m := graphOf(13, []int{p.cin, p.h, p.w}, []onnx.Tensor{
			onnx.Floats("w", int64sOf(p.cout, p.cin/p.groups, p.kh, p.kw), w), onnx.Floats("b", int64sOf(p.cout), b),
		}, op("Conv", "x w b", "y", p.attributes()...))
		var want []float32
		for k := range n {
			want = append(want, p.conv(x[k*p.cin*p.h*p.w:], w, b)...)
		}
		near(t, fmt.Sprintf("%+v", p), result(t, m, x), want)
	}
}

func (p naive) attributes() []onnx.Attribute {
	return []onnx.Attribute{
		onnx.IntAttr("group", int64(p.groups)), onnx.IntsAttr("strides", int64sOf(p.stride[:]...)...), onnx.IntsAttr("dilations", int64sOf(p.dilation[:]...)...),
		onnx.IntsAttr("pads", int64sOf(p.before[0], p.before[1], p.after[0], p.after[1])...),
	}
}

func TestConvTranspose(t *testing.T) {
	for i, p := range []naive{
		{cin: 3, h: 4, w: 5, cout: 6, kh: 3, kw: 3, groups: 1, stride: [2]int{2, 2}, dilation: [2]int{1, 1}, after: [2]int{1, 1}},
		{cin: 4, h: 3, w: 5, cout: 6, kh: 5, kw: 2, groups: 2, stride: [2]int{3, 1}, dilation: [2]int{1, 1}, before: [2]int{2, 1}},
		{cin: 4, h: 3, w: 3, cout: 3, kh: 2, kw: 3, groups: 1, stride: [2]int{4, 3}, dilation: [2]int{3, 2}, before: [2]int{1, 1}, after: [2]int{2, 0}},
		{cin: 2, h: 4, w: 4, cout: 2, kh: 1, kw: 1, groups: 1, stride: [2]int{2, 2}, dilation: [2]int{1, 1}},
	} {
		const n = 2
		x, w, b := random(uint64(i), n*p.cin*p.h*p.w), random(7, p.cout*p.cin/p.groups*p.kh*p.kw), random(8, p.cout)
		m := graphOf(13, []int{p.cin, p.h, p.w}, []onnx.Tensor{
			onnx.Floats("w", int64sOf(p.cin, p.cout/p.groups, p.kh, p.kw), w), onnx.Floats("b", int64sOf(p.cout), b),
		}, op("ConvTranspose", "x w b", "y", p.attributes()...))
		var want []float32
		for k := range n {
			want = append(want, p.transposed(x[k*p.cin*p.h*p.w:], w, b)...)
		}
		near(t, fmt.Sprintf("%+v", p), result(t, m, x), want)
	}
}

// The padding of strided transposed convolutions as TensorFlow has it.
func TestConvTransposeAutoPad(t *testing.T) {
	m := graphOf(13, []int{1, 2, 2}, []onnx.Tensor{onnx.Floats("w", []int64{1, 1, 3, 3}, []float32{1, 2, 3, 4, 5, 6, 7, 8, 9})},
		op("ConvTranspose", "x w", "y", onnx.StringAttr("auto_pad", "SAME_UPPER"), onnx.IntsAttr("strides", 2, 2)))
	near(t, "SAME_UPPER", result(t, m, []float32{1, 2, 3, 4}), []float32{1, 2, 5, 4, 4, 5, 14, 10, 10, 14, 36, 24, 12, 15, 34, 20})
}

// A normalisation goes into the product before it, and into the one behind it within its border.
func TestNormalisationsAreTakenIn(t *testing.T) {
	const c = 4
	w, gamma, beta, mean, variance := random(1, c*c*9), random(2, c), random(3, c), random(4, c), []float32{0.5, 1, 2, 3}
	weights := []onnx.Tensor{
		onnx.Floats("w", []int64{c, c, 3, 3}, w), onnx.Floats("g", []int64{c}, gamma), onnx.Floats("b", []int64{c}, beta),
		onnx.Floats("m", []int64{c}, mean), onnx.Floats("v", []int64{c}, variance),
	}
	p := naive{cin: c, h: 5, w: 4, cout: c, kh: 3, kw: 3, groups: 1, stride: [2]int{1, 1}, dilation: [2]int{1, 1}, before: [2]int{1, 1}, after: [2]int{1, 1}}
	x := random(5, c*20)
	normal := func(x []float32) []float32 {
		y := make([]float32, len(x))
		for i, v := range x {
			k := i / 20
			y[i] = float32(float64(gamma[k])*(float64(v)-float64(mean[k]))/math.Sqrt(float64(variance[k])+1e-5) + float64(beta[k]))
		}
		return y
	}
	want := normal(p.conv(normal(x), w, make([]float32, c)))
	m := graphOf(13, []int{c, 5, 4}, weights, op("BatchNormalization", "x g b m v", "a"), op("Conv", "a w", "c", p.attributes()...), op("BatchNormalization", "c g b m v", "y"))
	near(t, "both", result(t, m, x), want)
	net, err := Compile(m, Options{})
	if err != nil || len(net.steps) != 3 { // the picture is turned, convolved and turned back
		t.Errorf("%d steps, %v", len(net.steps), err)
	}
	// Who else reads the value sees it as it was.
	m = graphOf(13, []int{c, 5, 4}, weights, op("BatchNormalization", "x g b m v", "a"), op("Conv", "a w", "c", p.attributes()...),
		op("BatchNormalization", "c g b m v", "d"), op("Add", "a c", "e"), op("Sub", "e d", "y"))
	a := normal(x)
	conv := p.conv(a, w, make([]float32, c))
	d := normal(conv)
	for i := range a {
		a[i] += conv[i] - d[i]
	}
	near(t, "shared", result(t, m, x), a)
}

// TestElementwise computes each function of one number against its definition.
func TestElementwise(t *testing.T) {
	k := []onnx.Tensor{onnx.Floats("k", nil, []float32{1.5}), onnx.Floats("c", []int64{2, 1, 1}, []float32{0.5, -2}), onnx.Floats("lo", nil, []float32{-0.5}), onnx.Floats("hi", nil, []float32{0.8})}
	channel := func(i int) float64 { return []float64{0.5, -2}[i/6%2] }
	for _, c := range []struct {
		node onnx.Node
		f    func(x float64, i int) float64
	}{
		{op("Relu", "x", "y"), func(x float64, _ int) float64 { return max(x, 0) }},
		{op("LeakyRelu", "x", "y", onnx.FloatAttr("alpha", 0.3)), func(x float64, _ int) float64 { return max(x, 0) + 0.3*min(x, 0) }},
		{op("PRelu", "x c", "y"), func(x float64, i int) float64 { return max(x, 0) + channel(i)*min(x, 0) }},
		{op("Elu", "x", "y"), func(x float64, _ int) float64 { return max(x, 0) + math.Expm1(min(x, 0)) }},
		{op("Elu", "x", "y", onnx.FloatAttr("alpha", 2)), func(x float64, _ int) float64 { return max(x, 0) + 2*math.Expm1(min(x, 0)) }},
		{op("Sigmoid", "x", "y"), func(x float64, _ int) float64 { return 1 / (1 + math.Exp(-x)) }},
		{op("HardSigmoid", "x", "y"), func(x float64, _ int) float64 { return max(0, min(1, 0.2*x+0.5)) }},
		{op("HardSwish", "x", "y"), func(x float64, _ int) float64 { return x * max(0, min(1, x/6+0.5)) }},
		{op("Tanh", "x", "y"), func(x float64, _ int) float64 { return math.Tanh(x) }},
		{op("Clip", "x lo hi", "y"), func(x float64, _ int) float64 { return min(max(x, -0.5), 0.8) }},
		{op("Neg", "x", "y"), func(x float64, _ int) float64 { return -x }},
		{op("Exp", "x", "y"), func(x float64, _ int) float64 { return math.Exp(x) }},
		{op("Add", "x k", "y"), func(x float64, _ int) float64 { return x + 1.5 }},
		{op("Sub", "k x", "y"), func(x float64, _ int) float64 { return 1.5 - x }},
		{op("Mul", "c x", "y"), func(x float64, i int) float64 { return x * channel(i) }},
		{op("Div", "x c", "y"), func(x float64, i int) float64 { return x / channel(i) }},
		{op("Div", "c x", "y"), func(x float64, i int) float64 { return channel(i) / x }},
		{op("Sub", "x c", "y"), func(x float64, i int) float64 { return x - channel(i) }},
		{op("Max", "x k", "y"), func(x float64, _ int) float64 { return max(x, 1.5) }},
		{op("Mul", "x x", "y"), func(x float64, _ int) float64 { return x * x }},
		{op("Add", "x x", "y"), func(x float64, _ int) float64 { return x + x }},
	} {
		x := random(3, 24)
		want := make([]float32, len(x))
		for i, v := range x {
			want[i] = float32(c.f(float64(v), i))
		}
		near(t, c.node.Op+" "+strings.Join(c.node.Inputs, " "), result(t, graphOf(13, []int{2, 2, 3}, k, c.node), x), want)
	}
	// Attributes of older versions.
	x := random(4, 24)
	want := make([]float32, len(x))
	for i, v := range x {
		want[i] = min(max(v, 0), 0.7)
	}
	near(t, "Clip 7", result(t, graphOf(7, []int{2, 2, 3}, nil, op("Clip", "x", "y", onnx.FloatAttr("min", 0), onnx.FloatAttr("max", 0.7))), x), want)
}

// All in float64, with comparisons: what a correction of codes is made of.
func TestDoubles(t *testing.T) {
	x := []float32{1, -2, 3, 0.5, 0.25, -0.125}
	m := graphOf(17, []int{3}, []onnx.Tensor{onnx.Doubles("limit", nil, []float64{2}), onnx.Int64s("axes", []int64{1}, []int64{1})},
		op("Cast", "x", "d", onnx.IntAttr("to", int64(onnx.Double))), op("Mul", "d d", "q"), op("ReduceSum", "q axes", "s"), op("Less", "s limit", "small"),
		op("And", "small small", "ok"), op("Neg", "x", "n"), op("Where", "ok n x", "y"))
	near(t, "Where", result(t, m, x), []float32{1, -2, 3, -0.5, -0.25, 0.125})
}

// TestThreads: neither threads nor the batch change a bit, and calls do not disturb each other.
func TestThreads(t *testing.T) {
	w := []onnx.Tensor{onnx.Floats("w", []int64{20, 3, 3, 3}, random(1, 540)), onnx.Floats("f", []int64{20 * 36, 10}, random(2, 7200))}
	m := graphOf(13, []int{3, 6, 6}, w, op("Conv", "x w", "a", onnx.IntsAttr("pads", 1, 1, 1, 1)), op("Relu", "a", "b"), op("Flatten", "b", "c"), op("Gemm", "c f", "y"))
	net, err := Compile(m, Options{})
	if err != nil {
		t.Fatal(err)
	}
	x := random(3, 19*108)
	want, err := net.Run(parallel.WithThreads(t.Context(), 1), x)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for threads := 1; threads < 6; threads++ {
		wg.Go(func() {
			got, err := net.Run(parallel.WithThreads(t.Context(), threads), x)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%d threads: another result, %v", threads, err)
			}
			one, err := net.Run(t.Context(), x[108*threads:108*(threads+1)])
			if err != nil || !slices.Equal(one, want[10*threads:10*(threads+1)]) {
				t.Errorf("image %d alone: another result, %v", threads, err)
			}
		})
	}
	wg.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := net.Run(ctx, x); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if _, err := net.Run(t.Context(), x[1:]); err == nil {
		t.Error("no whole number of images is no error")
	}
}
