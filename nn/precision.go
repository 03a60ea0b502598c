package nn

import (
	"fmt"

	"likeness/internal/kernel"
)

// Precision is what a training step multiplies in.
type Precision string

const (
	// Float32 is the default.
	Float32 Precision = "float32"
	// BF16 rounds what convolutions with an even number of at least 8 input
	// channels multiply, forward and for the gradients of their inputs, to
	// bfloat16: 8 bits of exponent as float32 has, 8 of precision instead of 24.
	// Sums stay float32, and so do weights, dense layers and the optimiser.
	// Numbers below 2^-126 count as zero.
	//
	// With AMX it does so for convolutions of whole groups of 32 channels, in and
	// out, and for the gradients of their weights as well; other sums come in
	// another order, so results differ from those without AMX.
	BF16 Precision = "bf16"
)

// Check returns an error for an unknown precision and for one that this
// processor is not fast in.
func (p Precision) Check() error {
	switch {
	case p != Float32 && p != BF16:
		return fmt.Errorf("unknown precision %q, known are %q and %q", string(p), string(Float32), string(BF16))
	case p == BF16 && !kernel.BF16():
		return fmt.Errorf("precision %q needs a processor that is fast in it (AMD Zen 4, or Intel Sapphire Rapids under Linux, or later), this one runs %s: use %q", string(BF16), kernel.SIMD(), string(Float32))
	}
	return nil
}

// halves reports whether a product with so many input and output channels is done in
// bf16. Where there are tiles those are faster, and float32 faster than the rest.
func (p Precision) halves(in, out int) bool {
	if p == BF16 && kernel.AMX() {
		return in%panelWidth == 0 && out%panelWidth == 0
	}
	return p == BF16 && in%2 == 0 && in >= 8
}

// SIMD returns the name of the vector instructions that steps run on: kernel.SIMD's, or "amx".
func (p Precision) SIMD() string {
	if p == BF16 && kernel.AMX() {
		return "amx"
	}
	return kernel.SIMD()
}

// operand is the input of a correlation as its kernels want it: one of the
// two slices, images stride apart.
type operand struct {
	single []float32
	half   []uint16
	stride int
}

// operand rounds n images where the correlation multiplies in bf16.
func (c *correlation) operand(n int, in buffer, ws *workspace) operand {
	if !c.half {
		return operand{single: in.data, stride: in.stride}
	}
	half := ws.half(n * in.stride)
	for i := range n {
		kernel.ToBF16(half[i*in.stride:][:in.size], in.image(i))
	}
	return operand{half: half, stride: in.stride}
}
