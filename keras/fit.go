package keras

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"likeness/nn"
)

// Fitted are the networks that weights without layers were fitted to. Of a file that has one
// of the two the other is nil.
type Fitted struct {
	Encoder, Decoder []Layer
	Picture          nn.Shape
	Code             int

	behind functions
}

// FitOptions say what a file of weights does not.
type FitOptions struct {
	H, W int // of the pictures; 0: they are squares
	// Activation is the function behind the convolutions, Code that behind the encoder's Dense
	// and Dense that behind the decoder's, by Keras's names. Where empty they are those of
	// the architecture conv: "elu", "elu" and "linear", which is none. The linear
	// autoencoder has none.
	Activation, Code, Dense string
}

// functions are the activations of FitOptions.
type functions struct{ hidden, code, dense nn.Activation }

func (o FitOptions) functions() (f functions, err error) {
	for _, a := range []struct {
		name string
		set  *nn.Activation
	}{{cmp.Or(o.Activation, "elu"), &f.hidden}, {cmp.Or(o.Code, "elu"), &f.code}, {cmp.Or(o.Dense, "linear"), &f.dense}} {
		if *a.set, err = activationNamed(a.name); err != nil {
			return f, err
		}
	}
	return f, nil
}

// Fit takes the weights of a file without layers for those of the tutorial's networks, with
// as many filters and as large a code as their shapes say:
//
//   - encoder: Conv2D and MaxPooling2D, any number of times, Flatten, Dense
//   - decoder: Dense, Reshape, any number of Conv2DTranspose with strides of 2, of which the
//     last is linear
//   - the linear autoencoder: Flatten, Dense; Dense, Reshape
//
// Functions and strides are nowhere in such a file: weights of other networks with the same
// shapes give wrong pictures.
func (m *Model) Fit(o FitOptions) (*Fitted, error) {
	if m.Declared() {
		return nil, m.errorf("it says its layers, which are not to be guessed")
	}
	behind, err := o.functions()
	if err != nil {
		return nil, m.errorf("%w", err)
	}
	h, w := o.H, o.W
	parts := m.ordered()
	kinds := ""
	for _, p := range parts {
		kind, err := p.kind()
		if err != nil {
			return nil, m.errorf("%w", err)
		}
		kinds += kind
	}
	f := &Fitted{behind: behind}
	n := strings.IndexByte(kinds, dense2) + 1 // the encoder ends with the first Dense
	switch {
	case kinds == "":
		return nil, m.errorf("it has no weights")
	case kinds == string(dense2):
		if in, out := parts[0].weights[0].Shape[0], parts[0].weights[0].Shape[1]; in < out {
			err = m.linearDecoder(f, parts[0], h, w)
		} else {
			err = m.linearEncoder(f, parts[0], h, w)
		}
	case kinds == "DD":
		if err = m.linearEncoder(f, parts[0], h, w); err == nil {
			err = m.linearDecoder(f, parts[1], h, w)
		}
	case n > 1 && n == len(kinds):
		err = m.convEncoder(f, parts, h, w)
	case n == 1 && strings.Count(kinds, "D") == 1:
		err = m.convDecoder(f, parts, h, w)
	case n > 1 && n < len(kinds)-1 && kinds[n] == dense2 && strings.Count(kinds, "D") == 2:
		if err = m.convEncoder(f, parts[:n], h, w); err == nil {
			err = m.convDecoder(f, parts[n:], h, w)
		}
	default:
		var names []string
		for _, p := range parts {
			names = append(names, fmt.Sprintf("%s %v", p.Name, p.weights[0].Shape))
		}
		return nil, m.errorf("its weights are not those of the tutorial's networks, expected convolutions and a Dense, or a Dense and convolutions, found %s. The file does not say its layers; the whole model, saved by model.save, does", strings.Join(names, ", "))
	}
	return f, err
}

// The kinds of parts.
const (
	dense2 = 'D'
	conv4  = 'C'
)

