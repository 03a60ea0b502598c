package export_test

import (
	"fmt"
	"testing"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/nn/nntest"
	"likeness/onnx"
	"likeness/onnx/export"
	"likeness/onnx/runtime"
)

// run runs a graph on our own kernels.
func run(t *testing.T, name string, m *onnx.Model, err error, x, want []float32, opt runtime.Options) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	read, err := onnx.Parse(name, m.Marshal())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	n, err := runtime.Compile(read, opt)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	y, err := n.Run(t.Context(), x)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	if apart := nntest.Apart(y, want); apart > 2e-5 {
		t.Errorf("%s: up to %g of the largest number apart", name, apart)
	}
}

// Without any foreign program: our own runtime of other programs' graphs makes of our graphs what our networks make.
func TestRuntime(t *testing.T) {
	for name, layers := range otherLayers() {
		switch name {
		case "none", "linear", "flatten": // which our runtime refuses: nothing is to be computed
			continue
		case "upsampling 1", "upsampling 2", "upsampling 3": // it has no Resize
			continue
		}
		n := must(nn.New("network", nn.Shape{4, 6, 3}, layers...))(t)
		nntest.Fill(n, 1)
		x := normal(3*n.Input.Size(), 5)
		g, err := export.Network(n, export.Options{})
		run(t, name, g, err, x, must(n.Predict(t.Context(), x))(t), runtime.Options{})
	}
	for _, arch := range autoencoder.Architectures() {
		for _, correct := range []bool{false, true} {
			m := made(t, arch, 24)
			if correct {
				m = corrected(t, m)
			}
			x := pictures(3, 7)
			code := must(m.Encode(t.Context(), x))(t)
			y := must(m.Decode(t.Context(), code))(t)
			for _, c := range []struct {
				part     export.Part
				in, want []float32
			}{{export.Encoder, x, code}, {export.Decoder, code, y}, {export.Whole, x, y}} {
				g, err := export.Model(m, export.Options{Part: c.part})
				run(t, fmt.Sprintf("%s-%s-corrected=%v", arch, c.part, correct), g, err, c.in, c.want, runtime.Options{})
			}
		}
	}
	m := made(t, autoencoder.Residual, 0)
	for _, mirror := range []bool{false, true} {
		m.Mirror = mirror
		x := pictures(2, 7)
		g, err := export.Model(m, export.Options{})
		run(t, fmt.Sprintf("denoiser, mirror=%v", mirror), g, err, x, must(m.Reconstruct(t.Context(), x))(t), runtime.Options{Height: side, Width: side})
	}
}
