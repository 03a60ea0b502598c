package pytorch_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/nn/nntest"
	"likeness/pytorch"
	"likeness/safetensors"
)

// foreignFlag is the environment variable that has modules run in Debian's python3-torch.
const foreignFlag = "LIKENESS_FOREIGN"

// bar is the largest difference between PyTorch's outputs and ours, as a share of the largest number.
const bar = 1e-5

// modules is a folder of modules that PyTorch runs together.
type modules struct {
	t      *testing.T
	folder string
	want   map[string][]float32
}

func newModules(t *testing.T) *modules {
	t.Helper()
	if os.Getenv(foreignFlag) == "" {
		t.Skipf("set %s=1 to run modules in PyTorch", foreignFlag)
	}
	return &modules{t, t.TempDir(), map[string][]float32{}}
}

type input struct {
	shape  []int
	values []float32
}

// model writes the module of a model.
func (f *modules) model(name string, m *autoencoder.Model) {
	f.t.Helper()
	state, err := pytorch.State(m)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := state.Save(filepath.Join(f.folder, name+".torch.safetensors")); err != nil {
		f.t.Fatal(err)
	}
	text, err := pytorch.Module(m, name, name+".torch.safetensors")
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(name+".py", text)
}

// call adds a call of a module and what is expected of it.
func (f *modules) call(module, call string, want []float32, inputs ...input) {
	f.t.Helper()
	name := fmt.Sprintf("%s-%d", module, len(f.want))
	f.want[name] = want
	var shapes [][]int
	for i, in := range inputs {
		shapes = append(shapes, in.shape)
		var raw []byte
		for _, v := range in.values {
			raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
		}
		f.write(fmt.Sprintf("%s.in%d", name, i), raw)
	}
	about, err := json.Marshal(map[string]any{"module": module, "call": call, "inputs": shapes})
	if err != nil {
		f.t.Fatal(err)
	}
	f.write(name+".json", about)
}

func (f *modules) write(name string, data []byte) {
	f.t.Helper()
	if err := os.WriteFile(filepath.Join(f.folder, name), data, 0o666); err != nil {
		f.t.Fatal(err)
	}
}

// run runs all calls and compares.
func (f *modules) run() {
	f.t.Helper()
	if out, err := exec.CommandContext(f.t.Context(), "/usr/bin/python3", "testdata/run.py", f.folder).CombinedOutput(); err != nil {
		f.t.Fatalf("%v\n%s", err, out)
	}
	worst := 0.0
	for name, want := range f.want {
		raw, err := os.ReadFile(filepath.Join(f.folder, name+".out"))
		if err != nil {
			f.t.Fatal(err)
		}
		if len(raw) != 4*len(want) {
			f.t.Errorf("%s: %d bytes, expected %d", name, len(raw), 4*len(want))
			continue
		}
		apart := nntest.Apart(floats(raw), want)
		if apart > bar {
			f.t.Errorf("%s: up to %g of the largest number apart", name, apart)
		}
		worst = max(worst, apart)
	}
	f.t.Logf("%d calls, up to %.3g apart", len(f.want), worst)
}

// Every architecture, with and without the correction of codes, gives in PyTorch what it gives here.
func TestForeignModels(t *testing.T) {
	f := newModules(t)
	for _, arch := range autoencoder.Architectures() {
		for _, steps := range []int{0, 3} {
			m := made(t, arch, 24)
			if err := m.FitCorrection(t.Context(), pictures(20, 3), steps); err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf("%s_%d", arch, steps)
			f.model(name, m)
			for _, batch := range []int{1, 8} {
				x := pictures(batch, 7)
				code := must(m.Encode(t.Context(), x))(t)
				y := planes(must(m.Decode(t.Context(), code))(t), side, side)
				picture := input{[]int{batch, 3, side, side}, planes(x, side, side)}
				f.call(name, "encode", code, picture)
				f.call(name, "decode", y, input{[]int{batch, 24}, code})
				f.call(name, "", y, picture)
			}
		}
	}
	f.run()
}

