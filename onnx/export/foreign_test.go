package export_test

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/faces/drawn"
	"likeness/models"
	"likeness/nn"
	"likeness/nn/nntest"
	"likeness/onnx"
	"likeness/onnx/export"
	"likeness/pix"
)

// foreignFlag is the environment variable that has graphs run in onnxruntime and checked by Debian's python3-onnx.
// onnxruntime-node is looked for in the folder LIKENESS_NODE_MODULES.
const foreignFlag = "LIKENESS_FOREIGN"

// bar is the largest difference between onnxruntime's outputs and ours, as a share of the largest number.
const bar = 1e-5

// array is an input or an output.
type array struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Dims []int  `json:"dims"`

	floats []float32
	bytes  []byte
}

func floats(name string, x []float32, dims ...int) array {
	return array{Name: name, Type: "float32", Dims: dims, floats: x}
}

func pixels(name string, x []byte, dims ...int) array {
	return array{Name: name, Type: "uint8", Dims: dims, bytes: x}
}

func (a array) raw() []byte {
	if a.bytes != nil {
		return a.bytes
	}
	var raw []byte
	for _, v := range a.floats {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return raw
}

// foreign is a folder of graphs that foreign programs look at together.
type foreign struct {
	t      *testing.T
	folder string
	want   map[string]array
}

func newForeign(t *testing.T) *foreign {
	t.Helper()
	if os.Getenv(foreignFlag) == "" {
		t.Skipf("set %s=1 to run graphs in onnxruntime", foreignFlag)
	}
	return &foreign{t, t.TempDir(), map[string]array{}}
}

// add adds a graph with inputs and the output that is expected of it.
func (f *foreign) add(name string, m *onnx.Model, err error, want array, inputs ...array) {
	f.t.Helper()
	if err != nil {
		f.t.Fatalf("%s: %v", name, err)
	}
	f.want[name] = want
	about, err := json.Marshal(map[string][]array{"inputs": inputs, "outputs": {want}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(name+".json", about)
	f.write(name+".onnx", m.Marshal())
	for i, in := range inputs {
		f.write(fmt.Sprintf("%s.in%d", name, i), in.raw())
	}
}

func (f *foreign) write(name string, data []byte) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.folder, name), data, 0o666); err != nil {
		f.t.Fatal(err)
	}
}

