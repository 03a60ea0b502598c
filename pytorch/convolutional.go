package pytorch

import (
	"fmt"
	"slices"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
	"likeness/safetensors"
)

// Padding says how somebody's convolutions with a stride of 2 are padded. Those without a stride, of odd sides, are padded alike
// by both.
type Padding string

// The paddings.
const (
	// TorchPadding is what halves and doubles a picture in PyTorch: padding=(k-1)//2, of a transposed convolution of
	// an odd side k with output_padding=1.
	TorchPadding Padding = "torch"
	// SamePadding is Keras's padding='same', of a transposed convolution what remains behind the last row and column cut off.
	SamePadding Padding = "same"
)

// Options say what a state dict leaves open.
type Options struct {
	Activation nn.Activation // behind every convolution but the last
	Code       nn.Activation // behind the encoder's last layer
	Dense      nn.Activation // behind the decoder's first layer
	Output     nn.Activation // behind its last one
	Padding    Padding
	// Strides says that the encoder's convolutions have a stride of 2. Without it a 2x2 pooling follows each of them.
	Strides bool
}

// Usual are the functions of the exercise and the paddings of PyTorch.
func Usual() Options { return Options{Activation: nn.ELU, Code: nn.ELU, Padding: TorchPadding} }

func (o Options) check() error {
	if o.Padding != TorchPadding && o.Padding != SamePadding {
		return fmt.Errorf("padding %q: expected %s or %s", o.Padding, TorchPadding, SamePadding)
	}
	return nil
}

// String returns the options in words.
func (o Options) String() string {
	word := func(a nn.Activation) string {
		if a == nn.Linear {
			return "no function"
		}
		return string(a)
	}
	down := "2x2 pooling"
	if o.Strides {
		down = "strides of 2"
	}
	padding := "PyTorch's padding"
	if o.Padding == SamePadding {
		padding = "Keras's 'same' padding"
	}
	return fmt.Sprintf("%s behind convolutions, %s behind the code, %s behind the decoder's first layer, %s behind its last, %s, %s",
		word(o.Activation), word(o.Code), word(o.Dense), word(o.Output), down, padding)
}

// Leaves reports whether a state dict leaves open what Options say: one of somebody else's convolutional network.
func Leaves(f *safetensors.File) bool {
	if Own(f) {
		return false
	}
	modules, err := modulesIn(f)
	if err != nil {
		return false
	}
	p, err := planFor(f, modules, Usual())
	return err == nil && p.open
}

