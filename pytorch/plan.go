package pytorch

import (
	"math"
	"slices"
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
//   - C...C L L C...C: the exercise's convolutional one, with so many convolutions each way as there are, and with their filters
//   - what our residual autoencoder and our denoiser have
func planFor(f *safetensors.File, modules []module) (*plan, error) {
	kinds := ""
	for _, m := range modules {
		if len(m.weight.Shape) == 4 {
			kinds += "C"
		} else {
			kinds += "L"
		}
	}
	down := strings.IndexByte(kinds, 'L')
	switch {
	case kinds == "LL":
		flat := modules[0].weight.Shape[1]
		side, err := squareSide(f, modules[0].weight, flat, 3)
		if err != nil {
			return nil, err
		}
		return named(f, "pca", side, modules[0].weight.Shape[0], "linear")
	case down > 0 && kinds == strings.Repeat("C", down)+"LL"+strings.Repeat("C", down):
		return convolutional(f, modules, down)
	case kinds == "CCCCLLLCCCCL":
		// By our own filters, so that no more memory is taken than the file has.
		side, err := squareSide(f, modules[4].weight, modules[4].weight.Shape[1], 2*exerciseFilters[3])
		if err != nil {
			return nil, err
		}
		return named(f, autoencoder.Residual, 16*side, modules[4].weight.Shape[0], "ELU, 'same' padding as Keras has it")
	case down < 0:
		denoiser, err := named(f, autoencoder.Residual, 32, 0, "ELU, 'same' padding as Keras has it")
		if err != nil {
			return nil, err
		}
		weights, err := nn.Weights(denoiser.networks[0].input, denoiser.networks[0].layers...)
		if err == nil && len(weights) == 2*len(modules) {
			return denoiser, nil
		}
	}
	return nil, f.Errorf("holds the layers %s (C: a convolution, L: Linear), in the order of their names, expected LL, or convolutions, LL and as many transposed convolutions", short(kinds))
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

// convolutional returns the plan of so many convolutions each way.
func convolutional(f *safetensors.File, modules []module, ways int) (*plan, error) {
	for _, m := range modules {
		if s := m.weight.Shape; len(s) == 4 && (s[2] != s[3] || s[2] < 1 || s[2] > largestKernel || s[0] < 1 || s[1] < 1) {
			return nil, f.Errorf("tensor %q has shape %v, expected square filters of 1 to %d", m.weight.Name, s, largestKernel)
		}
	}
	first, second := modules[ways].weight, modules[ways+1].weight
	deepest := modules[ways-1].weight.Shape[0]
	small, err := squareSide(f, first, first.Shape[1], deepest)
	if err != nil {
		return nil, err
	}
	if ways > 10 || small<<ways > autoencoder.LargestSide {
		return nil, f.Errorf("as %d convolutions with pooling: pictures of more than %d pixels a side are not for these models", ways, autoencoder.LargestSide)
	}
	p := &plan{arch: elsewhere, side: small << ways, code: first.Shape[0], taken: "ELU but behind the last layer and the decoder's first, 'same' padding as Keras has it, 2x2 pooling, a stride of 2 up again"}
	var encoder, decoder []nn.Layer
	for _, m := range modules[:ways] {
		encoder = append(encoder, nn.Conv2D{Filters: m.weight.Shape[0], Kernel: m.weight.Shape[2], Activation: nn.ELU}, nn.MaxPooling2D{})
	}
	encoder = append(encoder, nn.Flatten{}, nn.Dense{Units: p.code, Activation: nn.ELU})
	start := modules[ways+2].weight.Shape[0] // channels that the decoder begins with
	if start*small*small != second.Shape[0] {
		return nil, f.Errorf("tensor %q has shape %v, expected %d rows: pictures of %dx%d with the %d channels of %q", second.Name, second.Shape, start*small*small, small, small, start, modules[ways+2].weight.Name)
	}
	decoder = append(decoder, nn.Dense{Units: second.Shape[0]}, nn.Reshape{Shape: nn.Shape{small, small, start}})
	for i, m := range modules[ways+2:] {
		up := nn.Conv2DTranspose{Filters: m.weight.Shape[1], Kernel: m.weight.Shape[2], Stride: 2, Activation: nn.ELU}
		if i == ways-1 {
			up.Activation = nn.Linear
		}
		decoder = append(decoder, up)
	}
	p.networks = []network{{"encoder", nn.Shape{p.side, p.side, 3}, encoder}, {"decoder", nn.Shape{p.code}, decoder}}
	var filters []int
	for _, m := range modules[:ways] {
		filters = append(filters, m.weight.Shape[0])
	}
	if !slices.Equal(filters, exerciseFilters) { // and New would take other memory than the file has
		return p, nil
	}
	if m, err := autoencoder.New("conv", pix.Prep{W: p.side, H: p.side}, p.code, 0); err == nil && sameLayers(m.Encoder, p.networks[0]) && sameLayers(m.Decoder, p.networks[1]) {
		p.arch = m.Arch
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
