package autoencoder_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/nn"
	"likeness/pix"
	"likeness/safetensors"
)

func prep(w, h int) pix.Prep { return pix.Prep{W: w, H: h, Auto: true} }

func newModel(t testing.TB, arch string, w, h, code int) *autoencoder.Model {
	t.Helper()
	m, err := autoencoder.New(arch, prep(w, h), code, 42)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The tutorial's shape checks: for every code size, pictures become codes of
// that size and codes pictures.
func TestCodeSizes(t *testing.T) {
	x := make([]float32, 3*32*32*3)
	for _, arch := range autoencoder.Architectures() {
		for _, code := range []int{1, 8, 32, 128, 512} {
			m := newModel(t, arch, 32, 32, code)
			if got := m.Encoder.Output(); !slices.Equal(got, nn.Shape{code}) {
				t.Errorf("%s: encoder's output is %v, want (%d)", arch, got, code)
			}
			if got := m.Decoder.Output(); !slices.Equal(got, nn.Shape{32, 32, 3}) {
				t.Errorf("%s: decoder's output is %v, want (32, 32, 3)", arch, got)
			}
			codes := must(m.Encode(context.Background(), x))
			if len(codes) != 3*code || len(must(m.Decode(context.Background(), codes))) != len(x) {
				t.Errorf("%s, code %d: 3 pictures became %d numbers", arch, code, len(codes))
			}
		}
	}
}

// Pictures of other sizes go through as a batch as they do one by one, and all of a
// picture counts, out to its corners.
func TestOtherSizes(t *testing.T) {
	const n = nn.ShardImages + 3
	for _, s := range [][2]int{{16, 16}, {48, 32}, {64, 64}} {
		m := newModel(t, "conv", s[0], s[1], 8)
		size := s[0] * s[1] * 3
		var x []float32
		for i := range n {
			picture := noisePicture(s[0], s[1])
			for j := range picture {
				picture[j] *= float32(i+1) / n
			}
			x = append(x, picture...)
		}
		y := must(m.Reconstruct(context.Background(), x))
		if len(y) != len(x) {
			t.Fatalf("%v: %d values became %d", s, len(x), len(y))
		}
		seen := map[float32]bool{}
		for i := range n {
			one := y[i*size : (i+1)*size]
			if !slices.Equal(must(m.Reconstruct(context.Background(), x[i*size:(i+1)*size])), one) {
				t.Errorf("%v: picture %d is another alone than among others", s, i)
			}
			if seen[one[0]] || slices.Max(one) == slices.Min(one) {
				t.Errorf("%v: picture %d became the same as another, or of one colour", s, i)
			}
			seen[one[0]] = true
		}
		for _, corner := range []int{0, (s[0] - 1) * 3, size - s[0]*3, size - 3} {
			other := slices.Clone(x[:size])
			for c := range 3 {
				other[corner+c] += 1
			}
			if slices.Equal(must(m.Reconstruct(context.Background(), other)), y[:size]) {
				t.Errorf("%v: the value at %d does not count", s, corner)
			}
		}
	}
}

func TestBadModels(t *testing.T) {
	for _, c := range []struct {
		arch       string
		w, h, code int
		want       string
	}{
		{"vgg", 32, 32, 8, `unknown architecture "vgg"`},
		{"conv", 45, 45, 8, "divisible by 16, such as 48x48"},
		{"conv", 32, 32, 0, "between 1 and 1024"},
		{"conv", 32, 32, 1025, "between 1 and 1024"},
		{"pca", 32, 32, 3073, "between 1 and 3072"},
		{"pca", 0, 32, 3, "no pixels"},
		{"pca", 600, 32, 3, "more than 512"},
	} {
		_, err := autoencoder.New(c.arch, prep(c.w, c.h), c.code, 1)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one that says %q", c, err, c.want)
		}
	}
}

// Parameter counts are those that Keras prints for the tutorial's models.
func TestSummary(t *testing.T) {
	s := newModel(t, "conv", 32, 32, 32).Summary()
	for _, want := range []string{
		`Model: "encoder"`, "conv2d (Conv2D)", "(None, 32, 32, 32)", "896",
		"conv2d_3 (Conv2D)", "(None, 4, 4, 256)", "295168",
		"max_pooling2d_3 (MaxPooling2D)", "flatten (Flatten)", "dense (Dense)", "32800",
		"Total params: 421,216",
		`Model: "decoder"`, "reshape (Reshape)", "(None, 2, 2, 256)", "conv2d_transpose (Conv2DTranspose)", "295040",
		"conv2d_transpose_3 (Conv2DTranspose)", "867", "Total params: 421,955",
	} {
		if !strings.Contains(s, want) {
			t.Errorf("the summary does not have %q:\n%s", want, s)
		}
	}
}