// run has the checker look at all graphs, runs them, and compares.
func (f *foreign) run() {
	f.t.Helper()
	for _, command := range [][]string{{"/usr/bin/python3", "testdata/check.py", f.folder}, {"node", "testdata/run.mjs", f.folder}} {
		if out, err := exec.CommandContext(f.t.Context(), command[0], command[1:]...).CombinedOutput(); err != nil {
			f.t.Fatalf("%s: %v\n%s", command, err, out)
		}
	}
	worst := 0.0
	for name, want := range f.want {
		raw, err := os.ReadFile(filepath.Join(f.folder, name+".out0"))
		if err != nil {
			f.t.Fatal(err)
		}
		if len(raw) != len(want.raw()) {
			f.t.Errorf("%s: %d bytes, expected %d", name, len(raw), len(want.raw()))
			continue
		}
		if want.bytes != nil {
			f.compareBytes(name, raw, want.bytes)
			continue
		}
		got := make([]float32, len(want.floats))
		for i := range got {
			got[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
		apart := nntest.Apart(got, want.floats)
		if apart > bar {
			f.t.Errorf("%s: up to %g of the largest number apart", name, apart)
		}
		worst = max(worst, apart)
	}
	f.t.Logf("%d graphs, up to %.3g apart", len(f.want), worst)
}

// compareBytes compares pixels. Where a value lies in the middle between two bytes, the last bit of a float decides.
func (f *foreign) compareBytes(name string, got, want []byte) {
	f.t.Helper()
	others := 0
	for i, v := range want {
		switch d := int(got[i]) - int(v); {
		case d < -1 || d > 1:
			f.t.Fatalf("%s: pixel value %d is %d, expected %d", name, i, got[i], v)
		case d != 0:
			others++
		}
	}
	if others > len(want)/2000 {
		f.t.Errorf("%s: %d of %d pixel values differ", name, others, len(want))
	}
}

// Every kind of layer, with kernels and strides of all sizes, on odd and even sides, gives in onnxruntime what it gives here.
func TestForeignLayers(t *testing.T) {
	f := newForeign(t)
	try := func(name string, input nn.Shape, layers ...nn.Layer) {
		t.Helper()
		n, err := nn.New("network", input, layers...)
		if err != nil {
			t.Fatal(err)
		}
		nntest.Fill(n, 1)
		for _, batch := range []int{1, 8} {
			x := normal(batch*input.Size(), 5)
			y, err := n.Predict(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			m, err := export.Network(n, export.Options{})
			f.add(fmt.Sprintf("%s-batch%d", name, batch), m, err, floats("output", y), floats("input", x, append([]int{batch}, input...)...))
		}
	}
	for _, side := range []nn.Shape{{5, 6, 2}, {8, 9, 2}} {
		for kernel := 1; kernel <= 5; kernel++ {
			for stride := 1; stride <= 4; stride++ {
				name := fmt.Sprintf("k%ds%d-%dx%d", kernel, stride, side[0], side[1])
				try("conv2d-"+name, side, nn.Conv2D{Filters: 3, Kernel: kernel, Stride: stride, Activation: nn.ELU})
				try("conv2d_transpose-"+name, side, nn.Conv2DTranspose{Filters: 3, Kernel: kernel, Stride: stride, Activation: nn.ELU})
			}
		}
	}
	for name, layers := range otherLayers() {
		try(name, nn.Shape{4, 6, 3}, layers...)
	}
	for _, odd := range []nn.Shape{{5, 7, 2}, {3, 2, 2}} {
		for _, same := range []bool{false, true} {
			try(fmt.Sprintf("pooling-%dx%d-%v", odd[0], odd[1], same), odd, nn.MaxPooling2D{Same: same})
		}
	}
	f.run()
}

// otherLayers are lists of layers for pictures of (4, 6, 3), with every kind that is no convolution.
func otherLayers() map[string][]nn.Layer {
	return map[string][]nn.Layer{
		"none":        nil,
		"flatten":     {nn.Flatten{}},
		"dense":       {nn.Flatten{}, nn.Dense{Units: 7, Activation: nn.ELU}},
		"planes":      {nn.Conv2D{Filters: 4, Kernel: 3}, nn.Flatten{}, nn.Dense{Units: 7}},
		"one channel": {nn.Conv2D{Filters: 1, Kernel: 3}, nn.Flatten{}, nn.Dense{Units: 7}},
		"reshape":     {nn.Reshape{Shape: nn.Shape{2, 12, 3}}, nn.Conv2D{Filters: 2, Kernel: 3}},
		"pooling":     {nn.MaxPooling2D{}},
		"sum":         {nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 3, Kernel: 3, Activation: nn.ELU}}}},
		"two ways": {nn.Residual{
			Layers:   []nn.Layer{nn.Conv2D{Filters: 4, Kernel: 3, Stride: 2}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2}},
			Shortcut: []nn.Layer{nn.Flatten{}, nn.Dense{Units: 72}, nn.Reshape{Shape: nn.Shape{4, 6, 3}}},
		}},
		"doubled":          {nn.Residual{}},
		"relu":             {nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.ReLU}, nn.Flatten{}, nn.Dense{Units: 7, Activation: nn.ReLU}},
		"sigmoid":          {nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.Sigmoid}},
		"tanh":             {nn.Conv2DTranspose{Filters: 4, Kernel: 3, Activation: nn.Tanh}},
		"leaky_relu":       {nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.LeakyReLU(0.3)}},
		"activation":       {nn.Activate{Function: nn.ReLU}, nn.Flatten{}, nn.Activate{Function: nn.Tanh}},
		"linear":           {nn.Activate{}},
		"upsampling 1":     {nn.UpSampling2D{Size: 1}},
		"upsampling 2":     {nn.UpSampling2D{Size: 2}, nn.Conv2D{Filters: 3, Kernel: 3, Activation: nn.ELU}},
		"upsampling 3":     {nn.UpSampling2D{Size: 3}},
		"normalisation":    {nn.BatchNormalization{}, nn.Conv2D{Filters: 4, Kernel: 3}, nn.BatchNormalization{Epsilon: 0.1}, nn.Flatten{}, nn.BatchNormalization{}},
		"rescaling":        {nn.Rescaling{Scale: 2, Offset: -0.25}, nn.Rescaling{Scale: 1, Offset: 0.5}},
		"odd pooling":      {nn.MaxPooling2D{}, nn.MaxPooling2D{}},
		"odd pooling same": {nn.MaxPooling2D{Same: true}, nn.MaxPooling2D{Same: true}},
	}
}

