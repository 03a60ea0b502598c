package exchange

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
	"likeness/pytorch"
	"likeness/safetensors"
)

// Down is how an encoder halves pictures.
type Down string

// The ways to halve pictures.
const (
	Pooling Down = "pooling" // a 2x2 pooling behind each convolution
	Strides Down = "strides" // convolutions with a stride of 2
)

// fromPyTorch makes a model of a state dict.
func fromPyTorch(ctx context.Context, o ImportOptions) (*autoencoder.Model, *Imported, error) {
	path := o.Files[0]
	if len(o.Files) > 1 {
		return nil, nil, fmt.Errorf("%s is a safetensors file: expected one state dict that has both networks", path)
	}
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, nil, err
	}
	if kind, own := strings.CutPrefix(f.Metadata["format"], "likeness "); own {
		kind, _, _ = strings.Cut(kind, " ")
		kind = cmp.Or(kind, "file")
		return nil, nil, fmt.Errorf("%s is %s of this program: it need not be imported", path, article(kind))
	}
	says := !pytorch.Leaves(f)
	switch {
	case o.CodeLayer != "":
		return nil, nil, fmt.Errorf("%s: the layer of the code can be said of whole models of Keras alone", path)
	case says && o.Activation+o.CodeActivation+o.DenseActivation+o.OutputActivation+string(o.Padding)+string(o.Down) != "":
		if _, _, err := pytorch.Import(f); err != nil {
			return nil, nil, err
		}
		return nil, nil, fmt.Errorf("%s: its functions and paddings are known, expected a convolutional network of another program for others to be said", path)
	}
	return choose(ctx, o, func(o ImportOptions) (*autoencoder.Model, *Imported, open, error) {
		m, r, err := ofPyTorch(f, path, o)
		return m, r, open{network: !says}, err
	})
}

// ofPyTorch makes a model of a state dict that was read.
func ofPyTorch(f *safetensors.File, path string, o ImportOptions) (*autoencoder.Model, *Imported, error) {
	as, err := o.torch()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	m, notes, err := pytorch.ImportAs(f, as)
	if err != nil {
		return nil, nil, err
	}
	r := &Imported{Notes: notes, Files: []Source{{Path: path, Format: "PyTorch state dict", What: autoencoderPart}}}
	if m.Decoder == nil {
		r.Files[0].What = "denoiser"
	}
	if h, w := o.Prep.H, o.Prep.W; h != 0 && (h != m.Prep.H || w != m.Prep.W) {
		return nil, nil, fmt.Errorf("%s: its pictures are %dx%d, expected %dx%d", path, m.Prep.W, m.Prep.H, w, h)
	}
	if crop := cropOf(o.Prep); crop != (pix.Prep{}) {
		m.Prep.DX, m.Prep.DY, m.Prep.Auto, m.Prep.Wide, m.Prep.Whole, m.Prep.Square, m.Prep.Rect = crop.DX, crop.DY, crop.Auto, crop.Wide, crop.Whole, crop.Square, crop.Rect
	}
	if o.Pixels == "" && o.OutputPixels == "" {
		return m, r, nil
	}
	r.Pixels = cmp.Or(o.Pixels, OwnPixels)
	r.OutputPixels = cmp.Or(o.OutputPixels, r.Pixels)
	m, err = rescaled(m, r.Pixels, r.OutputPixels)
	return m, r, err
}

// torch returns what the options say of a state dict.
func (o ImportOptions) torch() (pytorch.Options, error) {
	as := pytorch.Usual()
	as.Padding = cmp.Or(o.Padding, as.Padding)
	switch o.Down {
	case "", Pooling:
	case Strides:
		as.Strides = true
	default:
		return as, fmt.Errorf("down %q: expected %s or %s", o.Down, Pooling, Strides)
	}
	for _, c := range []struct {
		name string
		to   *nn.Activation
	}{{o.Activation, &as.Activation}, {o.CodeActivation, &as.Code}, {o.DenseActivation, &as.Dense}, {o.OutputActivation, &as.Output}} {
		switch c.name {
		case "": // the usual one
		case "linear":
			*c.to = nn.Linear
		case "leaky_relu":
			*c.to = nn.LeakyReLU(torchLeak)
		default:
			*c.to = nn.Activation(c.name)
		}
	}
	return as, nil
}

// torchLeak is the slope of PyTorch's LeakyReLU that does not say its own.
const torchLeak = 0.01

// torchChoices returns all but the usual choice of what a state dict leaves open, but for the functions behind Dense layers, which
// change less: these are tried with the best of the others.
func torchChoices(o ImportOptions) []ImportOptions {
	all := []ImportOptions{o}
	if o.Padding == "" {
		all = varied(all, func(o *ImportOptions) { o.Padding = pytorch.SamePadding })
	}
	if o.Down == "" {
		all = varied(all, func(o *ImportOptions) { o.Down = Strides })
	}
	if o.Activation == "" {
		all = varied(all, func(o *ImportOptions) { o.Activation = "relu" })
	}
	pixels, output := o.Pixels == "" && o.OutputPixels == "", o.OutputActivation == ""
	set := func(p Pixels, function string) func(o *ImportOptions) {
		return func(o *ImportOptions) {
			if pixels {
				o.Pixels = p
			}
			if output {
				o.OutputActivation = function
			}
		}
	}
	switch {
	case pixels && output:
		all = varied(all, set(Unit, ""), set(Unit, "sigmoid"), set(Signed, ""), set(Signed, "tanh"))
	case pixels:
		all = varied(all, set(Unit, ""), set(Signed, ""))
	case output:
		all = varied(all, set("", "sigmoid"), set("", "tanh"))
	}
	return all[1:]
}

// torchDenseChoices returns other functions behind the code and behind the decoder's first layer.
func torchDenseChoices(o ImportOptions) []ImportOptions {
	all := []ImportOptions{o}
	if o.CodeActivation == "" {
		all = varied(all, func(o *ImportOptions) { o.CodeActivation = "linear" }, func(o *ImportOptions) { o.CodeActivation = "relu" })
	}
	if o.DenseActivation == "" {
		all = varied(all, func(o *ImportOptions) { o.DenseActivation = cmp.Or(o.Activation, "elu") })
	}
	return all[1:]
}

// varied returns options, and each of them with each of some changes.
func varied(all []ImportOptions, changes ...func(o *ImportOptions)) []ImportOptions {
	for _, o := range slices.Clone(all) {
		for _, change := range changes {
			next := o
			change(&next)
			all = append(all, next)
		}
	}
	return all
}
