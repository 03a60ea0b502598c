package nn_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"testing"

	"likeness/internal/kernel"
	"likeness/nn"
)

// A network that has seen every kind of layer trained has the same bits with
// AVX-512, AVX2 and NEON, and so it has in tiles of bf16, with AMX and without. The
// portable kernels round otherwise, and by the compiler's choice: they come to the
// same loss.
func TestBitsOfTraining(t *testing.T) {
	for _, c := range []struct {
		name   string
		step   func(net *nn.Network) *nn.Step
		rounds int // few, for tiles are slow without AMX
		want   uint64
		loss   float64 // in the last step
	}{
		{"float32", func(net *nn.Network) *nn.Step { return must(nn.NewStep(nn.Options{Batch: 30, Threads: 2}, net)) }, 8, 0xc2c53f02e9316fa4, 0.0382886253302},
		{"float32 and Muon", func(net *nn.Network) *nn.Step {
			return must(nn.NewStep(nn.Options{Batch: 30, Threads: 2, Optimizer: nn.DefaultMuon()}, net))
		}, 8, 0x343e73f3dfc1ff24, 0.045605268183},
		{"tiles of bf16", func(net *nn.Network) *nn.Step { return must(nn.NewTiledStep(30, 2, net)) }, 1, 0xb23f79ab63d1b0e6, 0.0672085151351},
	} {
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
		step := c.step(net)
		x := make([]float32, 30*net.Input.Size())
		for i := range x {
			x[i] = float32(i%97)/128 - 0.5
		}
		loss := 0.0
		for range c.rounds {
			step.Do(x, x, 0.01)
			loss = step.Do(x[:13*net.Input.Size()], x[:13*net.Input.Size()], 0.01) // a shard that is not full
		}
		if !(math.Abs(loss/c.loss-1) < 2e-6) { // 1.5e-7 was measured
			t.Errorf("%s: the loss is %.12g, want %.12g", c.name, loss, c.loss)
		}
		if kernel.SIMD() == "none" {
			continue
		}
		h := fnv.New64a()
		binary.Write(h, binary.LittleEndian, net.Weights())
		if got := h.Sum64(); got != c.want {
			t.Errorf("%s: the weights' bits are %#x, want %#x", c.name, got, c.want)
		}
	}
}