// Every architecture, whole and in parts, with and without the correction of codes, gives in onnxruntime what it gives here.
func TestForeignModels(t *testing.T) {
	f := newForeign(t)
	ctx := t.Context()
	for _, arch := range autoencoder.Architectures() {
		for _, correct := range []bool{false, true} {
			m := made(t, arch, 24)
			name := arch
			if correct {
				m, name = corrected(t, m), arch+"-corrected"
			}
			for _, batch := range []int{1, 8} {
				x := pictures(batch, 7)
				code := must(m.Encode(ctx, x))(t)
				y := must(m.Decode(ctx, code))(t)
				label := fmt.Sprintf("%s-batch%d-", name, batch)
				picture, codes := []int{batch, side, side, 3}, []int{batch, 24}
				for _, part := range []struct {
					part     export.Part
					want, in array
				}{
					{export.Encoder, floats(export.Code, code), floats(export.Picture, x, picture...)},
					{export.Decoder, floats(export.Reconstruction, y), floats(export.Code, code, codes...)},
					{export.Whole, floats(export.Reconstruction, y), floats(export.Picture, x, picture...)},
				} {
					g, err := export.Model(m, export.Options{Part: part.part})
					f.add(label+string(part.part), g, err, part.want, part.in)
				}
				if correct {
					g, err := export.Model(m, export.Options{Part: export.Encoder, Uncorrected: true})
					f.add(label+"uncorrected", g, err, floats(export.Code, must(m.Encoder.Predict(ctx, x))(t)), floats(export.Picture, x, picture...))
				}
				f.pixelsAndPlanes(ctx, m, label, batch)
			}
		}
	}
	f.run()
}

// Codes are corrected through every kind of layer that has a gradient here, as networks from elsewhere have them.
func TestForeignCorrections(t *testing.T) {
	f := newForeign(t)
	for _, a := range []nn.Activation{nn.Linear, nn.ELU, nn.ReLU, nn.LeakyReLU(0.2), nn.Sigmoid, nn.Tanh} {
		m := mixed(t, a)
		name := "corrected-" + strings.Trim(string(a), "()")
		x := normal(8*m.Values(), 7)
		code := must(m.Encode(t.Context(), x))(t)
		if plain := must(m.Encoder.Predict(t.Context(), x))(t); slices.Equal(plain, code) {
			t.Errorf("%s: nothing was corrected", name)
		}
		g, err := export.Model(m, export.Options{Part: export.Encoder})
		f.add(name, g, err, floats(export.Code, code), floats(export.Picture, x, append([]int{8}, m.Encoder.Input...)...))
	}
	f.run()
}

// mixed returns a model whose decoder has layers of all kinds with an activation, and a correction.
func mixed(t *testing.T, a nn.Activation) *autoencoder.Model {
	t.Helper()
	const code = 6
	encoder := must(nn.New("encoder", nn.Shape{8, 12, 3}, nn.MaxPooling2D{}, nn.Flatten{}, nn.Dense{Units: code}))(t)
	decoder := must(nn.New("decoder", nn.Shape{code},
		nn.Dense{Units: 24, Activation: a}, nn.BatchNormalization{}, nn.Reshape{Shape: nn.Shape{2, 3, 4}},
		nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 4, Kernel: 3}, nn.Activate{Function: a}}},
		nn.UpSampling2D{Size: 4}, nn.BatchNormalization{Epsilon: 0.01}, nn.Conv2D{Filters: 5, Kernel: 3, Stride: 2, Activation: a},
		nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2}, nn.Rescaling{Scale: 0.5, Offset: 0.1}))(t)
	nntest.Fill(encoder, 1)
	nntest.Fill(decoder, 2)
	m := &autoencoder.Model{Arch: "mixed", Code: code, Prep: pix.Prep{W: 12, H: 8}, Encoder: encoder, Decoder: decoder}
	if err := m.FitCorrection(t.Context(), normal(20*m.Values(), 3), 3); err != nil {
		t.Fatal(err)
	}
	return m
}

// The models that come with the program, on drawn faces.
func TestForeignModelsOfTheProgram(t *testing.T) {
	f := newForeign(t)
	x := faces(t, 8)
	conv := must(autoencoder.Open(models.Conv))(t)
	g, err := export.Model(conv, export.Options{})
	f.add("conv", g, err, floats(export.Reconstruction, must(conv.Reconstruct(t.Context(), x))(t)), floats(export.Picture, x, 8, side, side, 3))
	fitted := must(autoencoder.Open(models.Conv))(t)
	if err := fitted.FitCorrection(t.Context(), faces(t, 60), 5); err != nil {
		t.Fatal(err)
	}
	g, err = export.Model(fitted, export.Options{Part: export.Encoder})
	f.add("conv-corrected", g, err, floats(export.Code, must(fitted.Encode(t.Context(), x))(t)), floats(export.Picture, x, 8, side, side, 3))
	denoiser := must(autoencoder.Open(models.Denoiser))(t)
	g, err = export.Model(denoiser, export.Options{})
	levels := make([]float32, 8)
	for i := range levels {
		levels[i] = float32(pix.NoiseLevel(x[i*denoiser.Values():(i+1)*denoiser.Values()], side, side))
	}
	f.add("denoiser", g, err, floats(export.Reconstruction, must(denoiser.Reconstruct(t.Context(), x))(t)), floats(export.Picture, x, 8, side, side, 3), floats(export.Sigma, levels, 8))
	f.run()
}