func TestSaveAndOpen(t *testing.T) {
	for _, arch := range autoencoder.Architectures() {
		m := newModel(t, arch, 16, 32, 5)
		m.Training = &autoencoder.Training{Task: autoencoder.Denoise, Origin: dataset.Origin{Data: "some faces"}, History: []autoencoder.Epoch{{Epoch: 1, Loss: 0.1}}}
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := m.Save(path); err != nil {
			t.Fatal(err)
		}
		got, err := autoencoder.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		if got.Arch != m.Arch || got.Code != m.Code || got.Prep != m.Prep || got.Fingerprint() != m.Fingerprint() {
			t.Errorf("%s: %+v came back as %+v", arch, m, got)
		}
		if got.Training == nil || got.Training.Data != "some faces" || got.Training.History[0].Loss != 0.1 {
			t.Errorf("%s: training came back as %+v", arch, got.Training)
		}
		x := make([]float32, m.Values())
		for i := range x {
			x[i] = float32(math.Sin(float64(i))) / 2
		}
		if !slices.Equal(must(got.Reconstruct(context.Background(), x)), must(m.Reconstruct(context.Background(), x))) {
			t.Errorf("%s: the opened model reconstructs differently", arch)
		}
	}
}

func TestCheckCode(t *testing.T) {
	for _, arch := range autoencoder.Architectures() {
		if err := newModel(t, arch, 16, 16, 8).CheckCode(); err != nil {
			t.Errorf("%s: %v", arch, err)
		}
	}
	if err := newModel(t, autoencoder.Residual, 16, 16, 0).CheckCode(); err == nil || !strings.HasPrefix(err.Error(), "the model is a denoiser without a code: ") {
		t.Errorf("a denoiser has a code: %v", err)
	}
}

func TestFingerprintTellsModelsApart(t *testing.T) {
	a := newModel(t, "pca", 16, 16, 5)
	b := newModel(t, "pca", 16, 16, 5)
	if a.Fingerprint() != b.Fingerprint() {
		t.Error("the same model has two fingerprints")
	}
	b.Decoder.Weights()[7] += 1e-6
	c := newModel(t, "pca", 16, 16, 5)
	c.Prep.Auto = false
	for _, other := range []*autoencoder.Model{b, c, newModel(t, "pca", 16, 16, 6)} {
		if other.Fingerprint() == a.Fingerprint() {
			t.Error("different models have one fingerprint")
		}
	}
}

// Files that are no models, or lie, are refused with words that help.
func TestOpenBadFiles(t *testing.T) {
	change := func(f func(*safetensors.File)) *safetensors.File {
		file, err := newModel(t, "conv", 16, 16, 4).File()
		if err != nil {
			t.Fatal(err)
		}
		f(file)
		return file
	}
	meta := func(key, value string) *safetensors.File {
		return change(func(f *safetensors.File) { f.Metadata[key] = value })
	}
	correction := func(steps string, v float32) *safetensors.File {
		return change(func(f *safetensors.File) {
			f.Metadata["correction"] = steps
			f.Tensors = append(f.Tensors, safetensors.FromFloats("correction/matrix", []int{4, 4}, slices.Repeat([]float32{v}, 16)))
		})
	}
	for name, c := range map[string]struct {
		file *safetensors.File
		want string
	}{
		"foreign":      {&safetensors.File{}, "not a likeness model"},
		"newer":        {meta("format", "likeness model 9"), "likeness model 9"},
		"architecture": {change(func(f *safetensors.File) { f.Metadata["architecture"] = "vgg"; delete(f.Metadata, "layers") }), `"vgg"`},
		"other":        {change(func(f *safetensors.File) { f.Metadata["architecture"] = "pca"; delete(f.Metadata, "layers") }), "encoder/dense/kernel"},
		"no name":      {meta("architecture", ""), "metadata architecture"},
		"huge":         {meta("prep", `{"w":1000000,"h":1000000}`), "1000000x1000000"},
		"large":        {meta("prep", `{"w":512,"h":512}`), `layer "conv2d" of the encoder gives (None, 512, 512, 32)`},
		"prep":         {meta("prep", "32"), "metadata prep"},
		"code":         {meta("code", "many"), "metadata code"},
		"lying code":   {meta("code", "5"), `layer "dense" of the decoder has 1536 weights`},
		"training":     {meta("training", "{"), "metadata training"},
		"correction":   {meta("correction", "some"), "metadata correction"},
		"no matrix":    {meta("correction", "3"), `no tensor "correction/matrix"`},
		"its steps":    {correction("0", 0.1), "a correction in 0 steps"},
		"its matrix":   {correction("3", float32(math.NaN())), "a correction whose number 0 is NaN"},
		"missing":      {change(func(f *safetensors.File) { f.Tensors = f.Tensors[:len(f.Tensors)-1] }), `no tensor "decoder/conv2d_transpose_3/bias"`},
		"nan": {change(func(f *safetensors.File) {
			f.Tensors[0] = safetensors.FromFloats(f.Tensors[0].Name, f.Tensors[0].Shape, slices.Repeat([]float32{float32(math.NaN())}, 3*3*3*32))
		}), "not a weight"},
	} {
		path := filepath.Join(t.TempDir(), "m.safetensors")
		if err := c.file.Save(path); err != nil {
			t.Fatal(err)
		}
		_, err := autoencoder.Open(path)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: error %v, want one that names the file and says %q", name, err, c.want)
		}
	}
}

func TestOpenCutShort(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	if err := newModel(t, "pca", 16, 16, 4).Save(path); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 7, 100, len(whole) / 2, len(whole) - 1} {
		if err := os.WriteFile(path, whole[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := autoencoder.Open(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("cut to %d bytes: error %v", n, err)
		}
	}
}