// kind returns what a part's kernel says that it is.
func (p part) kind() (string, error) {
	shapes := []string{}
	for _, w := range p.weights {
		shapes = append(shapes, fmt.Sprint(w.Shape))
	}
	if n := len(p.weights); n == 1 || n == 2 && len(p.weights[1].Shape) == 1 {
		switch s := p.weights[0].Shape; {
		case slices.ContainsFunc(s, func(d int) bool { return d < 1 || d > mostUnits }):
		case len(s) == 2:
			return string(dense2), nil
		case len(s) == 4 && s[0] == s[1] && s[0] <= mostKernel:
			return string(conv4), nil
		}
	}
	return "", fmt.Errorf("layer %q has weights of shapes %s, expected a kernel of 2 or 4 dimensions and a bias. The file does not say its layers; the whole model, saved by model.save, does", p.Name, strings.Join(shapes, ", "))
}

// ordered returns the parts with the encoder's first: Keras 3 does not say in which order the
// models of a model follow each other.
func (m *Model) ordered() []part {
	inside := func(p part) string {
		model, _, within := strings.Cut(p.Name, "/")
		if !within {
			return ""
		}
		return model
	}
	for i := 1; i < len(m.loose); i++ {
		if inside(m.loose[i]) == inside(m.loose[0]) {
			continue
		}
		first, second := m.loose[:i], m.loose[i:]
		a, _ := first[len(first)-1].kind()
		b, _ := second[len(second)-1].kind()
		if a == string(conv4) && b == string(dense2) && inside(second[0]) == inside(second[len(second)-1]) {
			return append(slices.Clone(second), first...)
		}
		break
	}
	return m.loose
}

// layer makes a layer of a part.
func (p part) layer(l nn.Layer) Layer {
	weights := slices.Clone(p.weights)
	for i := range weights {
		weights[i].Name = []string{"kernel", "bias"}[i]
	}
	return Layer{Name: p.Name, Class: l.Kind(), Layer: l, Weights: weights}
}

// plain makes a layer that has no weights.
func plain(l nn.Layer) Layer { return Layer{Name: snake(l.Kind()), Class: l.Kind(), Layer: l} }

// finish sets what layers give and compares their weights.
func (m *Model) finish(in nn.Shape, layers []Layer) ([]Layer, error) {
	shape := in
	for i := range layers {
		l := &layers[i]
		out, err := l.Layer.Output(shape)
		if err == nil {
			err = checkSize(out)
		}
		if err != nil {
			return nil, m.errorf("%w", layerError(l.Name, l.Class, err))
		}
		l.Output, shape = out, out
	}
	return layers, m.check(in, layers)
}

// square returns the sides of a picture of so many values of c each, of which the longer
// one is known or both are equal.
func (m *Model) square(values, c, h, w int, what string) (int, int, error) {
	n := values / c
	switch side := int(math.Sqrt(float64(n))); {
	case h > 0 && h*w*c == values:
		return h, w, nil
	case h > 0:
		return 0, 0, m.errorf("%s has %d values, expected %d: %dx%d with %d channels", what, values, h*w*c, w, h, c)
	case values%c != 0 || side*side != n || n == 0:
		return 0, 0, m.errorf("%s has %d values, which is no square with %d channels: the size of the pictures must be said", what, values, c)
	default:
		return side, side, nil
	}
}

func (m *Model) linearEncoder(f *Fitted, p part, h, w int) error {
	s := p.weights[0].Shape
	h, w, err := m.square(s[0], 3, h, w, fmt.Sprintf("the input of layer %q", p.Name))
	if err != nil {
		return err
	}
	f.Picture, f.Code = nn.Shape{h, w, 3}, s[1]
	f.Encoder, err = m.finish(f.Picture, []Layer{plain(nn.Flatten{}), p.layer(nn.Dense{Units: s[1]})})
	return err
}

