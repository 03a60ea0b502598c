package exchange

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/keras"
	"likeness/nn"
	"likeness/pix"
)

// kerasFile is a file of Keras and what it was found to hold.
type kerasFile struct {
	*keras.Model
	part    string
	input   nn.Shape // of its first layer
	layers  []keras.Layer
	decoder []keras.Layer // of a whole autoencoder that was fitted

	anyFunctions bool // functions stand behind its layers that it does not say
}

// fromKeras makes a model of Keras's files.
func fromKeras(ctx context.Context, o ImportOptions) (*autoencoder.Model, *Imported, error) {
	var all []*keras.Model
	weightsAlone := false
	for _, path := range o.Files {
		m, err := keras.Open(path)
		if err != nil {
			return nil, nil, err
		}
		all = append(all, m)
		weightsAlone = weightsAlone || !m.Declared()
	}
	if o.OutputActivation != "" || o.Padding != "" || o.Down != "" {
		return nil, nil, fmt.Errorf("%s: its last layer and its paddings are known, expected a state dict of PyTorch for others to be said", all[0].File)
	}
	if !weightsAlone && o.anyFunction() {
		return nil, nil, fmt.Errorf("%s says its layers and their functions, expected weights alone for others to be said", all[0].File)
	}
	for _, f := range []*string{&o.Activation, &o.CodeActivation, &o.DenseActivation} {
		if *f == anyLeaky {
			*f = leaky(0.2) // of Keras's function
		}
	}
	m, r, err := choose(ctx, o, func(o ImportOptions) (*autoencoder.Model, *Imported, open, error) { return ofKeras(all, o) })
	if err != nil {
		return nil, nil, err
	}
	m.Arch = architecture(m) // once: it makes other models to compare with
	m, err = rescaled(m, OwnPixels, OwnPixels)
	return m, r, err
}

// ofKeras makes a model of files that were read, and says what they leave open.
func ofKeras(all []*keras.Model, o ImportOptions) (*autoencoder.Model, *Imported, open, error) {
	r, left := &Imported{}, open{}
	var files []kerasFile
	for i, m := range all {
		f := kerasFile{Model: m}
		if err := f.understand(o, r); err != nil {
			return nil, nil, left, err
		}
		files = append(files, f)
		version := ""
		if m.Version != "" {
			version = " of Keras " + m.Version
		}
		r.Files = append(r.Files, Source{Path: o.Files[i], Format: m.Format + version, What: f.part})
		left.functions = left.functions || f.anyFunctions && (o.Activation == "" || o.CodeActivation == "" || o.DenseActivation == "")
	}
	picture, encoder, decoder, err := join(files, o, r)
	if err != nil {
		return nil, nil, left, err
	}
	m, err := assemble(picture, encoder, decoder, o, r)
	left.pixels = o.Pixels == "" && o.OutputPixels == "" && r.Pixels == OwnPixels && r.OutputPixels == OwnPixels
	return m, r, left, err
}

// understand finds out what a file holds.
func (f *kerasFile) understand(o ImportOptions, r *Imported) error {
	h, w := o.Prep.H, o.Prep.W
	if !f.Declared() {
		fit, err := f.Fit(keras.FitOptions{H: h, W: w, Activation: o.Activation, Code: o.CodeActivation, Dense: o.DenseActivation})
		if err != nil {
			return err
		}
		f.input, f.layers, f.decoder = fit.Picture, fit.Encoder, fit.Decoder
		switch {
		case fit.Encoder == nil:
			f.part, f.input, f.layers, f.decoder = decoderPart, nn.Shape{fit.Code}, fit.Decoder, nil
		case fit.Decoder == nil:
			f.part = encoderPart
		default:
			f.part = autoencoderPart
		}
		f.anyFunctions = slices.ContainsFunc(slices.Concat(fit.Encoder, fit.Decoder), isConvolution) // the linear autoencoder has none
		r.Notes.Add("%s says no layers: its weights were taken for the exercise's %s, with pictures of %dx%d and a code of %d", f.File, f.part, fit.Picture[1], fit.Picture[0], fit.Code)
		return nil
	}
	var input nn.Shape
	switch {
	case h == 0:
	case len(f.Input) == 3 && slices.Contains(f.Input, 0):
		input = nn.Shape{h, w, cmp.Or(f.Input[2], 3)}
	case f.Input == nil:
		input = nn.Shape{h, w, 3}
	}
	var err error
	if f.layers, err = f.Layers(input); err != nil {
		return err
	}
	if f.input = input; input == nil {
		f.input = f.Input
	}
	in, out := f.input.Size(), f.layers[len(f.layers)-1].Output.Size()
	switch {
	case in > out:
		f.part = encoderPart
	case in < out:
		f.part = decoderPart
	default:
		f.part = autoencoderPart
	}
	return nil
}

func isConvolution(l keras.Layer) bool { return strings.HasPrefix(l.Class, "Conv2D") }