// Every kind of layer, with kernels and strides of all sizes, on odd and even sides, gives in PyTorch what it gives here: one
// model with all of them one behind the other.
func TestForeignLayers(t *testing.T) {
	f := newModules(t)
	for _, size := range []nn.Shape{{5, 6, 3}, {8, 9, 3}} {
		for kernel := 1; kernel <= 5; kernel++ {
			for stride := 1; stride <= 4; stride++ {
				down, err := nn.New("encoder", size, nn.Conv2D{Filters: 3, Kernel: kernel, Stride: stride, Activation: nn.ELU})
				if err != nil {
					t.Fatal(err)
				}
				up, err := nn.New("decoder", size, nn.Conv2DTranspose{Filters: 3, Kernel: kernel, Stride: stride, Activation: nn.ELU})
				if err != nil {
					t.Fatal(err)
				}
				nntest.Fill(down, 1)
				nntest.Fill(up, 2)
				m := &autoencoder.Model{Arch: "layers", Code: size.Size(), Encoder: down, Decoder: up}
				name := fmt.Sprintf("k%ds%d_%dx%d", kernel, stride, size[0], size[1])
				f.model(name, m)
				rng := pictures(1, 5)[:2*size.Size()]
				in := input{[]int{2, 3, size[0], size[1]}, planes(rng, size[1], size[0])}
				small, big := down.Output(), up.Output()
				f.call(name, "encode", planes(must(down.Predict(t.Context(), rng))(t), small[1], small[0]), in)
				f.call(name, "decode", planes(must(up.Predict(t.Context(), rng))(t), big[1], big[0]), in)
			}
		}
	}
	for i, a := range []nn.Activation{nn.Linear, nn.ELU, nn.ReLU, nn.LeakyReLU(0.2), nn.Sigmoid, nn.Tanh} {
		m, name := mixed(t, a), fmt.Sprintf("mixed_%d", i)
		f.model(name, m)
		x := pictures(1, 5)[:2*m.Values()]
		code := must(m.Encode(t.Context(), x))(t)
		f.call(name, "encode", code, input{[]int{2, 3, 8, 12}, planes(x, 12, 8)})
		f.call(name, "decode", planes(must(m.Decode(t.Context(), code))(t), 12, 8), input{[]int{2, 6}, code})
	}
	f.run()
}

// Denoisers of all kinds give in PyTorch what they give here, on pictures of any size that they take.
func TestForeignDenoisers(t *testing.T) {
	f := newModules(t)
	for _, c := range []struct {
		name   string
		level  float64
		mirror bool
	}{{"plain", 0, false}, {"level", autoencoder.UnitNoise, false}, {"mirror", 0, true}, {"level_mirror", autoencoder.UnitNoise, true}} {
		m := made(t, autoencoder.Residual, 0)
		m.Level, m.Mirror = c.level, c.mirror
		f.model(c.name, m)
		d := must(autoencoder.NewDenoiser(m))(t)
		for _, size := range [][2]int{{side, side}, {24, 44}} {
			for _, sigma := range []float64{0, 0.004, 0.02, 0.1} {
				h, w := size[0], size[1]
				x := pictures(2, 9)[:h*w*3]
				y := must(d.Denoise(t.Context(), x, w, h, sigma, nil))(t)
				inputs := []input{{[]int{1, 3, h, w}, planes(x, w, h)}}
				if c.level != 0 {
					inputs = append(inputs, input{[]int{1}, []float32{float32(sigma)}})
				}
				f.call(c.name, "", planes(y, w, h), inputs...)
			}
		}
	}
	f.run()
}

// Networks that others have written in PyTorch come in by their state dicts and give here what they gave there.
func TestForeignStateDicts(t *testing.T) {
	if os.Getenv(foreignFlag) == "" {
		t.Skipf("set %s=1 to have PyTorch write state dicts", foreignFlag)
	}
	for kind, c := range map[string]struct {
		open pytorch.Options
		arch string
	}{
		"crop":     {pytorch.Options{Activation: nn.ELU, Code: nn.ELU, Padding: pytorch.SamePadding}, "conv"},
		"padding":  {pytorch.Options{Activation: nn.ReLU, Output: nn.Sigmoid, Padding: pytorch.TorchPadding}, "pytorch"},
		"strides":  {pytorch.Options{Activation: nn.LeakyReLU(0.2), Padding: pytorch.TorchPadding, Strides: true}, "pytorch"},
		"strides3": {pytorch.Options{Activation: nn.LeakyReLU(0.2), Padding: pytorch.TorchPadding, Strides: true}, "pytorch"},
		"upsample": {pytorch.Options{Activation: nn.Tanh, Padding: pytorch.TorchPadding}, "pytorch"},
	} {
		t.Run(kind, func(t *testing.T) {
			folder := t.TempDir()
			if out, err := exec.CommandContext(t.Context(), "/usr/bin/python3", "testdata/theirs.py", kind, folder).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			m, notes, err := pytorch.ImportAs(must(safetensors.Open(filepath.Join(folder, "net.safetensors")))(t), c.open)
			if err != nil {
				t.Fatal(err)
			}
			if m.Arch != c.arch || len(notes) == 0 {
				t.Errorf("%s, notes %v", m.Arch, notes)
			}
			read := func(name string) []float32 {
				return floats(must(os.ReadFile(filepath.Join(folder, name)))(t))
			}
			var x []float32 // rows of pixels
			for planar := read("x"); len(planar) > 0; planar = planar[3*side*side:] {
				for p := range side * side {
					x = append(x, planar[p], planar[side*side+p], planar[2*side*side+p])
				}
			}
			code := must(m.Encode(t.Context(), x))(t)
			if apart := nntest.Apart(code, read("code")); apart > bar {
				t.Errorf("codes are up to %g apart", apart)
			}
			if apart := nntest.Apart(planes(must(m.Decode(t.Context(), code))(t), side, side), read("y")); apart > bar {
				t.Errorf("pictures are up to %g apart", apart)
			}
		})
	}
}

// floats returns the numbers of a file.
func floats(raw []byte) []float32 {
	x := make([]float32, len(raw)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return x
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
