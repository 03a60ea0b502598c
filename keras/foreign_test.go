package keras_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"likeness/keras"
	"likeness/nn"
)

// foreignFlag is the environment variable that has files checked with Debian's python3-h5py.
// There is no Keras to check them with: testdata/numpy_keras has its layers in NumPy, and
// loads weights as Keras does.
const foreignFlag = "LIKENESS_FOREIGN"

// python runs a program of testdata.
func python(t *testing.T, args ...string) {
	t.Helper()
	if os.Getenv(foreignFlag) == "" {
		t.Skipf("set %s=1 to check files with h5py", foreignFlag)
	}
	cmd := exec.Command("/usr/bin/python3", args...)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
}

// Files that this machine's h5py writes are read like those of testdata.
func TestForeignRead(t *testing.T) {
	folder := t.TempDir()
	python(t, "testdata/make.py", folder)
	paths, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(paths) < 19 {
		t.Fatalf("%q, %v", paths, err)
	}
	for _, path := range paths {
		name := filepath.Base(path)
		got, err := keras.Open(path)
		if err != nil {
			t.Error(err)
			continue
		}
		if a, b := layersOf(t, got), layersOf(t, open(t, name)); !slices.EqualFunc(a, b, sameLayer) {
			t.Errorf("%s: other layers than in testdata", name)
		}
	}
}

// layersOf returns the layers of a file of either kind.
func layersOf(t *testing.T, m *keras.Model) []keras.Layer {
	t.Helper()
	if m.Declared() {
		layers, err := m.Layers(nil)
		if err != nil {
			t.Fatal(err)
		}
		return layers
	}
	f, err := m.Fit(keras.FitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return append(f.Encoder, f.Decoder...)
}

func sameLayer(a, b keras.Layer) bool {
	return a.Name == b.Name && slices.Equal(a.Output, b.Output) && slices.EqualFunc(a.Weights, b.Weights, func(a, b keras.Weight) bool {
		return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Values, b.Values)
	})
}

// network makes a network with weights that are not zero.
func network(t *testing.T, name string, input nn.Shape, layers ...nn.Layer) *nn.Network {
	t.Helper()
	n, err := nn.New(name, input, layers...)
	if err != nil {
		t.Fatal(err)
	}
	n.Init(3)
	for i, v := range n.Weights() {
		if v == 0 {
			n.Weights()[i] = float32(math.Abs(math.Sin(float64(i)))) / 8
		}
	}
	n.Pack()
	return n
}

// The module and the weights that are written give our outputs, with layers as Keras
// describes them, and load in every way that Keras loads weights.
func TestForeignWrite(t *testing.T) {
	block := nn.Residual{Layers: []nn.Layer{nn.Conv2D{Filters: 5, Kernel: 3, Activation: nn.ELU}, nn.Conv2D{Filters: 5, Kernel: 3}}}
	for name, networks := range map[string][]*nn.Network{
		"tutorial": {
			network(t, "encoder", nn.Shape{16, 16, 3}, nn.Conv2D{Filters: 4, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{}, nn.Conv2D{Filters: 5, Kernel: 3, Activation: nn.ELU}, nn.MaxPooling2D{}, nn.Flatten{}, nn.Dense{Units: 6, Activation: nn.ELU}),
			network(t, "decoder", nn.Shape{6}, nn.Dense{Units: 80}, nn.Reshape{Shape: nn.Shape{4, 4, 5}}, nn.Conv2DTranspose{Filters: 4, Kernel: 3, Stride: 2, Activation: nn.ELU}, nn.Conv2DTranspose{Filters: 3, Kernel: 3, Stride: 2}),
		},
		"kinds": {
			network(t, "encoder", nn.Shape{9, 7, 3}, nn.Rescaling{Scale: 2, Offset: 0.1}, nn.Conv2D{Filters: 4, Kernel: 4, Stride: 2, Activation: nn.ReLU}, nn.BatchNormalization{Epsilon: 0.01}, nn.Activate{Function: nn.LeakyReLU(0.2)}, nn.MaxPooling2D{Same: true}, nn.Flatten{}, nn.Dense{Units: 5, Activation: nn.LeakyReLU(0.3)}, nn.Activate{Function: nn.Tanh}),
			network(t, "decoder", nn.Shape{5}, nn.Dense{Units: 24, Activation: nn.Sigmoid}, nn.BatchNormalization{}, nn.Reshape{Shape: nn.Shape{3, 2, 4}}, nn.UpSampling2D{Size: 3}, nn.Conv2DTranspose{Filters: 2, Kernel: 1, Stride: 2}, nn.Conv2DTranspose{Filters: 3, Kernel: 5, Stride: 3, Activation: nn.Tanh}),
		},
		"branches": {
			network(t, "encoder", nn.Shape{8, 8, 3}, nn.Residual{Layers: []nn.Layer{
				nn.Conv2D{Filters: 5, Kernel: 2, Stride: 2}, block, nn.Residual{Layers: []nn.Layer{block}, Shortcut: []nn.Layer{nn.Conv2D{Filters: 5, Kernel: 1}}}, nn.Conv2DTranspose{Filters: 3, Kernel: 2, Stride: 2},
			}}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			write := func(name string, data []byte, err error) {
				t.Helper()
				if err == nil {
					err = os.WriteFile(filepath.Join(folder, name), data, 0o600)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			var parts []keras.Part
			branches := 0
			want := map[string][]float32{}
			for _, n := range networks {
				x := make([]float32, n.Input.Size())
				for i := range x {
					x[i] = float32(math.Cos(float64(i))) / 2
				}
				var b bytes.Buffer
				write(n.Name+".in", nil, binary.Write(&b, binary.LittleEndian, x))
				write(n.Name+".in", b.Bytes(), nil)
				y, err := n.Predict(t.Context(), x)
				if err != nil {
					t.Fatal(err)
				}
				want[n.Name] = y
				parts = append(parts, keras.Part{Network: n, Weights: "m." + n.Name + ".h5"})
				data, err := keras.LegacyWeights(n)
				write("m."+n.Name+".h5", data, err)
				if keras.Branches(n) {
					branches = 1
					if _, err := keras.Weights3(n); err == nil {
						t.Error("a .weights.h5 of a network that branches")
					}
					continue
				}
				data, err = keras.Weights3(n)
				write("m."+n.Name+".weights.h5", data, err)
			}
			text, err := keras.Module("m_keras", parts, []string{`Lines with "quotes""" and \ are no harm.`})
			write("m_keras.py", text, err)
			python(t, "testdata/predict.py", folder, "m_keras", strconv.Itoa(branches))
			for name, y := range want {
				data, err := os.ReadFile(filepath.Join(folder, name+".out"))
				if err != nil {
					t.Fatal(err)
				}
				got := make([]float32, len(y))
				if err := binary.Read(bytes.NewReader(data), binary.LittleEndian, got); err != nil || len(data) != 4*len(y) {
					t.Fatalf("%s: %d bytes for %d values, %v", name, len(data), len(y), err)
				}
				largest := 0.0
				for _, v := range y {
					largest = max(largest, math.Abs(float64(v)))
				}
				for i := range y {
					if d := math.Abs(float64(got[i]) - float64(y[i])); !(d <= 1e-5*largest) {
						t.Fatalf("%s, value %d: %g, want %g", name, i, got[i], y[i])
					}
				}
			}
		})
	}
}