// join returns the layers of encoder and decoder, and the shape of the pictures.
func join(files []kerasFile, o ImportOptions, r *Imported) (picture nn.Shape, encoder, decoder []keras.Layer, err error) {
	first := files[0]
	switch {
	case len(files) == 1 && first.part == autoencoderPart && first.decoder != nil:
		picture, encoder, decoder = first.input, first.layers, first.decoder
	case len(files) == 1 && first.part == autoencoderPart:
		n, code, why, err := splitAtCode(first.layers, o.CodeLayer)
		if err != nil {
			return nil, nil, nil, fmt.Errorf("%s: %w", first.File, err)
		}
		picture, encoder, decoder, r.CodeLayer = first.input, first.layers[:n], first.layers[n:], code
		if o.CodeLayer == "" {
			r.Notes.Add("The code is what the layer %q gives, %s: %d numbers", code, why, encoder[n-1].Output.Size())
		}
	case len(files) == 1:
		other := decoderPart
		if first.part == decoderPart {
			other = encoderPart
		}
		return nil, nil, nil, fmt.Errorf("%s holds %s alone: expected the file of its %s beside it", first.File, article(first.part), other)
	default:
		second := files[1]
		if first.part == decoderPart {
			first, second = second, first
		}
		if first.part != encoderPart || second.part != decoderPart {
			return nil, nil, nil, fmt.Errorf("%s holds %s and %s %s: expected an encoder and a decoder", first.File, article(first.part), second.File, article(second.part))
		}
		picture, encoder, decoder = first.input, first.layers, second.layers
		if a, b := encoder[len(encoder)-1].Output, second.input; a.Size() != b.Size() {
			return nil, nil, nil, fmt.Errorf("%s: its input is %v, expected a code of %d, which %s gives", second.File, b, a.Size(), first.File)
		} else if len(a) == 1 && len(b) != 1 {
			decoder = append([]keras.Layer{{Name: "reshape", Class: "Reshape", Layer: nn.Reshape{Shape: b}, Output: b}}, decoder...)
		}
	}
	encoder, decoder = asVector(encoder, decoder)
	return pictures(picture, encoder, decoder, files[0].File, o)
}

// pictures returns the networks with pictures where they take and give flat lists of their
// values.
func pictures(in nn.Shape, encoder, decoder []keras.Layer, file string, o ImportOptions) (nn.Shape, []keras.Layer, []keras.Layer, error) {
	picture := in
	if len(in) == 1 {
		h, w := o.Prep.H, o.Prep.W
		if side := int(math.Sqrt(float64(in[0] / 3))); h == 0 && 3*side*side == in[0] {
			h, w = side, side
		}
		if 3*h*w != in[0] {
			return nil, nil, nil, fmt.Errorf("%s: its input has %d values, which is no square picture with 3 channels: the size must be said", file, in[0])
		}
		picture = nn.Shape{h, w, 3}
		encoder = append([]keras.Layer{{Name: "flatten", Class: "Flatten", Layer: nn.Flatten{}, Output: in}}, encoder...)
	}
	if len(picture) != 3 || picture[2] != 3 {
		return nil, nil, nil, fmt.Errorf("%s: its input is %v, expected pictures (None, H, W, 3)", file, picture)
	}
	out := decoder[len(decoder)-1].Output
	if len(out) == 1 && out[0] == picture.Size() {
		decoder = append(decoder[:len(decoder):len(decoder)], keras.Layer{Name: "reshape", Class: "Reshape", Layer: nn.Reshape{Shape: picture}, Output: picture})
		out = picture
	}
	if !slices.Equal(out, picture) {
		return nil, nil, nil, fmt.Errorf("%s: the decoder gives %v, expected pictures of %v", file, out, picture)
	}
	return picture, encoder, decoder, nil
}

// assemble makes a model of layers.
func assemble(picture nn.Shape, encoder, decoder []keras.Layer, o ImportOptions, r *Imported) (*autoencoder.Model, error) {
	r.choosePixels(encoder, decoder, o)
	code := encoder[len(encoder)-1].Output.Size()
	m := &autoencoder.Model{Code: code, Prep: o.Prep}
	if cropOf(m.Prep) == (pix.Prep{}) {
		m.Prep.Auto = true
	}
	m.Prep.H, m.Prep.W = picture[0], picture[1]
	var err error
	if m.Encoder, err = keras.Network(encoderPart, picture, encoder); err != nil {
		return nil, err
	}
	if m.Decoder, err = keras.Network(decoderPart, nn.Shape{code}, decoder); err != nil {
		return nil, err
	}
	m.Arch = elsewhere
	return rescaled(m, r.Pixels, r.OutputPixels)
}

// elsewhere is the architecture's name of networks that are none of ours.
const elsewhere = "keras"

// architecture returns the name of the architecture whose layers a model has.
func architecture(m *autoencoder.Model) string {
	for _, arch := range autoencoder.Architectures() {
		encoder, decoder, err := autoencoder.Tables(arch, m.Prep, m.Code)
		if err == nil && slices.EqualFunc(encoder, m.Encoder.LayerTable(), nn.LayerInfo.Equal) && slices.EqualFunc(decoder, m.Decoder.LayerTable(), nn.LayerInfo.Equal) {
			return arch
		}
	}
	return elsewhere
}

// choosePixels decides on the ranges of the networks' pixels.
func (r *Imported) choosePixels(encoder, decoder []keras.Layer, o ImportOptions) {
	input, inside := guessInput(encoder)
	output := guessOutput(decoder)
	r.Pixels = cmp.Or(o.Pixels, input, output, OwnPixels)
	r.OutputPixels = cmp.Or(o.OutputPixels, output, o.Pixels, inside, OwnPixels)
	if o.Pixels == "" && r.Pixels != OwnPixels {
		why := "because the decoder's last layer is a sigmoid"
		if input != "" {
			why = "because the encoder's first layer scales them"
		}
		r.Notes.Add("The encoder's pixels are taken to be %s, %s", r.Pixels, why)
	}
	if o.OutputPixels == "" && r.OutputPixels != r.Pixels {
		r.Notes.Add("The decoder's pixels are taken to be %s", r.OutputPixels)
	}
}
