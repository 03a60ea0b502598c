package pytorch

import (
	"cmp"
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
	// Of a BatchNorm, what it has measured in training.
	mean, variance *safetensors.Tensor

	norm *module // the BatchNorm behind a layer, nil: there is none
}

// isNorm reports whether a module is a BatchNorm.
func (m module) isNorm() bool { return m.mean != nil || m.variance != nil }

// tensors returns a module's tensors in the order of layer.weights, with nil for those that it has not.
func (m module) tensors() []*safetensors.Tensor {
	if m.isNorm() {
		return []*safetensors.Tensor{m.weight, m.bias, m.mean, m.variance}
	}
	return []*safetensors.Tensor{m.weight, m.bias}
}

// withNorms returns modules, each with its BatchNorm behind it.
func withNorms(modules []module) []module {
	var list []module
	for _, m := range modules {
		if list = append(list, m); m.norm != nil {
			list = append(list, *m.norm)
		}
	}
	return list
}

// foreign reads a state dict of others. Its tensors are taken in the order of their names, numbers by their size, those of
// an encoder first, and go to the networks that plan makes of their shapes.
func foreign(f *safetensors.File, open Options) (*autoencoder.Model, progress.Notes, error) {
	modules, err := modulesIn(f)
	if err != nil {
		return nil, nil, err
	}
	p, err := planFor(f, modules, open)
	if err != nil {
		return nil, nil, err
	}
	m := &autoencoder.Model{Arch: p.arch, Code: p.code, Prep: pix.Prep{W: p.side, H: p.side, Auto: true}}
	modules = withNorms(modules)
	i := 0
	for _, part := range p.networks {
		layers, err := part.layersFor(f, modules[i:])
		if err != nil {
			return nil, nil, err
		}
		n, err := nn.New(part.name, part.input, part.layers...)
		if err != nil {
			return nil, nil, f.Errorf("%w", err)
		}
		params := map[string]*nn.Param{}
		for _, p := range n.Params() {
			params[p.Name] = p
		}
		for _, l := range layers {
			if err := modules[i].into(f, l, params); err != nil {
				return nil, nil, err
			}
			i++
		}
		if m.Encoder == nil {
			m.Encoder = n
		} else {
			m.Decoder = n
		}
	}
	file, err := m.File()
	if err != nil {
		return nil, nil, err
	}
	if m, err = autoencoder.FromFile(file); err != nil { // which checks it as a file of our own
		return nil, nil, f.Errorf("%w", err)
	}
	var notes progress.Notes
	notes.Add("A state dict holds neither functions nor paddings: it was taken for %s. Flattened values were taken to be in PyTorch's order, (C, H, W)", p.taken)
	if p.grown {
		notes.Add("Filters of an odd side with a stride of 2 got a row and a column of zeros, 3x3 became 4x4: so 'same' padding does what PyTorch's did")
	}
	notes.Add("Pictures are taken to be the usual crop of a face, %dx%d", m.Prep.W, m.Prep.H)
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
		case "running_mean":
			m.mean = t
		case "running_var":
			m.variance = t
		case "num_batches_tracked": // of a BatchNorm, which matters in training alone
			continue
		default:
			return nil, f.Errorf("tensor %q: expected the weight or the bias of a convolution or of a Linear layer, or those and the running_mean and running_var of a BatchNorm", t.Name)
		}
		byPath[path] = m
	}
	var list []module
	for _, m := range byPath {
		if m.isNorm() {
			if m.mean == nil || m.variance == nil {
				return nil, f.Errorf("the BatchNorm %q has no running_mean or no running_var", m.path)
			}
			list = append(list, *m)
			continue
		}
		if m.weight == nil {
			return nil, f.Errorf("tensor %q has no weight beside it", m.bias.Name)
		}
		if d := len(m.weight.Shape); d != 2 && d != 4 {
			return nil, f.Errorf("tensor %q has shape %v, expected 4 dimensions, those of a convolution, or 2, those of a Linear layer", m.weight.Name, m.weight.Shape)
		}
		list = append(list, *m)
	}
	if len(list) == 0 {
		return nil, f.Errorf("holds no weights")
	}
	slices.SortFunc(list, func(a, b module) int {
		return cmp.Or(cmp.Compare(half(a.path), half(b.path)), compareNames(a.path, b.path), strings.Compare(a.path, b.path))
	})
	return joinNorms(f, list)
}

