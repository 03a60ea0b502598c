package pytorch_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/nn"
	"likeness/pytorch"
	"likeness/safetensors"
)

// normed is a state dict with a BatchNorm behind each layer but the code and the last one; rename changes names.
func normed(t *testing.T, rename func(string) string) *safetensors.File {
	f := &safetensors.File{}
	for name, shape := range map[string][]int{
		"encoder.0.weight": {4, 3, 3, 3}, "encoder.0.bias": {4}, "encoder.1": {4}, "encoder.4.weight": {5, 4, 3, 3}, "encoder.5": {5}, "encoder.9.weight": {6, 5 * 4 * 4},
		"decoder.0.weight": {5 * 4 * 4, 6}, "decoder.1": {5 * 4 * 4}, "decoder.4.weight": {5, 4, 4, 4}, "decoder.5": {4}, "decoder.7.weight": {4, 3, 4, 4}, "decoder.7.bias": {3},
	} {
		n := 1
		for _, d := range shape {
			n *= d
		}
		name = rename(name)
		if strings.HasSuffix(name, "t") || strings.HasSuffix(name, "s") {
			f.Tensors = append(f.Tensors, safetensors.FromFloats(name, shape, pictures(1, 3)[:n]))
			continue
		}
		for k, kind := range []string{".weight", ".bias", ".running_mean", ".running_var"} {
			x := make([]float32, n)
			for i := range x {
				x[i] = float32(k+1)/4 + float32(i)/128
			}
			f.Tensors = append(f.Tensors, safetensors.FromFloats(name+kind, shape, x))
		}
		f.Tensors = append(f.Tensors, safetensors.FromFloats(name+".num_batches_tracked", nil, []float32{7}))
	}
	return written(t, f)
}

// A BatchNorm stands between a layer and its function, with PyTorch's epsilon.
func TestImportBatchNorm(t *testing.T) {
	open := pytorch.Usual()
	open.Activation, open.Code, open.Dense = nn.ReLU, nn.Linear, nn.ReLU
	m, _, err := pytorch.ImportAs(normed(t, func(s string) string { return s }), open)
	if err != nil {
		t.Fatal(err)
	}
	kinds := func(n *nn.Network) (list []string) {
		for _, row := range n.LayerTable() {
			list = append(list, row.Kind)
			if row.Kind == "BatchNormalization" && row.Epsilon != 1e-5 || strings.HasPrefix(row.Kind, "Conv2D") && row.Activation != nn.Linear || row.Kind == "Activation" && row.Activation != nn.ReLU {
				t.Errorf("%+v", row)
			}
		}
		return list
	}
	if got := strings.Join(kinds(m.Encoder), " "); got != "Conv2D BatchNormalization Activation MaxPooling2D Conv2D BatchNormalization Activation MaxPooling2D Flatten Dense" {
		t.Error(got)
	}
	if got := strings.Join(kinds(m.Decoder), " "); got != "Dense BatchNormalization Activation Reshape Conv2DTranspose BatchNormalization Activation Conv2DTranspose" {
		t.Error(got)
	}

	// Behind the decoder's Linear layer the numbers turn with its outputs: from (C, H, W) = (5, 4, 4) to (4, 4, 5).
	weights := map[string][]float32{}
	for _, p := range m.Decoder.Params() {
		weights[p.Name] = p.Value
	}
	for k, kind := range []string{"gamma", "beta", "moving_mean", "moving_variance"} {
		x := weights["batch_normalization/"+kind]
		for i, v := range x {
			pixel, channel := i/5, i%5
			if want := float64(k+1)/4 + float64(channel*16+pixel)/128; math.Abs(float64(v)-want) > 1e-6 {
				t.Fatalf("%s %d: %g, want %g", kind, i, v, want)
			}
		}
	}
	y, err := m.Reconstruct(t.Context(), pictures(1, 4)[:m.Values()])
	if err != nil || slices.Max(y) == slices.Min(y) {
		t.Error(err)
	}
}

// A BatchNorm that stands elsewhere is called by its name.
func TestImportBatchNormErrors(t *testing.T) {
	for want, rename := range map[string]func(string) string{
		`the BatchNorm "encoder.2" does not follow right behind "encoder.0"`: func(s string) string { return strings.Replace(s, "encoder.1", "encoder.2", 1) },
		`the BatchNorm "a.1" has no layer of its own before it`:              func(s string) string { return strings.Replace(s, "encoder.1", "a.1", 1) },
	} {
		_, _, err := pytorch.Import(normed(t, rename))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
