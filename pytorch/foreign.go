package pytorch

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
)

// module is the weights of one layer of somebody else's state dict.
type module struct {
	path         string
	weight, bias *safetensors.Tensor
}

// foreign reads a state dict of others. Its tensors are taken in the order of their names, numbers by their size, those of
// an encoder first, and go to the architecture that has as many layers with weights.
func foreign(f *safetensors.File) (*autoencoder.Model, progress.Notes, error) {
	modules, err := modulesIn(f)
	if err != nil {
		return nil, nil, err
	}
	m, err := fitting(f, modules)
	if err != nil {
		return nil, nil, err
	}
	i := 0
	for _, n := range m.Networks() {
		params := map[string]*nn.Param{}
		for _, p := range n.Params() {
			params[p.Name] = p
		}
		for _, l := range layersOf(n.Name, n.LayerTable(), n.Input) {
			if l.weights() == nil {
				continue
			}
			if err := modules[i].into(f, m, n, l, params); err != nil {
				return nil, nil, err
			}
			i++
		}
	}
	file, err := m.File()
	if err != nil {
		return nil, nil, err
	}
	if m, err = autoencoder.FromFile(file); err != nil { // as a model that was read, not a new one
		return nil, nil, f.Errorf("%w", err)
	}
	var notes progress.Notes
	notes.Warn("A state dict holds no activations, no padding and no order of flattened values: they were taken as those of the architecture %s (ELU, 'same' padding as Keras has it) and as PyTorch's (C, H, W). A transposed convolution with padding=1 and output_padding=1 is another one than the model's", m.Arch)
	notes.Add("Pictures are taken to be the usual crop of a face, %dx%d, as byte/255 - 0.5", m.Prep.W, m.Prep.H)
	return m, notes, nil
}

// modulesIn returns the layers of a state dict in the order of their names.
func modulesIn(f *safetensors.File) ([]module, error) {
	byPath := map[string]*module{}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		at := strings.LastIndexByte(t.Name, '.')
		path, kind := t.Name[:max(at, 0)], t.Name[at+1:]
		m := byPath[path]
		if m == nil {
			m = &module{path: path}
		}
		switch kind {
		case "weight":
			m.weight = t
		case "bias":
			m.bias = t
		case "num_batches_tracked":
			continue
		default:
			return nil, f.Errorf("tensor %q: expected the weight or the bias of a layer", t.Name)
		}
		byPath[path] = m
	}
	var list []module
	for _, m := range byPath {
		if m.weight == nil {
			return nil, f.Errorf("tensor %q has no weight beside it", m.bias.Name)
		}
		list = append(list, *m)
	}
	if len(list) == 0 {
		return nil, f.Errorf("holds no weights")
	}
	slices.SortFunc(list, func(a, b module) int {
		return cmp.Or(cmp.Compare(half(a.path), half(b.path)), compareNames(a.path, b.path))
	})
	return list, nil
}

// half says to which half of a model a name belongs, where it says so.
func half(path string) int {
	for part := range strings.SplitSeq(strings.ToLower(path), ".") {
		switch {
		case strings.HasPrefix(part, "enc"):
			return -1
		case strings.HasPrefix(part, "dec"):
			return 1
		}
	}
	return 0
}

// compareNames compares names part by part, numbers by their size.
func compareNames(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		m, errA := strconv.Atoi(a)
		n, errB := strconv.Atoi(b)
		if errA == nil && errB == nil {
			return cmp.Compare(m, n)
		}
		return strings.Compare(a, b)
	})
}

