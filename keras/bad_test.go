package keras_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strings"
	"testing"

	"likeness/hdf5"
	"likeness/keras"
)

// whole returns a file of a model: layers as their JSON, and arrays by their paths.
func whole(t testing.TB, config string, arrays map[string][]int) []byte {
	t.Helper()
	return tree(t, config, func(root *hdf5.Tree) {
		for path, shape := range arrays {
			layer, name, _ := strings.Cut(path, "/")
			n := 1
			for _, d := range shape {
				n *= d
			}
			g := root.Group("model_weights/" + layer)
			g.Floats(name, shape, make([]float32, n))
		}
		for layer, names := range map[string][]string{"conv2d": {"conv2d/kernel:0", "conv2d/bias:0"}, "dense": {"dense/kernel:0", "dense/bias:0"}} {
			if _, ok := arrays[layer+"/"+names[0]]; ok {
				root.Group("model_weights/"+layer).Strings("weight_names", names)
			}
		}
	})
}

func tree(t testing.TB, config string, fill func(*hdf5.Tree)) []byte {
	t.Helper()
	root := &hdf5.Tree{}
	root.String("model_config", config)
	root.Group("model_weights").Strings("layer_names", []string{"conv2d", "dense"})
	fill(root)
	data, err := root.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// sequential returns the configuration of a Sequential for pictures of 8x12.
func sequential(layers ...string) string {
	input := `{"class_name":"InputLayer","config":{"batch_input_shape":[null,8,12,3],"name":"input_1"}}`
	return fmt.Sprintf(`{"class_name":"Sequential","config":{"name":"model","layers":[%s]}}`, strings.Join(append([]string{input}, layers...), ","))
}

// conv returns a Conv2D with something changed or added.
func conv(change string) string {
	c := `{"class_name":"Conv2D","config":{"name":"conv2d","filters":4,"kernel_size":[3,3],"strides":[1,1],"padding":"same","data_format":"channels_last","dilation_rate":[1,1],"groups":1,"activation":"elu","use_bias":true`
	return c + change + `}}`
}

// Layers that are not read are refused by the name of the first, with what was expected.
func TestRefused(t *testing.T) {
	kernel := map[string][]int{"conv2d/conv2d/kernel:0": {3, 3, 3, 4}, "conv2d/conv2d/bias:0": {4}}
	for _, c := range []struct{ config, want string }{
		{sequential(conv(`,"padding":"valid"`)), `layer "conv2d" (Conv2D): padding "valid", expected "same"`},
		{sequential(conv(`,"padding":"causal"`)), `layer "conv2d" (Conv2D): padding causal, expected "same"`},
		{sequential(conv(`,"data_format":"channels_first"`)), `layer "conv2d" (Conv2D): data_format "channels_first", expected "channels_last"`},
		{sequential(conv(`,"dilation_rate":[2,2]`)), `layer "conv2d" (Conv2D): dilation_rate [2 2], expected the same number twice, from 1 to 1`},
		{sequential(conv(`,"groups":3`)), `layer "conv2d" (Conv2D): groups 3, expected 1`},
		{sequential(conv(`,"kernel_size":[3,5]`)), `layer "conv2d" (Conv2D): kernel_size [3 5], expected the same number twice`},
		{sequential(conv(`,"activation":"gelu"`)), `layer "conv2d" (Conv2D): activation "gelu", expected linear, elu, relu, leaky_relu, leaky_relu(0.1) or any other slope, sigmoid or tanh`},
		{sequential(conv(`,"filters":99999999999`)), `layer "conv2d" (Conv2D): filters 99999999999, expected a number from 1 to 1048576`},
		{sequential(conv(`,"filters":9`)), `layer "conv2d" (Conv2D): kernel has shape [3 3 3 4], expected [3 3 3 9]`},
		{sequential(conv(""), `{"class_name":"MaxPooling2D","config":{"name":"pool","pool_size":[3,3],"strides":[2,2],"padding":"valid"}}`), `layer "pool" (MaxPooling2D): a pool of 3 with strides of 2, expected 2 and 2`},
		{sequential(conv(""), `{"class_name":"LSTM","config":{"name":"memory","units":3}}`), `layer "memory" (LSTM): this kind of layer is not read, expected one of Activation, BatchNormalization, Conv2D`},
		{sequential(conv(""), `{"class_name":"Lambda","config":{"name":"lambda"}}`), `layer "lambda" (Lambda): this kind of layer is not read`},
		{sequential(conv(""), `{"class_name":"UpSampling2D","config":{"name":"up","size":[2,2],"interpolation":"bilinear"}}`), `layer "up" (UpSampling2D): interpolation "bilinear", expected "nearest"`},
		{sequential(conv(""), `{"class_name":"UpSampling2D","config":{"name":"up","size":[64,64]}},{"class_name":"UpSampling2D","config":{"name":"up2","size":[64,64]}}`), `layer "up2" (UpSampling2D): shape (None, 32768, 49152, 4) is empty or has more than 67108864 values`},
		{sequential(conv(""), `{"class_name":"Dense","config":{"name":"dense","units":3}}`), `/model_weights: there is no "dense" among ["conv2d"]`},
		{sequential(conv(""), `{"class_name":"Reshape","config":{"name":"reshape","target_shape":[7,-1]}}`), `layer "reshape" (Reshape): target_shape [7 -1] for 384 values`},
		{sequential(conv(""), `{"class_name":"BatchNormalization","config":{"name":"norm","axis":[1,2]}}`), `layer "norm" (BatchNormalization): axis [1,2], expected one number`},
		{sequential(conv(""), `{"class_name":"BatchNormalization","config":{"name":"norm","epsilon":0}}`), `layer "norm" (BatchNormalization): epsilon 0, expected more`},
		{sequential(conv(""), `{"class_name":"ELU","config":{"name":"elu","alpha":0.5}}`), `layer "elu" (ELU): alpha 0.5, expected 1`},
		{sequential(conv(""), `{"class_name":"ReLU","config":{"name":"relu","max_value":6.0}}`), `layer "relu" (ReLU): max_value 6, expected none`},
		{`{"class_name":"Sequential","config":{"name":"m","layers":[` + conv("") + `]}}`, `it does not say how large its input is`},
		{`{"class_name":"Special","config":{}}`, `a model of class "Special", expected Sequential or Functional`},
		{`{"class_name":"Sequential","config":{"layers":[]}}`, `none of its layers has weights`},
		{`[`, `its configuration: unexpected end of JSON input`},
		{`[1]`, `its configuration: found a value of type array, expected an object that describes a network`},
		{strings.Repeat(`{"class_name":"Sequential","config":[`, 20) + conv("") + strings.Repeat(`]}`, 20), `models within models, expected at most 16`},
		{functional(`{"class_name":"Add","name":"add","config":{"name":"add"},"inbound_nodes":[[["conv2d",0,0,{}],["in",0,0,{}]]]}`), `layer "add" (Add): 2 layers lead to it (conv2d, in), expected one: networks that branch are not read`},
		{functional(`{"class_name":"Flatten","name":"flat","config":{"name":"flat"},"inbound_nodes":[[["in",0,0,{}]]]}`), `layer "flat" (Flatten): "in" leads to it and to "conv2d", expected one`},
		{functional(`{"class_name":"Flatten","name":"flat","config":{"name":"flat"},"inbound_nodes":[[["flat",0,0,{}]]]}`), `2 of its 3 layers follow each other from "in", expected all`},
		{functional(`{"class_name":"Flatten","name":"flat","config":{"name":"flat"},"inbound_nodes":[[["conv2d",0,0,{}]],[["in",0,0,{}]]]}`), `layer "flat" (Flatten): it is used 2 times, expected once`},
	} {
		m, err := keras.Parse("model.h5", whole(t, c.config, kernel))
		if err == nil {
			_, err = m.Layers(nil)
		}
		if err == nil || !strings.HasPrefix(err.Error(), "model.h5: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}

// functional returns the configuration of a Functional of an input, a Conv2D, and another
// layer.
func functional(last string) string {
	return `{"class_name":"Functional","config":{"name":"model","layers":[
		{"class_name":"InputLayer","name":"in","config":{"batch_shape":[null,8,12,3],"name":"in"},"inbound_nodes":[]},` +
		strings.TrimSuffix(conv(""), "}") + `,"name":"conv2d","inbound_nodes":[[["in",0,0,{}]]]},` + last + `]}}`
}

// Weights that are no numbers, or lie where none was expected, are found.
func TestWrongWeights(t *testing.T) {
	config := sequential(conv(""))
	for want, bad := range map[string]float32{"NaN": float32(math.NaN()), "+Inf": float32(math.Inf(1))} {
		data := tree(t, config, func(root *hdf5.Tree) {
			g := root.Group("model_weights/conv2d")
			g.Strings("weight_names", []string{"conv2d/kernel:0", "conv2d/bias:0"})
			g.Floats("conv2d/kernel:0", []int{3, 3, 3, 4}, make([]float32, 108))
			g.Floats("conv2d/bias:0", []int{4}, []float32{0, 0, bad, 0})
		})
		m, err := keras.Parse("model.h5", data)
		if err == nil {
			_, err = m.Layers(nil)
		}
		if want := `model.h5: layer "conv2d" (Conv2D): bias, value 2: ` + want + ` is not a weight`; err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	data := tree(t, config, func(root *hdf5.Tree) {
		root.Group("model_weights/conv2d").Strings("weight_names", []string{"conv2d/kernel:0", "conv2d/bias:0"})
	})
	if _, err := keras.Parse("model.h5", data); err == nil || !strings.Contains(err.Error(), `/model_weights/conv2d: there is no "conv2d": the group is empty`) {
		t.Errorf("weights that are not there: %v", err)
	}
	if _, err := keras.Parse("model.h5", whole(t, config, nil)); err == nil || !strings.Contains(err.Error(), `/model_weights: there is no "conv2d"`) {
		t.Errorf("a layer that is not there: %v", err)
	}
}

// A network's input that was left open is what is asked for.
func TestOpenInput(t *testing.T) {
	config := strings.Replace(sequential(conv("")), "null,8,12,3", "null,null,null,3", 1)
	m, err := keras.Parse("model.h5", whole(t, config, map[string][]int{"conv2d/conv2d/kernel:0": {3, 3, 3, 4}, "conv2d/conv2d/bias:0": {4}}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Layers(nil); err == nil || !strings.Contains(err.Error(), "it does not say how large its input is") {
		t.Error(err)
	}
	layers, err := m.Layers([]int{6, 10, 3})
	if err != nil || layers[1].Output.String() != "(None, 6, 10, 4)" {
		t.Errorf("%v, %v", layers, err)
	}
	if _, err := m.Layers([]int{6, 10, 1}); err == nil {
		t.Error("one channel where the file says three")
	}
}

// packed returns the archive of testdata with one member replaced; nil leaves it out.
func packed(t *testing.T, name, member string, content io.Reader) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	out.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	for _, f := range in.File {
		if f.Name == member && content == nil {
			continue
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == member {
			_, err = io.Copy(w, content)
		} else {
			var r io.ReadCloser
			if r, err = f.Open(); err == nil {
				_, err = io.Copy(w, r)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// zeros is an endless reader.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// Archives that are none of Keras's, or unpack to far more than they are, are refused.
func TestArchives(t *testing.T) {
	const name = "own-sequential.keras"
	bomb := packed(t, name, "model.weights.h5", io.LimitReader(zeros{}, 300<<20))
	for want, data := range map[string][]byte{
		"model.weights.h5: 314572800 bytes that ":                     bomb,
		"a zip archive, but not a .keras file: it has no config.json": packed(t, name, "config.json", nil),
		"no model.weights.h5":                                         packed(t, name, "model.weights.h5", nil),
		"metadata.json: ":                                             packed(t, name, "metadata.json", strings.NewReader("{")),
		"its configuration: ":                                         packed(t, name, "config.json", strings.NewReader("nothing")),
		"model.weights.h5: not an HDF5 file":                          packed(t, name, "model.weights.h5", strings.NewReader("nothing")),
		"a .keras file: ":                                             bomb[:len(bomb)/2],
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := keras.Parse("model.keras", data)
		runtime.ReadMemStats(&after)
		if err == nil || !strings.HasPrefix(err.Error(), "model.keras: "+want) {
			t.Errorf("%v, want %s", err, want)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
			t.Errorf("%s: %d bytes were taken for a file of %d", want, taken, len(data))
		}
	}
	if _, err := keras.Parse("model.keras", packed(t, name, "metadata.json", nil)); err != nil {
		t.Errorf("without metadata: %v", err)
	}
}

// Weights that do not say their layers and are not the tutorial's are refused, with what
// they are.
func TestUnfitted(t *testing.T) {
	for _, c := range []struct {
		want   string
		arrays map[string][]int
	}{
		{`found dense [5 6], dense_1 [6 7], dense_2 [7 8]. The file does not say its layers`, map[string][]int{"dense": {5, 6}, "dense_1": {6, 7}, "dense_2": {7, 8}}},
		{`layer "conv2d_1" (Conv2D): kernel has shape [3 3 9 5], expected [3 3 4 5]`, map[string][]int{"conv2d": {3, 3, 3, 4}, "conv2d_1": {3, 3, 9, 5}, "dense": {20, 2}}},
		{`the input of layer "dense" has 18 values, which is no square with 4 channels`, map[string][]int{"conv2d": {3, 3, 3, 4}, "dense": {18, 2}}},
		{`layer "conv2d_transpose" has 4 filters, expected 3`, map[string][]int{"conv2d_transpose": {3, 3, 4, 5}, "dense": {2, 20}}},
		{`layer "conv2d" has weights of shapes [3 5 3 4], expected a kernel of 2 or 4 dimensions`, map[string][]int{"conv2d": {3, 5, 3, 4}}},
		{`the input of layer "dense" has 50 values, which is no square with 3 channels`, map[string][]int{"dense": {50, 2}}},
		{`layer "dense_1" takes codes of 3, expected 2`, map[string][]int{"dense": {48, 2}, "dense_1": {3, 48}}},
		{`it has no weights`, map[string][]int{}},
	} {
		root := &hdf5.Tree{}
		root.Group("layers")
		for name, shape := range c.arrays {
			n := 1
			for _, d := range shape {
				n *= d
			}
			root.Floats("layers/"+name+"/vars/0", shape, make([]float32, n))
		}
		data, err := root.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		m, err := keras.Parse("a.weights.h5", data)
		if err == nil {
			_, err = m.Fit(keras.FitOptions{})
		}
		if err == nil || !strings.HasPrefix(err.Error(), "a.weights.h5: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v\nwant %s", err, c.want)
		}
	}
}
