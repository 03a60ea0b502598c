// Package pytorch takes models to PyTorch and back: state dicts in safetensors files, and a Python module that rebuilds
// the network from nothing but torch.
//
// State dicts have PyTorch's layouts: filters of a convolution (out, in, kh, kw), of a transposed one (in, out, kh, kw), of a Linear
// layer (out, in). Their names are those of likeness's layers, such as encoder.conv2d_1.weight.
package pytorch

import (
	"slices"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/safetensors"
)

// Format is the metadata entry "format" of a state dict, by which other programs know that it is PyTorch's.
const Format = "pt"

// ownEntry is the metadata entry of state dicts that this package has written: the format of the model's own file, whose other
// entries the state dict has as well.
const ownEntry = "likeness"

// correctionName is the tensor of a model's correction.
const correctionName = "correction"

// State returns the weights of a model as a state dict, for the module that Module writes.
func State(m *autoencoder.Model) (*safetensors.File, error) {
	own, err := m.File()
	if err != nil {
		return nil, err
	}
	f := &safetensors.File{Metadata: own.Metadata}
	f.Metadata[ownEntry] = f.Metadata["format"]
	f.Metadata["format"] = Format
	f.Metadata["normalisation"] = "float32(byte)/255 - 0.5, (N, 3, H, W), RGB"
	for _, n := range m.Networks() {
		params := map[string]*nn.Param{}
		for _, p := range n.Params() {
			params[p.Name] = p
		}
		for _, l := range layersOf(n.Name, n.LayerTable(), n.Input) {
			for _, w := range l.weights() {
				p := params[l.Name+"/"+w.param]
				shape, values := permute(p.Shape, p.Value, w.there)
				f.Tensors = append(f.Tensors, safetensors.FromFloats(w.name, shape, values))
			}
		}
	}
	if c := m.Correction; c != nil {
		f.Tensors = append(f.Tensors, safetensors.FromFloats(correctionName, []int{m.Code, m.Code}, c.Matrix))
	}
	return f, nil
}

// layer is a row of a layer table, in its place in the module.
type layer struct {
	nn.LayerInfo
	path             string   // such as "encoder.conv2d_1"
	in               nn.Shape // before it
	from, to         nn.Shape // what a Flatten before it flattens, and a Reshape behind it makes; nil: there is none
	layers, shortcut []layer  // the two ways of a sum
}

// layersOf returns the layers of a table that nn has made or checked in the order in which they run; in is the network's input.
func layersOf(path string, table []nn.LayerInfo, in nn.Shape) []layer {
	var list []layer
	for _, l := range tree(path, table, in) {
		list = append(list, l.all()...)
	}
	return list
}

// all returns the layers inside of a sum, and then itself.
func (l layer) all() []layer {
	var list []layer
	for _, inside := range [][]layer{l.layers, l.shortcut} {
		for _, one := range inside {
			list = append(list, one.all()...)
		}
	}
	return append(list, l)
}

// tree returns the layers of a table; those of the two ways of a sum are inside of it. A sum's row comes behind theirs.
func tree(path string, table []nn.LayerInfo, in nn.Shape) []layer {
	var list []layer
	for end := len(table); end > 0; {
		row := table[end-1]
		end -= 1 + row.Layers + row.Shortcut
		list = append(list, layer{LayerInfo: row, path: path + "." + row.Name})
	}
	slices.Reverse(list)
	at := 0
	for i := range list {
		l := &list[i]
		l.in, in = in, l.Output
		inside := table[at : at+l.Layers+l.Shortcut]
		at += len(inside) + 1
		if l.Kind == "Add" {
			l.layers = tree(l.path+".layers", inside[:l.Layers], l.in)
			l.shortcut = tree(l.path+".shortcut", inside[l.Layers:], l.in)
		}
		if i > 0 && list[i-1].Kind == "Flatten" {
			l.from = list[i-1].in
		}
		for k := i - 1; k >= 0 && l.Kind == "Reshape"; k-- { // and before what stands between
			if list[k].to = l.Output; list[k].Kind != "BatchNormalization" && list[k].Kind != "Activation" {
				break
			}
		}
	}
	return list
}

// weight is a tensor of a state dict and the parameter that it is.
type weight struct {
	name, param string
	// there are the dimensions of the parameter in the order of the tensor, back those of the tensor in the order of the
	// parameter; nil for the same.
	there, back []int
}

// weights returns the tensors of a layer.
func (l layer) weights() []weight {
	var kernel weight
	switch l.Kind {
	case "Dense":
		kernel = weight{l.path + ".weight", "kernel", []int{1, 0}, []int{1, 0}}
	case "Conv2D", "Conv2DTranspose": // (kh, kw, in, out) and (out, in, kh, kw); (kh, kw, out, in) and (in, out, kh, kw)
		kernel = weight{l.path + ".weight", "kernel", []int{3, 2, 0, 1}, []int{2, 3, 1, 0}}
	case "BatchNormalization":
		return []weight{
			{name: l.path + ".weight", param: "gamma"}, {name: l.path + ".bias", param: "beta"},
			{name: l.path + ".running_mean", param: "moving_mean"}, {name: l.path + ".running_var", param: "moving_variance"},
		}
	default:
		return nil
	}
	return []weight{kernel, {name: l.path + ".bias", param: "bias"}}
}

// permute returns values in another order of their dimensions; no order: the same.
func permute(shape []int, x []float32, order []int) ([]int, []float32) {
	if order == nil {
		return shape, x
	}
	y, dims := nn.Permute(x, shape, order)
	return dims, y
}

// permuted returns a shape in another order of its dimensions.
func permuted(shape, order []int) []int {
	if order == nil {
		return shape
	}
	dims := make([]int, len(order))
	for i, d := range order {
		dims[i] = shape[d]
	}
	return dims
}