// joinNorms puts each BatchNorm to the layer that it stands right behind. One with a function or a pooling between, as far as the
// numbers in the names tell, is not read.
func joinNorms(f *safetensors.File, list []module) ([]module, error) {
	var out []module
	for _, m := range list {
		if !m.isNorm() {
			out = append(out, m)
			continue
		}
		if len(out) == 0 || out[len(out)-1].norm != nil || half(out[len(out)-1].path) != half(m.path) {
			return nil, f.Errorf("the BatchNorm %q has no layer of its own before it, expected one right behind a convolution or a Linear layer, in the order of the names", m.path)
		}
		before := &out[len(out)-1]
		if a, b, ok := numbers(before.path, m.path); ok && b != a+1 {
			return nil, f.Errorf("the BatchNorm %q does not follow right behind %q, expected it there: a BatchNorm behind a function or a pooling is not read", m.path, before.path)
		}
		before.norm = &m
	}
	return out, nil
}

// numbers returns the last parts of two names that are else the same, where they are numbers, as those of a Sequential.
func numbers(a, b string) (m, n int, ok bool) {
	i, j := strings.LastIndexByte(a, '.')+1, strings.LastIndexByte(b, '.')+1
	m, errA := strconv.Atoi(a[i:])
	n, errB := strconv.Atoi(b[j:])
	return m, n, a[:i] == b[:j] && errA == nil && errB == nil
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

// compareNames compares names part by part, numbers by their size and before words.
func compareNames(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		m, errA := strconv.Atoi(a)
		n, errB := strconv.Atoi(b)
		switch {
		case errA == nil && errB == nil:
			return cmp.Compare(m, n)
		case errA == nil:
			return -1
		case errB == nil:
			return 1
		}
		return strings.Compare(a, b)
	})
}

// layersFor returns the layers with weights of a network, after it has held the modules' shapes against theirs. It takes no memory
// for weights.
func (p network) layersFor(f *safetensors.File, modules []module) ([]layer, error) {
	table, err := nn.Table(p.input, p.layers...)
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	weights, err := nn.Weights(p.input, p.layers...)
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	shapes := map[string][]int{}
	for _, w := range weights {
		shapes[w.Name] = w.Shape
	}
	var list []layer
	for _, l := range layersOf(p.name, table, p.input) {
		of := l.weights()
		if of == nil {
			continue
		}
		m := modules[len(list)]
		if m.isNorm() != (l.Kind == "BatchNormalization") {
			return nil, f.Errorf("%q stands where the layer %s of the %s is expected", m.path, l.Name, p.name)
		}
		for k, t := range m.tensors() {
			if expected := permuted(shapes[l.Name+"/"+of[k].param], of[k].there); t != nil && !slices.Equal(t.Shape, expected) {
				return nil, f.Errorf("tensor %q has shape %v, expected %v, as the layer %s of the %s", t.Name, t.Shape, expected, l.Name, p.name)
			}
		}
		list = append(list, l)
	}
	return list, nil
}

// into copies the weights of a module into a layer's parameters. What a Linear layer reads of a picture, or makes a picture of, is
// channels first in PyTorch and last here.
func (m module) into(f *safetensors.File, l layer, params map[string]*nn.Param) error {
	if m.isNorm() {
		return m.normInto(f, l, params)
	}
	kernel, bias := params[l.Name+"/kernel"], params[l.Name+"/bias"]
	values, err := finite(f, m.weight)
	if err != nil {
		return err
	}
	_, values = permute(m.weight.Shape, values, l.weights()[0].back)
	b := make([]float32, len(bias.Value))
	if m.bias != nil {
		if b, err = finite(f, m.bias); err != nil {
			return err
		}
	}
	if s := l.from; len(s) == 3 {
		values, _ = nn.Permute(values, []int{s[2], s[0], s[1], kernel.Shape[1]}, []int{1, 2, 0, 3})
	}
	if s := l.to; len(s) == 3 {
		values, _ = nn.Permute(values, []int{kernel.Shape[0], s[2], s[0], s[1]}, []int{0, 2, 3, 1})
		b, _ = nn.Permute(b, []int{s[2], s[0], s[1]}, []int{1, 2, 0})
	}
	copy(kernel.Value, values)
	copy(bias.Value, b)
	return nil
}

// normInto copies the numbers of a BatchNorm. One without affine parameters has a gamma of 1 and a beta of 0.
func (m module) normInto(f *safetensors.File, l layer, params map[string]*nn.Param) error {
	for i, t := range m.tensors() {
		kind := l.weights()[i].param
		p := params[l.Name+"/"+kind]
		if t == nil {
			for k := range p.Value {
				p.Value[k] = map[string]float32{"gamma": 1}[kind]
			}
			continue
		}
		x, err := finite(f, t)
		if err != nil {
			return err
		}
		if kind == "moving_variance" && slices.Min(x) < 0 {
			return f.Errorf("tensor %q: %g is not a variance", t.Name, slices.Min(x))
		}
		if s := l.to; len(s) == 3 { // as the Linear layer before it
			x, _ = nn.Permute(x, []int{s[2], s[0], s[1]}, []int{1, 2, 0})
		}
		copy(p.Value, x)
	}
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
