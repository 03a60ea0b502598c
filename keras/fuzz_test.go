package keras_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/hdf5"
	"likeness/keras"
	"likeness/nn"
)

// use does with a model what is done with models: all its layers, and small networks run.
func use(t *testing.T, m *keras.Model) {
	if !m.Declared() {
		f, err := m.Fit(keras.FitOptions{})
		if err != nil {
			return
		}
		run(t, f.Picture, f.Encoder)
		run(t, nn.Shape{f.Code}, f.Decoder)
		return
	}
	if layers, err := m.Layers(nil); err == nil {
		run(t, m.Input, layers)
	}
	_, _ = m.Layers(nn.Shape{8, 12, 3})
}

func run(t *testing.T, input nn.Shape, layers []keras.Layer) {
	size := input.Size()
	for _, l := range layers {
		size += l.Output.Size()
	}
	if len(layers) == 0 || size > 1<<14 {
		return
	}
	n, err := keras.Network("network", input, layers)
	if err != nil {
		return
	}
	if y, err := n.Predict(t.Context(), make([]float32, input.Size())); err != nil || len(y) != n.Output().Size() {
		t.Fatalf("%d values, %v", len(y), err)
	}
}

// No file makes reading panic.
func FuzzParse(f *testing.F) {
	for _, ending := range []string{"*.h5", "*.keras"} {
		paths, err := filepath.Glob("testdata/" + ending)
		if err != nil || len(paths) == 0 {
			f.Fatalf("no files: %v", err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := keras.Parse("fuzzed", data); err == nil {
			use(t, m)
		}
	})
}

// No configuration makes reading panic, or take memory for what its weights are not.
func FuzzConfiguration(f *testing.F) {
	for _, layer := range []string{
		conv(""), `{"class_name":"MaxPooling2D","config":{"name":"pool","pool_size":[2,2],"strides":null,"padding":"same"}}`,
		`{"class_name":"Reshape","config":{"name":"reshape","target_shape":[6,-1]}}`, `{"class_name":"UpSampling2D","config":{"name":"up","size":[2,2]}}`,
		`{"class_name":"Rescaling","config":{"name":"scale","scale":0.00392,"offset":-0.5}}`, `{"class_name":"LeakyReLU","config":{"name":"leaky","alpha":0.3}}`,
		`{"class_name":"Conv2DTranspose","config":{"name":"dense","filters":3,"kernel_size":[2,2],"strides":[2,2],"padding":"valid"}}`,
	} {
		f.Add(sequential(conv(""), layer), false)
	}
	f.Add(functional(`{"class_name":"Flatten","name":"flat","config":{"name":"flat"},"inbound_nodes":[{"args":[{"class_name":"__keras_tensor__","config":{"keras_history":["conv2d",0,0]}}],"kwargs":{}}]}`), false)
	f.Add(`{"input":[8,12,3],"layers":[{"name":"conv2d","kind":"Conv2D","output_shape":[8,12,4],"params":112,"kernel":3,"activation":"elu"},{"name":"max_pooling2d","kind":"MaxPooling2D","output_shape":[4,6,4]}]}`, true)
	f.Add(`{"input":[4,4,3],"layers":[{"name":"conv2d","kind":"Conv2D","output_shape":[4,4,4],"params":112,"kernel":3},{"name":"conv2d_1","kind":"Conv2D","output_shape":[4,4,4],"params":16,"kernel":1},{"name":"add","kind":"Add","output_shape":[4,4,4],"layers":1,"shortcut":1}]}`, true)
	f.Fuzz(func(t *testing.T, config string, own bool) {
		if strings.ContainsRune(config, 0) {
			return
		}
		if own {
			fuzzOwn(t, config)
			return
		}
		data := tree(t, config, func(root *hdf5.Tree) {
			for _, layer := range []string{"conv2d", "dense", "norm"} {
				g := root.Group("model_weights/" + layer)
				g.Strings("weight_names", []string{"kernel:0", "bias:0"})
				g.Floats("kernel:0", []int{3, 3, 3, 4}, make([]float32, 108))
				g.Floats("bias:0", []int{4}, make([]float32, 4))
			}
		})
		if m, err := keras.Parse("fuzzed", data); err == nil {
			use(t, m)
		}
	})
}

// fuzzOwn reads weights that say their layers as this program's do.
func fuzzOwn(t *testing.T, layers string) {
	root := &hdf5.Tree{}
	root.String("likeness_layers", layers)
	root.Strings("layer_names", []string{"conv2d"})
	g := root.Group("conv2d")
	g.Strings("weight_names", []string{"kernel:0", "bias:0"})
	g.Floats("conv2d/kernel:0", []int{3, 3, 3, 4}, make([]float32, 108))
	g.Floats("conv2d/bias:0", []int{4}, make([]float32, 4))
	root.Floats("conv2d_1/conv2d_1/kernel:0", []int{1, 1, 3, 4}, make([]float32, 12))
	root.Floats("conv2d_1/conv2d_1/bias:0", []int{4}, make([]float32, 4))
	data, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if m, err := keras.Parse("fuzzed", data); err == nil {
		use(t, m)
	}
}