// convolutional returns the plan of so many convolutions each way. The way back is one of transposed convolutions, or of convolutions
// each with an upsampling before it, as the shapes of its filters say; where they fit both, the former.
func convolutional(f *safetensors.File, modules []module, ways int, open Options) (*plan, error) {
	for _, m := range modules {
		if s := m.weight.Shape; len(s) == 4 && (s[2] != s[3] || s[2] < 1 || s[2] > largestKernel || s[0] < 1 || s[1] < 1) {
			return nil, f.Errorf("tensor %q has shape %v, expected square filters of 1 to %d", m.weight.Name, s, largestKernel)
		}
	}
	if s := modules[0].weight.Shape; s[1] != 3 {
		return nil, f.Errorf("tensor %q has shape %v: it takes pictures of %d channels, expected 3, as the models are for pictures in colour", modules[0].weight.Name, s, s[1])
	}
	first, second := modules[ways].weight, modules[ways+1].weight
	small, err := squareSide(f, first, first.Shape[1], modules[ways-1].weight.Shape[0])
	if err != nil {
		return nil, err
	}
	if ways > 10 || small<<ways > autoencoder.LargestSide {
		return nil, f.Errorf("as %d convolutions: pictures of more than %d pixels a side are not for these models", ways, autoencoder.LargestSide)
	}
	back := modules[ways+2:]
	start, up := back[0].weight.Shape[0], false // channels that the decoder begins with
	if s := back[0].weight.Shape; s[0]*small*small != second.Shape[0] && s[1]*small*small == second.Shape[0] {
		start, up = s[1], true
	}
	if start*small*small != second.Shape[0] {
		return nil, f.Errorf("tensor %q has shape %v, expected %d rows: pictures of %dx%d with the %d channels of %q", second.Name, second.Shape, start*small*small, small, small, start, back[0].weight.Name)
	}
	p := &plan{arch: elsewhere, open: true, side: small << ways, code: first.Shape[0], taken: "a convolutional autoencoder with " + open.String()}
	p.networks = convolutions(modules, ways, small, start, up, open)
	at, all := 0, withNorms(modules)
	for _, n := range p.networks { // before filters grow
		list, err := n.layersFor(f, all[at:])
		if err != nil {
			return nil, err
		}
		at += len(list)
	}
	if open.Padding == TorchPadding {
		var sides []int
		for _, m := range modules {
			sides = append(sides, m.weight.Shape[len(m.weight.Shape)-1])
		}
		if err := grow(f, modules, ways, up, open.Strides); err != nil {
			return nil, err
		}
		for i, m := range modules {
			if m.weight.Shape[len(m.weight.Shape)-1] != sides[i] {
				p.grown = true
			}
		}
		p.networks = convolutions(modules, ways, small, start, up, open)
	}
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

// convolutions declares the networks of so many convolutions each way.
func convolutions(modules []module, ways, small, start int, up bool, open Options) []network {
	side, code, flat := small<<ways, modules[ways].weight.Shape[0], modules[ways+1].weight.Shape[0]
	var encoder, decoder []nn.Layer
	for _, m := range modules[:ways] {
		a, behind := m.behind(open.Activation)
		l := nn.Conv2D{Filters: m.weight.Shape[0], Kernel: m.weight.Shape[2], Activation: a}
		if open.Strides {
			l.Stride = 2
			encoder = append(append(encoder, l), behind...)
		} else {
			encoder = append(append(append(encoder, l), behind...), nn.MaxPooling2D{})
		}
	}
	a, behind := modules[ways].behind(open.Code)
	encoder = append(append(encoder, nn.Flatten{}, nn.Dense{Units: code, Activation: a}), behind...)
	a, behind = modules[ways+1].behind(open.Dense)
	decoder = append(append(append(decoder, nn.Dense{Units: flat, Activation: a}), behind...), nn.Reshape{Shape: nn.Shape{small, small, start}})
	for i, m := range modules[ways+2:] {
		a := open.Activation
		if i == ways-1 {
			a = open.Output
		}
		a, behind := m.behind(a)
		s := m.weight.Shape
		if up {
			decoder = append(decoder, nn.UpSampling2D{Size: 2}, nn.Conv2D{Filters: s[0], Kernel: s[2], Activation: a})
		} else {
			decoder = append(decoder, nn.Conv2DTranspose{Filters: s[1], Kernel: s[2], Stride: 2, Activation: a})
		}
		decoder = append(decoder, behind...)
	}
	return []network{{"encoder", nn.Shape{side, side, 3}, encoder}, {"decoder", nn.Shape{code}, decoder}}
}

// torchEpsilon is what a BatchNorm of PyTorch adds to variances where nobody says another number.
const torchEpsilon = 1e-5

// behind returns the function of a layer and what stands behind it: with a BatchNorm, that and then the function.
func (m module) behind(a nn.Activation) (own nn.Activation, layers []nn.Layer) {
	if m.norm == nil {
		return a, nil
	}
	layers = []nn.Layer{nn.BatchNormalization{Epsilon: torchEpsilon}}
	if a != nn.Linear {
		layers = append(layers, nn.Activate{Function: a})
	}
	return nn.Linear, layers
}

// grow gives filters of an odd side that have a stride of 2 a last row and column of zeros. So large, 'same' padding
// puts them where PyTorch's padding=(k-1)//2 puts the smaller ones: for 3x3 filters 'same' padding begins at the first row,
// PyTorch's at the one before; for 4x4 both do.
func grow(f *safetensors.File, modules []module, ways int, up, strides bool) error {
	for i := range modules {
		t := modules[i].weight
		strided := i < ways && strides || i >= ways+2 && !up
		if !strided || len(t.Shape) != 4 || t.Shape[2] < 3 || t.Shape[2]%2 == 0 {
			continue
		}
		x, err := finite(f, t)
		if err != nil {
			return err
		}
		k := t.Shape[2]
		y := make([]float32, len(x)/(k*k)*(k+1)*(k+1))
		for row := range len(x) / k { // of all filters
			copy(y[(row/k*(k+1)+row%k)*(k+1):], x[row*k:(row+1)*k])
		}
		grown := safetensors.FromFloats(t.Name, []int{t.Shape[0], t.Shape[1], k + 1, k + 1}, y)
		modules[i].weight = &grown
	}
	return nil
}
