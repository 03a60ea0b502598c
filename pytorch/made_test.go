package pytorch_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/nn/nntest"
	"likeness/pix"
)

// side is that of the pictures of test models.
const side = 32

// made returns a model with weights that are none of them zero.
func made(t testing.TB, arch string, code int) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.New(arch, pix.Prep{W: side, H: side, Auto: true}, code, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, n := range m.Networks() {
		nntest.Fill(n, uint64(i+2))
	}
	return m
}

// pictures returns random pictures.
func pictures(n int, seed uint64) []float32 {
	rng := rand.New(rand.NewPCG(seed, 2))
	x := make([]float32, n*side*side*3)
	for i := range x {
		x[i] = float32(0.4*math.Sin(float64(i)/50+float64(seed)) + 0.05*rng.NormFloat64())
	}
	return x
}

// planes returns pictures of w pixels a row in the order (N, 3, H, W).
func planes(x []float32, w, h int) []float32 {
	y := make([]float32, 0, len(x))
	for ; len(x) > 0; x = x[w*h*3:] {
		for c := range 3 {
			for i := range w * h {
				y = append(y, x[i*3+c])
			}
		}
	}
	return y
}

// small returns a small model.
func small(t testing.TB, arch string, code int) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.New(arch, pix.Prep{W: 16, H: 16}, code, 1)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mixed returns a model with layers of all kinds, as networks from elsewhere have them, with an activation.
func mixed(t testing.TB, a nn.Activation) *autoencoder.Model {
	t.Helper()
	const code = 6
	encoder := must(nn.New("encoder", nn.Shape{8, 12, 3}, nn.Rescaling{Scale: 2, Offset: -0.25}, nn.Conv2D{Filters: 4, Kernel: 3, Activation: a}, nn.MaxPooling2D{},
		nn.Activate{}, nn.MaxPooling2D{}, nn.MaxPooling2D{Same: true}, nn.Flatten{}, nn.Dense{Units: code}))(t)
	decoder := must(nn.New("decoder", nn.Shape{code},
		nn.Dense{Units: 24, Activation: a}, nn.BatchNormalization{}, nn.Reshape{Shape: nn.Shape{2, 3, 4}},
		nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 4, Kernel: 3}, nn.Activate{Function: a}}},
		nn.UpSampling2D{Size: 4}, nn.BatchNormalization{Epsilon: 0.01}, nn.Conv2D{Filters: 5, Kernel: 3, Stride: 2, Activation: a},
		nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2}))(t)
	nntest.Fill(encoder, 1)
	nntest.Fill(decoder, 2)
	m := &autoencoder.Model{Arch: "mixed", Code: code, Prep: pix.Prep{W: 12, H: 8}, Encoder: encoder, Decoder: decoder}
	return must(autoencoder.FromFile(must(m.File())(t)))(t)
}
