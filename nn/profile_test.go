package nn_test

import (
	"fmt"
	"slices"
	"testing"

	"likeness/nn"
)

// A profiled step is a step: the same losses and the same weights, bit for
// bit, for full and for partial batches, over two networks.
func TestProfileStepsLikeStep(t *testing.T) {
	train := func(profiled bool) (losses []float64, weights []float32) {
		enc, dec := encoderAndDecoder(t)
		s := must(nn.NewStep(nn.Options{Batch: 20, Threads: 2}, enc, dec))
		do := s.Do
		if profiled {
			do = nn.NewProfile(s).Do
		}
		x := make([]float32, 20*enc.Input.Size())
		for i := range x {
			x[i] = float32(i%89)/89 - 0.5
		}
		for _, images := range []int{20, 3, 16} {
			part := x[:images*enc.Input.Size()]
			losses = append(losses, do(part, part, 0.01))
		}
		return losses, slices.Concat(enc.Weights(), dec.Weights())
	}
	wantLosses, wantWeights := train(false)
	losses, weights := train(true)
	if !slices.Equal(losses, wantLosses) {
		t.Errorf("losses %v, Step's own are %v", losses, wantLosses)
	}
	if !slices.Equal(weights, wantWeights) {
		t.Error("other weights than Step's own")
	}
}

func TestProfileAddsUp(t *testing.T) {
	enc, dec := encoderAndDecoder(t)
	p := nn.NewProfile(must(nn.NewStep(nn.Options{Batch: 16, Threads: 1}, enc, dec)))
	if want := len(enc.Layers) + len(dec.Layers); len(p.Layers) != want {
		t.Fatalf("%d layers, want %d", len(p.Layers), want)
	}
	x := make([]float32, 16*enc.Input.Size())
	for range 3 {
		p.Do(x, x, 0.01)
	}
	if p.Images != 48 {
		t.Errorf("%d images, want 48", p.Images)
	}
	sum := p.Loss + p.Update
	for _, l := range p.Layers {
		if l.Kind == "Conv2D" && (l.Forward.Time <= 0 || l.Backward.Time <= 0) {
			t.Errorf("%s took no time", l.Name)
		}
		sum += l.Forward.Time + l.Backward.Time
	}
	if sum > p.Wall { // one thread: parts cannot take longer than the whole
		t.Errorf("parts took %v, the whole %v", sum, p.Wall)
	}
	p.Reset()
	if p.Images != 0 || p.Wall != 0 || p.Layers[0].Forward.Time != 0 || p.Layers[0].Forward.FLOP == 0 {
		t.Error("Reset leaves times or loses the operations")
	}
}

func encoderAndDecoder(t *testing.T) (enc, dec *nn.Network) {
	enc, err := nn.New("encoder", nn.Shape{8, 8, 3},
		nn.Conv2D{Filters: 8, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{}, nn.Flatten{}, nn.Dense{Units: 6, Activation: nn.ELU})
	if err != nil {
		t.Fatal(err)
	}
	dec, err = nn.New("decoder", nn.Shape{6},
		nn.Dense{Units: 32}, nn.Reshape{Shape: nn.Shape{4, 4, 2}}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	if err != nil {
		t.Fatal(err)
	}
	enc.Init(1)
	dec.Init(2)
	return enc, dec
}

// Operations against a count that goes tap by tap over the picture.
func TestProfileOperations(t *testing.T) {
	// pairs counts, along one dimension, the taps inside a picture of size big
	// that a convolution of the given stride reads, padded as TensorFlow pads.
	pairs := func(big, kernel, stride int) (n int64) {
		small := (big + stride - 1) / stride
		before := max((small-1)*stride+kernel-big, 0) / 2
		for y := range small {
			for tap := range kernel {
				if at := y*stride - before + tap; at >= 0 && at < big {
					n++
				}
			}
		}
		return n
	}
	profile := func(in nn.Shape, layers ...nn.Layer) *nn.Profile {
		net, err := nn.New("net", in, layers...)
		if err != nil {
			t.Fatal(err)
		}
		return nn.NewProfile(must(nn.NewStep(nn.Options{Batch: 1, Threads: 1}, net)))
	}
	for _, kernel := range []int{1, 2, 3, 5} {
		for _, stride := range []int{1, 2, 3} {
			name := fmt.Sprintf("kernel %d, stride %d", kernel, stride)
			p := profile(nn.Shape{7, 4, 3}, nn.Conv2D{Filters: 5, Kernel: kernel, Stride: stride}, nn.Conv2DTranspose{Filters: 2, Kernel: kernel, Stride: stride})
			want := 2 * pairs(7, kernel, stride) * pairs(4, kernel, stride) * 3 * 5
			if l := p.Layers[0]; l.Forward.FLOP != want || l.Backward.FLOP != want { // the first layer's input needs no gradient
				t.Errorf("%s: Conv2D has %d and %d operations, want %d each", name, l.Forward.FLOP, l.Backward.FLOP, want)
			}
			h, w := p.Layers[1].Output[0], p.Layers[1].Output[1]
			want = 2 * pairs(h, kernel, stride) * pairs(w, kernel, stride) * 5 * 2
			if l := p.Layers[1]; l.Forward.FLOP != want || l.Backward.FLOP != 2*want {
				t.Errorf("%s: Conv2DTranspose has %d and %d operations, want %d and twice that", name, l.Forward.FLOP, l.Backward.FLOP, want)
			}
		}
	}
	if p := profile(nn.Shape{2, 2, 3}, nn.Flatten{}, nn.Dense{Units: 7}); p.Layers[1].Forward.FLOP != 2*12*7 || p.Layers[1].Backward.FLOP != 2*12*7 {
		t.Errorf("Dense behind Flatten: %+v", p.Layers[1])
	}
	if p := profile(nn.Shape{2, 2, 3}, nn.MaxPooling2D{}); p.Layers[0].Forward.FLOP != 0 || p.Layers[0].Backward.FLOP != 0 {
		t.Errorf("MaxPooling2D: %+v", p.Layers[0])
	}
}