// fitting returns a new model of the architecture that has as many layers with weights as there are modules. Its size follows from
// the first Linear layer.
func fitting(f *safetensors.File, modules []module) (*autoencoder.Model, error) {
	var counts []string
	for _, arch := range autoencoder.Architectures() {
		for _, code := range []int{8, 0} { // any code, and none
			example, err := autoencoder.New(arch, pix.Prep{W: 16, H: 16, Auto: true}, code, 0)
			if err != nil {
				continue
			}
			n := 0
			for _, p := range example.Networks() {
				n += len(p.Params()) / 2
			}
			if n != len(modules) {
				counts = append(counts, fmt.Sprintf("%s has %d", arch, n))
				continue
			}
			side := 32
			if code > 0 {
				if side, code, err = sizes(f, arch, modules); err != nil {
					return nil, err
				}
			}
			m, err := autoencoder.New(arch, pix.Prep{W: side, H: side, Auto: true}, code, 0)
			if err != nil {
				return nil, f.Errorf("as a model of architecture %s: %w", arch, err)
			}
			return m, nil
		}
	}
	return nil, f.Errorf("holds %d layers with weights: of the architectures, %s", len(modules), strings.Join(counts, ", "))
}

// sizes returns the side of the pictures and the numbers in a code, by the first Linear layer: (code, what a picture is
// flattened to).
func sizes(f *safetensors.File, arch string, modules []module) (side, code int, err error) {
	for _, m := range modules {
		if len(m.weight.Shape) != 2 {
			continue
		}
		flat, channels, shrink := m.weight.Shape[1], 3, 1
		switch arch {
		case "conv":
			channels, shrink = 256, 16
		case autoencoder.Residual:
			channels, shrink = 512, 16
		}
		side := int(math.Sqrt(float64(flat / channels)))
		if side < 1 || side*side*channels != flat {
			return 0, 0, f.Errorf("tensor %q has shape %v, expected so many columns as a square picture of %d channels has values", m.weight.Name, m.weight.Shape, channels)
		}
		return side * shrink, m.weight.Shape[0], nil
	}
	return 0, 0, f.Errorf("holds no Linear layer, expected one that makes the code")
}

// into copies the weights of a module into a layer's parameters. What a Linear layer reads of a picture, or makes a picture of, is
// channels first in PyTorch and last here.
func (from module) into(f *safetensors.File, m *autoencoder.Model, n *nn.Network, l layer, params map[string]*nn.Param) error {
	w := l.weights()[0]
	p, bias := params[l.Name+"/kernel"], params[l.Name+"/bias"]
	place := fmt.Sprintf("the layer %s of the %s of architecture %s", l.Name, n.Name, m.Arch)
	expected := permuted(p.Shape, w.there)
	if !slices.Equal(from.weight.Shape, expected) {
		return f.Errorf("tensor %q has shape %v, expected %v for %s", from.weight.Name, from.weight.Shape, expected, place)
	}
	x, err := finite(f, from.weight)
	if err != nil {
		return err
	}
	_, values := permute(from.weight.Shape, x, w.back)
	var b []float32
	if from.bias != nil {
		if !slices.Equal(from.bias.Shape, bias.Shape) {
			return f.Errorf("tensor %q has shape %v, expected %v for %s", from.bias.Name, from.bias.Shape, bias.Shape, place)
		}
		if b, err = finite(f, from.bias); err != nil {
			return err
		}
	}
	if s := l.from; len(s) == 3 {
		_, values = permute([]int{s[2], s[0], s[1], p.Shape[1]}, values, []int{1, 2, 0, 3})
	}
	if s := l.to; len(s) == 3 {
		_, values = permute([]int{p.Shape[0], s[2], s[0], s[1]}, values, []int{0, 2, 3, 1})
		if b != nil {
			_, b = permute([]int{s[2], s[0], s[1]}, b, []int{1, 2, 0})
		}
	}
	copy(p.Value, values)
	clear(bias.Value)
	copy(bias.Value, b)
	return nil
}

// finite returns the numbers of a tensor, all of which must be some.
func finite(f *safetensors.File, t *safetensors.Tensor) ([]float32, error) {
	x, err := t.Floats()
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	for i, v := range x {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, f.Errorf("tensor %q, value %d: %g is not a weight", t.Name, i, v)
		}
	}
	return x, nil
}
