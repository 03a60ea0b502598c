package pytorch_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/hyper"
	"likeness/nn"
	"likeness/pytorch"
	"likeness/safetensors"
)

// written returns a file as somebody reads it.
func written(t testing.TB, f *safetensors.File) *safetensors.File {
	t.Helper()
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	read, err := safetensors.Parse("net.safetensors", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return read
}

// What State writes comes back to the same bits, with its story and all that belongs to it.
func TestImportOwn(t *testing.T) {
	for name, m := range map[string]*autoencoder.Model{
		"pca": made(t, "pca", 24), "conv": made(t, "conv", 24), "residual": made(t, "residual", 24), "denoiser": made(t, "residual", 0), "mixed": mixed(t, nn.LeakyReLU(0.2)),
	} {
		t.Run(name, func(t *testing.T) {
			m.Training = &autoencoder.Training{Task: autoencoder.Reconstruct, Origin: dataset.Origin{Data: "lfw"}, Parameters: hyper.Parameters{Seed: 3}}
			if m.Decoder == nil {
				m.Level, m.Mirror = autoencoder.UnitNoise, true
			} else if m.Prep.W == side {
				if err := m.FitCorrection(t.Context(), pictures(10, 3), 2); err != nil {
					t.Fatal(err)
				}
			}
			f := written(t, must(pytorch.State(m))(t))
			if f.Metadata["format"] != "pt" {
				t.Errorf("format %q", f.Metadata["format"])
			}
			back, notes, err := pytorch.Import(f)
			if err != nil || notes != nil {
				t.Fatal(notes, err)
			}
			if back.Fingerprint() != m.Fingerprint() {
				t.Error("another model came back")
			}
			if diff := cmp.Diff(m.Training.Parameters, back.Training.Parameters); diff != "" || back.Training.Data != "lfw" {
				t.Error(diff)
			}
		})
	}
}

// foreigners returns the state dict of a model as somebody else's program would write it: numbered layers, no metadata of ours,
// and what is flattened in PyTorch's order.
func foreigner(t testing.TB, m *autoencoder.Model, names ...string) *safetensors.File {
	t.Helper()
	own := must(pytorch.State(m))(t)
	f := &safetensors.File{Metadata: map[string]string{"format": "pt"}}
	for i, layer := range names {
		theirs, ours, _ := strings.Cut(layer, "=")
		for _, kind := range []string{".weight", ".bias"} {
			x := own.Tensors[slices.IndexFunc(own.Tensors, func(t safetensors.Tensor) bool { return t.Name == ours+kind })]
			values := slices.Clone(must(x.Floats())(t))
			if m.Arch == "pca" {
				values = channelsFirst(values, i == 0, kind == ".bias")
			}
			f.Tensors = append(f.Tensors, safetensors.FromFloats(theirs+kind, x.Shape, values))
		}
	}
	slices.Reverse(f.Tensors) // the order in the file says nothing
	return written(t, f)
}

// channelsFirst puts the values of a Linear layer of pca that belong to a picture in PyTorch's order.
func channelsFirst(values []float32, encoder, bias bool) []float32 {
	const pixels = side * side
	out := slices.Clone(values)
	switch {
	case encoder && !bias: // (code, pixels and channels)
		for row := 0; row < len(values); row += 3 * pixels {
			copy(out[row:], planes(values[row:row+3*pixels], side, side))
		}
	case !encoder: // (pixels and channels, code), or their bias
		each := len(values) / pixels / 3
		for p := range pixels {
			for c := range 3 {
				copy(out[(c*pixels+p)*each:][:each], values[(3*p+c)*each:])
			}
		}
	}
	return out
}

// A state dict of somebody else goes to the architecture that it fits, and gives what it gave there.
func TestImportForeign(t *testing.T) {
	m := made(t, "pca", 24)
	back, notes, err := pytorch.Import(foreigner(t, m, "encoder.1=encoder.dense", "decoder.0=decoder.dense"))
	if err != nil {
		t.Fatal(err)
	}
	if back.Arch != "pca" || back.Code != 24 || back.Prep.W != side || !slices.Equal(back.Encoder.Weights(), m.Encoder.Weights()) || !slices.Equal(back.Decoder.Weights(), m.Decoder.Weights()) {
		t.Errorf("%s with a code of %d for %dx%d", back.Arch, back.Code, back.Prep.W, back.Prep.H)
	}
	if len(notes) == 0 || !strings.Contains(notes[0].Text, "neither functions nor paddings") {
		t.Errorf("notes %v", notes)
	}

	// Ten numbered layers, of which the tenth comes behind the ninth.
	conv := made(t, "conv", 24)
	names := []string{
		"net.0=encoder.conv2d", "net.2=encoder.conv2d_1", "net.4=encoder.conv2d_2", "net.6=encoder.conv2d_3", "net.8=encoder.dense",
		"net.9=decoder.dense", "net.10=decoder.conv2d_transpose", "net.12=decoder.conv2d_transpose_1", "net.14=decoder.conv2d_transpose_2", "net.16=decoder.conv2d_transpose_3",
	}
	same := pytorch.Usual()
	same.Padding = pytorch.SamePadding
	if back, _, err = pytorch.ImportAs(foreigner(t, conv, names...), same); err != nil {
		t.Fatal(err)
	}
	if back.Arch != "conv" || back.Code != 24 || back.Prep.W != side {
		t.Errorf("%s with a code of %d for %dx%d", back.Arch, back.Code, back.Prep.W, back.Prep.H)
	}
	for i, p := range back.Encoder.Params()[:8] {
		if !slices.Equal(p.Value, conv.Encoder.Params()[i].Value) {
			t.Errorf("the weights of %s are others", p.Name)
		}
	}
}

// The exercise's network with other filters is one, too, but none of ours.
func TestImportOtherFilters(t *testing.T) {
	f := &safetensors.File{}
	for name, shape := range map[string][]int{
		"encoder.0.weight": {5, 3, 5, 5}, "encoder.0.bias": {5}, "encoder.3.weight": {7, 5, 3, 3}, "encoder.7.weight": {6, 7 * 4 * 4}, "encoder.7.bias": {6},
		"decoder.0.weight": {9 * 4 * 4, 6}, "decoder.2.weight": {9, 4, 3, 3}, "decoder.5.weight": {4, 3, 2, 2}, "decoder.5.bias": {3},
	} {
		n := 1
		for _, d := range shape {
			n *= d
		}
		f.Tensors = append(f.Tensors, safetensors.FromFloats(name, shape, pictures(1, 3)[:n]))
	}
	m, _, err := pytorch.Import(written(t, f))
	if err != nil {
		t.Fatal(err)
	}
	if m.Arch != "pytorch" || m.Code != 6 || m.Prep.W != 16 || m.Encoder.Params()[0].Shape[0] != 5 {
		t.Errorf("%s, a code of %d, pictures of %dx%d", m.Arch, m.Code, m.Prep.W, m.Prep.H)
	}
	if _, err := m.Reconstruct(t.Context(), make([]float32, m.Values())); err != nil {
		t.Error(err)
	}
}

func TestImportErrors(t *testing.T) {
	own := func(change func(f *safetensors.File)) *safetensors.File {
		f := must(pytorch.State(made(t, "pca", 24)))(t)
		change(f)
		return written(t, f)
	}
	shaped := func(tensors map[string][]int) *safetensors.File {
		f := &safetensors.File{}
		for name, shape := range tensors {
			n := 1
			for _, d := range shape {
				n *= d
			}
			f.Tensors = append(f.Tensors, safetensors.FromFloats(name, shape, make([]float32, n)))
		}
		return written(t, f)
	}
	for want, f := range map[string]*safetensors.File{
		`has no tensor "decoder.dense.bias"`:                                    own(func(f *safetensors.File) { f.Tensors = f.Tensors[:3] }),
		`tensor "encoder.dense.weight" has shape [3072 24], expected [24 3072]`: own(func(f *safetensors.File) { f.Tensors[0].Shape = []int{3072, 24} }),
		`metadata layers: encoder`:                                              own(func(f *safetensors.File) { f.Metadata["prep"] = `{"w":-4,"h":9}` }),
		`metadata layers: `:                                                     own(func(f *safetensors.File) { f.Metadata["layers"] = `[` }),
		`metadata likeness`:                                                     own(func(f *safetensors.File) { f.Metadata["likeness"] = "likeness index 1" }),
		"holds no weights":                                                      shaped(nil),
		`tensor "a.gamma": expected the weight or the bias`:                     shaped(map[string][]int{"a.gamma": {3}}),
		`tensor "a.bias" has no weight beside it`:                               shaped(map[string][]int{"a.bias": {3}}),
		`tensor "a.weight" has shape [3], expected 4 dimensions`:                shaped(map[string][]int{"a.weight": {3}}),
		`tensor "a.weight" has shape [5 1 3 3]: it takes pictures of 1 channels, expected 3`:                                                                                                shaped(map[string][]int{"a.weight": {5, 1, 3, 3}, "b.weight": {4, 20}, "c.weight": {20, 4}, "d.weight": {5, 1, 3, 3}}),
		"holds the layers CLLLC (C: a convolution, L: Linear), in the order of their names, expected LL, or convolutions, LL and as many convolutions back. Two Linear layers side by side": shaped(map[string][]int{"a.weight": {5, 3, 3, 3}, "b.weight": {4, 20}, "c.weight": {4, 20}, "d.weight": {20, 4}, "e.weight": {5, 3, 3, 3}}),
		"holds the layers LLL (C: a convolution, L: Linear)":                                                                                                                                shaped(map[string][]int{"a.weight": {3, 2}, "b.weight": {2, 3}, "c.weight": {2, 2}}),
		`tensor "b.weight" has shape [4 3], expected so many columns as a square picture of 5 channels`:                                                                                     shaped(map[string][]int{"a.weight": {5, 3, 3, 3}, "b.weight": {4, 3}, "c.weight": {20, 4}, "d.weight": {5, 3, 3, 3}}),
		`tensor "d.bias" has shape [4], expected [3]`:                                                                                                                                       shaped(map[string][]int{"a.weight": {5, 3, 3, 3}, "b.weight": {4, 20}, "c.weight": {20, 4}, "d.weight": {5, 3, 3, 3}, "d.bias": {4}}),
		`tensor "a.weight" has shape [5 3 3 2], expected square filters`:                                                                                                                    shaped(map[string][]int{"a.weight": {5, 3, 3, 2}, "b.weight": {4, 20}, "c.weight": {20, 4}, "d.weight": {5, 3, 3, 3}}),
		`tensor "c.weight" has shape [24 4], expected 20 rows`:                                                                                                                              shaped(map[string][]int{"a.weight": {5, 3, 3, 3}, "b.weight": {4, 20}, "c.weight": {24, 4}, "d.weight": {5, 3, 3, 3}}),
		`tensor "b.weight" has shape [3071 8], expected [3072 8], as the layer dense of the decoder`:                                                                                        shaped(map[string][]int{"a.weight": {8, 3072}, "b.weight": {3071, 8}}),
		`tensor "a.weight" has shape [8 3000], expected so many columns`:                                                                                                                    shaped(map[string][]int{"a.weight": {8, 3000}, "b.weight": {3071, 8}}),
		`tensor "b.bias" has shape [8], expected [3072]`:                                                                                                                                    shaped(map[string][]int{"a.weight": {8, 3072}, "b.weight": {3072, 8}, "b.bias": {8}}),
	} {
		_, _, err := pytorch.Import(f)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "net.safetensors: ") {
			t.Errorf("got %v, want an error of the file with %q", err, want)
		}
	}
}

func FuzzImport(f *testing.F) {
	for _, m := range []*autoencoder.Model{small(f, "pca", 2), small(f, "conv", 2), small(f, "residual", 0)} {
		state := must(pytorch.State(m))(f)
		var b bytes.Buffer
		if err := state.Write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
		state.Metadata = nil
		b.Reset()
		if err := state.Write(&b); err != nil {
			f.Fatal(err)
		}
		f.Add(b.Bytes())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := safetensors.Parse("fuzz", data)
		if err != nil {
			return
		}
		m, _, err := pytorch.Import(file)
		if err != nil {
			return
		}
		again, err := pytorch.State(m)
		if err != nil {
			t.Fatal(err)
		}
		if back, _, err := pytorch.Import(again); err != nil || back.Fingerprint() != m.Fingerprint() {
			t.Fatalf("what was imported does not come back: %v", err)
		}
	})
}