// faces returns drawn faces, a little noisy.
func faces(t *testing.T, n int) []float32 {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 4))
	people := drawn.People(drawn.Options{People: n, PerPerson: 1, Seed: 3})
	var x []float32
	for i := range people {
		one := make([]float32, side*side*3)
		shot := people[i].Shot(0)
		m := pix.FromImage(drawn.Draw(&people[i], &shot))
		must(pix.Prep{W: side, H: side, Auto: true}.Apply(m))(t).Floats(one)
		for _, v := range one {
			x = append(x, min(max(v+float32(0.05*rng.NormFloat64()), -0.5), 0.5))
		}
	}
	return x
}

// pixelsAndPlanes adds a model's graphs of bytes and of planes.
func (f *foreign) pixelsAndPlanes(ctx context.Context, m *autoencoder.Model, label string, batch int) {
	f.t.Helper()
	seen, x := asBytes(pictures(batch, 8))
	y := must(m.Reconstruct(ctx, x))(f.t)
	painted, _ := asBytes(y)
	picture, plane := []int{batch, side, side, 3}, []int{batch, 3, side, side}
	g, err := export.Model(m, export.Options{Pixels: true})
	f.add(label+"pixels", g, err, pixels(export.Reconstruction, painted), pixels(export.Picture, seen, picture...))
	g, err = export.Model(m, export.Options{Layout: export.NCHW})
	f.add(label+"planes", g, err, floats(export.Reconstruction, planes(y)), floats(export.Picture, planes(x), plane...))
	g, err = export.Model(m, export.Options{Layout: export.NCHW, Pixels: true})
	f.add(label+"pixels in planes", g, err, pixels(export.Reconstruction, planes(painted)), pixels(export.Picture, planes(seen), plane...))
}

// Denoisers of all kinds give in onnxruntime what they give here, on pictures of any size that they take.
func TestForeignDenoisers(t *testing.T) {
	f := newForeign(t)
	ctx := t.Context()
	for _, c := range []struct {
		name   string
		level  float64
		mirror bool
	}{{"plain", 0, false}, {"level", autoencoder.UnitNoise, false}, {"mirror", 0, true}, {"level-mirror", autoencoder.UnitNoise, true}} {
		m := made(t, autoencoder.Residual, 0)
		m.Level, m.Mirror = c.level, c.mirror
		d := must(autoencoder.NewDenoiser(m))(t)
		for _, size := range [][2]int{{side, side}, {24, 44}} {
			for _, sigma := range []float64{0, 0.004, 0.02, 0.1} {
				h, w := size[0], size[1]
				const batch = 2
				x := normal(batch*h*w*3, 9)
				for i := range x {
					x[i] *= 0.3
				}
				var y []float32
				for i := range batch {
					y = append(y, must(d.Denoise(ctx, x[i*h*w*3:(i+1)*h*w*3], w, h, sigma, nil))(t)...)
				}
				inputs := []array{floats(export.Picture, x, batch, h, w, 3)}
				if c.level != 0 {
					inputs = append(inputs, floats(export.Sigma, []float32{float32(sigma), float32(sigma)}, batch))
				}
				g, err := export.Model(m, export.Options{FixedSize: h == side && sigma == 0})
				f.add(fmt.Sprintf("denoiser-%s-%dx%d-%g", c.name, w, h, sigma), g, err, floats(export.Reconstruction, y), inputs...)
			}
		}
	}
	coded := made(t, "conv", 512)
	x := pictures(2, 7)
	g, err := export.Model(coded, export.Options{})
	f.add("denoiser-with-code", g, err, floats(export.Reconstruction, must(coded.Reconstruct(ctx, x))(t)), floats(export.Picture, x, 2, side, side, 3))
	f.run()
}

// asBytes returns pictures as bytes, and what these bytes are as numbers.
func asBytes(x []float32) ([]byte, []float32) {
	m := pix.FromFloats(x, side, len(x)/side/3)
	y := make([]float32, len(x))
	m.Floats(y)
	return m.Pix, y
}

// planes returns pictures in the order (N, 3, H, W).
func planes[T any](x []T) []T {
	y := make([]T, 0, len(x))
	for ; len(x) > 0; x = x[side*side*3:] {
		for c := range 3 {
			for i := range side * side {
				y = append(y, x[i*3+c])
			}
		}
	}
	return y
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
