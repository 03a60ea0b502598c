package pytorch

import (
	"math"
	"strings"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
	"likeness/safetensors"
)

// plan are the networks that a state dict's shapes ask for.
type plan struct {
	arch       string
	side, code int
	networks   []network
	open       bool   // it follows Options
	grown      bool   // filters with a stride got a row and a column of zeros, see grow
	taken      string // what was assumed, in words
}

// network is one of them, without weights.
type network struct {
	name   string
	input  nn.Shape
	layers []nn.Layer
}

// elsewhere is the architecture's name of networks that are none of ours.
const elsewhere = "pytorch"

// exerciseFilters are those of the exercise's encoder.
var exerciseFilters = []int{32, 64, 128, 256}

// largestKernel bounds the side of filters.
const largestKernel = 64

// planFor makes a plan for modules, by the kinds of layers that follow each other, C for a convolution and L for a Linear
// layer:
//
//   - LL: the linear autoencoder
//   - C...C L L C...C: one as the exercise's, with so many convolutions each way as there are, and with their filters
//   - what our residual autoencoder and our denoiser have
//
// The weights of modules may be replaced by others that do the same.
func planFor(f *safetensors.File, modules []module, open Options) (*plan, error) {
	if err := open.check(); err != nil {
		return nil, err
	}
	kinds, norm := "", ""
	for _, m := range modules {
		if m.norm != nil {
			norm = m.norm.path
		}
		if len(m.weight.Shape) == 4 {
			kinds += "C"
		} else {
			kinds += "L"
		}
	}
	down := strings.IndexByte(kinds, 'L')
	ordinary := down > 0 && kinds == strings.Repeat("C", down)+"LL"+strings.Repeat("C", down)
	switch {
	case norm != "" && !ordinary:
		return nil, f.Errorf("holds the layers %s (C: a convolution, L: Linear) and the BatchNorm %q: with a BatchNorm, expected convolutions, LL and as many convolutions back", short(kinds), norm)
	case kinds == "LL":
		flat := modules[0].weight.Shape[1]
		side, err := squareSide(f, modules[0].weight, flat, 3)
		if err != nil {
			return nil, err
		}
		return named(f, "pca", side, modules[0].weight.Shape[0], "a linear autoencoder")
	case ordinary:
		return convolutional(f, modules, down, open)
	case kinds == "CCCCLLLCCCCL":
		// By our own filters, so that no more memory is taken than the file has.
		side, err := squareSide(f, modules[4].weight, modules[4].weight.Shape[1], 2*exerciseFilters[3])
		if err != nil {
			return nil, err
		}
		return named(f, autoencoder.Residual, 16*side, modules[4].weight.Shape[0], "the architecture residual, with its functions and paddings")
	case down < 0:
		denoiser, err := named(f, autoencoder.Residual, 32, 0, "a denoiser of the architecture residual, with its functions and paddings")
		if err != nil {
			return nil, err
		}
		weights, err := nn.Weights(denoiser.networks[0].input, denoiser.networks[0].layers...)
		if err == nil && len(weights) == 2*len(modules) {
			return denoiser, nil
		}
	}
	hint := ""
	if strings.Contains(kinds, "CLLLC") {
		hint = ". Two Linear layers side by side, such as the mean and the variance of a variational autoencoder, are not read: leave that of the variance out"
	}
	return nil, f.Errorf("holds the layers %s (C: a convolution, L: Linear), in the order of their names, expected LL, or convolutions, LL and as many convolutions back%s", short(kinds), hint)
}

// short bounds a text from a file.
func short(s string) string {
	if len(s) > 60 {
		return s[:57] + "..."
	}
	return s
}

// squareSide returns the side of a square picture of so many values.
func squareSide(f *safetensors.File, t *safetensors.Tensor, values, channels int) (int, error) {
	if channels < 1 {
		return 0, f.Errorf("tensor %q: there are no channels before it", t.Name)
	}
	side := int(math.Sqrt(float64(values / channels)))
	if side < 1 || side*side*channels != values {
		return 0, f.Errorf("tensor %q has shape %v, expected so many columns as a square picture of %d channels has values", t.Name, t.Shape, channels)
	}
	return side, nil
}

// named returns the plan of one of our architectures.
func named(f *safetensors.File, arch string, side, code int, taken string) (*plan, error) {
	m, err := autoencoder.New(arch, pix.Prep{W: side, H: side, Auto: true}, code, 0)
	if err != nil {
		return nil, f.Errorf("as a model of architecture %s: %w", arch, err)
	}
	p := &plan{arch: arch, side: side, code: code, taken: taken}
	for _, n := range m.Networks() {
		p.networks = append(p.networks, network{n.Name, n.Input, n.Layers})
	}
	return p, nil
}

// sameLayers reports whether a network has the layers of a plan.
func sameLayers(n *nn.Network, p network) bool {
	own := n.LayerTable()
	table, err := nn.Table(p.input, p.layers...)
	if err != nil || len(table) != len(own) {
		return false
	}
	for i, row := range table {
		if !row.Equal(own[i]) {
			return false
		}
	}
	return true
}
