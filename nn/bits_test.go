package nn_test

import (
	"encoding/binary"
	"hash/fnv"
	"testing"

	"likeness/internal/kernel"
	"likeness/nn"
)

// A network that has seen every kind of layer trained has the same bits with
// AVX-512, AVX2 and NEON.
func TestBitsOfTraining(t *testing.T) {
	if kernel.SIMD() == "none" {
		t.Log("the portable kernels round otherwise")
		return
	}
	net, err := nn.New("net", nn.Shape{16, 16, 3},
		nn.Conv2D{Filters: 32, Kernel: 3, Activation: nn.ELU},
		nn.MaxPooling2D{},
		nn.Conv2D{Filters: 64, Kernel: 3, Activation: nn.ELU},
		nn.MaxPooling2D{},
		nn.Flatten{},
		nn.Dense{Units: 33, Activation: nn.ELU},
		nn.Dense{Units: 8 * 8 * 5},
		nn.Reshape{Shape: nn.Shape{8, 8, 5}},
		nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2})
	if err != nil {
		t.Fatal(err)
	}
	net.Init(42)
	step := nn.NewStep(30, 2, nn.Float32, net)
	x := make([]float32, 30*net.Input.Size())
	for i := range x {
		x[i] = float32(i%97)/128 - 0.5
	}
	for range 8 {
		step.Do(x, x, 0.01)
		step.Do(x[:13*net.Input.Size()], x[:13*net.Input.Size()], 0.01) // a shard that is not full
	}
	h := fnv.New64a()
	binary.Write(h, binary.LittleEndian, net.Weights())
	if got, want := h.Sum64(), uint64(0xc2c53f02e9316fa4); got != want {
		t.Errorf("the weights' bits are %#x, want %#x", got, want)
	}
}
