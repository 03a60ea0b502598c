package nn_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
)

// The bits of a picture are those of Predict for a network whose input has its size.
func TestPredictPicture(t *testing.T) {
	layers := []nn.Layer{
		nn.Conv2D{Filters: 5, Kernel: 3, Stride: 2, Activation: nn.ELU},
		nn.Conv2D{Filters: 37, Kernel: 4, Stride: 3},
		nn.Conv2D{Filters: 32, Kernel: 3, Activation: nn.ELU},
		nn.Conv2D{Filters: 3, Kernel: 1},
	}
	small, err := nn.New("small", nn.Shape{16, 16, 3}, layers...)
	if err != nil {
		t.Fatal(err)
	}
	small.Init(7)
	rng := rand.New(rand.NewPCG(5, 6))
	for _, size := range [][2]int{{16, 16}, {1, 1}, {47, 90}, {90, 47}, {13, 200}} {
		h, w := size[0], size[1]
		exact, err := nn.New("exact", nn.Shape{h, w, 3}, layers...)
		if err != nil {
			t.Fatal(err)
		}
		copy(exact.Weights(), small.Weights())
		exact.Pack()
		x := make([]float32, h*w*3)
		for i := range x {
			x[i] = rng.Float32() - 0.5
		}
		want, err := exact.Predict(context.Background(), x)
		if err != nil {
			t.Fatal(err)
		}
		got, oh, ow, err := small.PredictPicture(context.Background(), x, h, w)
		if err != nil {
			t.Fatal(err)
		}
		if out := exact.Output(); oh != out[0] || ow != out[1] || !slices.Equal(got, want) {
			t.Errorf("%dx%d: output %dx%d, expected %v; equal values: %v", w, h, ow, oh, out, slices.Equal(got, want))
		}
	}
}

func TestPredictPictureRefusesOtherLayers(t *testing.T) {
	net, err := nn.New("pooled", nn.Shape{8, 8, 3}, nn.Conv2D{Filters: 4, Kernel: 3}, nn.MaxPooling2D{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, _, err = net.PredictPicture(context.Background(), make([]float32, 3*64), 8, 8); err == nil || !strings.Contains(err.Error(), "layer 2") {
		t.Errorf("a pooling passes: %v", err)
	}
}

// A step by squared errors is a step by a loss that computes them.
func TestDoLossIsAnyLoss(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	const images = 11
	x, target := make([]float32, images*8*8*3), make([]float32, images*4*4*2)
	for _, list := range [][]float32{x, target} {
		for i := range list {
			list[i] = rng.Float32() - 0.5
		}
	}
	weights := func(move func(s *nn.Step) float64) ([]float32, float64) {
		net, err := nn.New("net", nn.Shape{8, 8, 3}, nn.Conv2D{Filters: 2, Kernel: 3, Stride: 2, Activation: nn.ELU})
		if err != nil {
			t.Fatal(err)
		}
		net.Init(3)
		s, err := nn.NewStep(nn.Options{Batch: images}, net)
		if err != nil {
			t.Fatal(err)
		}
		loss := move(s)
		return net.Weights(), loss
	}
	want, mse := weights(func(s *nn.Step) float64 { return s.Do(x, target, 0.01) })
	got, sum := weights(func(s *nn.Step) float64 {
		return s.DoLoss(x, func(image int, y, slope []float32) float64 {
			sum := 0.0
			for i := range y {
				d := y[i] - target[image*len(y)+i]
				slope[i] = float32(2/float64(len(target))) * d
				sum += float64(d) * float64(d)
			}
			return sum
		}, 0.01)
	})
	if !slices.Equal(got, want) {
		t.Error("the weights differ")
	}
	if d := sum/float64(len(target)) - mse; d > 1e-9 || d < -1e-9 {
		t.Errorf("loss %g, expected %g", sum/float64(len(target)), mse)
	}
}