func (m *Model) linearDecoder(f *Fitted, p part, h, w int) error {
	s := p.weights[0].Shape
	h, w, err := m.square(s[1], 3, h, w, fmt.Sprintf("the output of layer %q", p.Name))
	if err != nil {
		return err
	}
	if err := m.setCode(f, p, nn.Shape{h, w, 3}); err != nil {
		return err
	}
	f.Decoder, err = m.finish(nn.Shape{f.Code}, []Layer{p.layer(nn.Dense{Units: s[1]}), plain(nn.Reshape{Shape: f.Picture})})
	return err
}

// setCode notes what the decoder's first layer takes, which is what the encoder gives.
func (m *Model) setCode(f *Fitted, p part, picture nn.Shape) error {
	code := p.weights[0].Shape[0]
	switch {
	case f.Encoder == nil:
		f.Code, f.Picture = code, picture
	case code != f.Code:
		return m.errorf("layer %q takes codes of %d, expected %d, which the encoder gives", p.Name, code, f.Code)
	case !slices.Equal(picture, f.Picture):
		return m.errorf("the decoder gives pictures of %v, expected %v", picture, f.Picture)
	}
	return nil
}

func (m *Model) convEncoder(f *Fitted, parts []part, h, w int) error {
	convs, code := parts[:len(parts)-1], parts[len(parts)-1]
	last := convs[len(convs)-1].weights[0].Shape[3]
	if len(convs) > 10 {
		return m.errorf("%d convolutions with poolings behind them, expected at most 10", len(convs))
	}
	shrink := 1 << len(convs)
	rows, columns, err := m.square(code.weights[0].Shape[0], last, h/shrink, w/shrink, fmt.Sprintf("the input of layer %q", code.Name))
	if err != nil {
		return err
	}
	if h == 0 {
		h, w = rows*shrink, columns*shrink
	}
	var layers []Layer
	for _, p := range convs {
		s := p.weights[0].Shape
		layers = append(layers, p.layer(nn.Conv2D{Filters: s[3], Kernel: s[0], Activation: f.behind.hidden}), plain(nn.MaxPooling2D{}))
	}
	f.Code = code.weights[0].Shape[1]
	layers = append(layers, plain(nn.Flatten{}), code.layer(nn.Dense{Units: f.Code, Activation: f.behind.code}))
	f.Picture = nn.Shape{h, w, 3}
	f.Encoder, err = m.finish(f.Picture, layers)
	return err
}

func (m *Model) convDecoder(f *Fitted, parts []part, h, w int) error {
	code, convs := parts[0], parts[1:]
	first := convs[0].weights[0].Shape[3]
	if len(convs) > 10 {
		return m.errorf("%d convolutions with strides of 2, expected at most 10", len(convs))
	}
	grow := 1 << len(convs)
	rows, columns, err := m.square(code.weights[0].Shape[1], first, h/grow, w/grow, fmt.Sprintf("the output of layer %q", code.Name))
	if err != nil {
		return err
	}
	if err := m.setCode(f, code, nn.Shape{rows * grow, columns * grow, 3}); err != nil {
		return err
	}
	deepest := nn.Shape{rows, columns, first}
	layers := []Layer{code.layer(nn.Dense{Units: deepest.Size(), Activation: f.behind.dense}), plain(nn.Reshape{Shape: deepest})}
	for i, p := range convs {
		s := p.weights[0].Shape
		l := nn.Conv2DTranspose{Filters: s[2], Kernel: s[0], Stride: 2, Activation: f.behind.hidden}
		if i == len(convs)-1 {
			if l.Activation = nn.Linear; s[2] != 3 {
				return m.errorf("layer %q has %d filters, expected 3 for the picture's channels", p.Name, s[2])
			}
		}
		layers = append(layers, p.layer(l))
	}
	f.Decoder, err = m.finish(nn.Shape{f.Code}, layers)
	return err
}
