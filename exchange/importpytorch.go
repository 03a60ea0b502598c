package exchange

import (
	"cmp"
	"context"
	"fmt"
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
		return m, r, open{network: !says && o.leaves()}, err
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

// leaves reports whether something of a state dict is not said.
func (o ImportOptions) leaves() bool {
	return o.Activation == "" || o.Activation == anyLeaky || o.CodeActivation == "" || o.DenseActivation == "" || o.OutputActivation == "" || o.Padding == "" || o.Down == "" || o.Pixels == "" && o.OutputPixels == ""
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
		case anyLeaky:
			*c.to = nn.LeakyReLU(torchLeak)
		default:
			*c.to = nn.Activation(c.name)
		}
	}
	return as, nil
}

// torchLeak is the slope of PyTorch's LeakyReLU that does not say its own.
const torchLeak = 0.01
