package exchange

import (
	"errors"
	"slices"

	"likeness/autoencoder"
	"likeness/keras"
	"likeness/nn"
)

// Pixels is the range of numbers that a network has for pixels from black to white.
type Pixels string

// The ranges that networks are made for.
const (
	OwnPixels Pixels = "-0.5..0.5" // this program's, and the exercise's
	Unit      Pixels = "0..1"
	Signed    Pixels = "-1..1"
	Bytes     Pixels = "0..255"
)

// PixelRanges returns all there are.
func PixelRanges() []Pixels { return []Pixels{OwnPixels, Unit, Signed, Bytes} }

// rescaling returns the layer that makes numbers of the range of ours.
func (p Pixels) rescaling() nn.Rescaling {
	switch p {
	case Unit:
		return nn.Rescaling{Scale: 1, Offset: 0.5}
	case Signed:
		return nn.Rescaling{Scale: 2}
	case Bytes:
		return nn.Rescaling{Scale: 255, Offset: 127.5}
	}
	return nn.Rescaling{Scale: 1}
}

// back returns the layer that makes ours of numbers of the range.
func (p Pixels) back() nn.Rescaling {
	r := p.rescaling()
	return nn.Rescaling{Scale: 1 / r.Scale, Offset: -r.Offset / r.Scale}
}

// rescaled returns a model of networks for pixels of other ranges: with a Rescaling on the
// picture's side of each that needs one. It is a model as one that was read from a file,
// and all that is asked of a file was asked of it.
func rescaled(m *autoencoder.Model, input, output Pixels) (*autoencoder.Model, error) {
	first, last := []nn.Layer{input.rescaling()}, []nn.Layer{output.back()}
	if input == OwnPixels {
		first = nil
	}
	if output == OwnPixels {
		last = nil
	}
	out := *m
	if len(first)+len(last) > 0 {
		if m.Decoder == nil || m.Correction != nil {
			return nil, errors.New("pixels of another range are for a plain encoder and decoder")
		}
		var err error
		if out.Encoder, err = with(m.Encoder, first, nil); err != nil {
			return nil, err
		}
		if out.Decoder, err = with(m.Decoder, nil, last); err != nil {
			return nil, err
		}
		if slices.Contains(autoencoder.Architectures(), m.Arch) {
			out.Arch = elsewhere
		}
	}
	f, err := out.File()
	if err != nil {
		return nil, err
	}
	return autoencoder.FromFile(f)
}

// with returns a network with layers without weights before and behind its own.
func with(n *nn.Network, first, last []nn.Layer) (*nn.Network, error) {
	out, err := nn.New(n.Name, n.Input, slices.Concat(first, n.Layers, last)...)
	if err != nil {
		return nil, err
	}
	copy(out.Weights(), n.Weights())
	out.Pack()
	return out, nil
}

// largeScale is the factor from which a Rescaling turns bytes into small numbers, or back.
const largeScale = 64

// guessInput returns the range that the first layer asks for, empty where it does not say,
// and the range of what the layers behind it work on.
func guessInput(layers []keras.Layer) (input, inside Pixels) {
	for _, l := range layers {
		r, ok := l.Layer.(nn.Rescaling)
		switch {
		case l.Layer == nil:
			continue
		case !ok || r.Scale == 0 || r.Scale > 1./largeScale:
			return "", ""
		}
		for _, p := range PixelRanges() {
			low, high := r.Offset, 255*r.Scale+r.Offset
			its := p.rescaling()
			if near(low, its.Offset-its.Scale/2) && near(high, its.Offset+its.Scale/2) {
				return Bytes, p
			}
		}
		return Bytes, ""
	}
	return "", ""
}

func near(a, b float64) bool { return a-b < 0.02 && b-a < 0.02 }

// guessOutput returns the range that the last layer gives, empty where it does not say.
func guessOutput(layers []keras.Layer) Pixels {
	for i := len(layers) - 1; i >= 0; i-- {
		var a nn.Activation
		switch l := layers[i].Layer.(type) {
		case nil, nn.Reshape, nn.Flatten:
			continue
		case nn.Rescaling:
			if l.Scale >= largeScale {
				return Bytes
			}
		case nn.Conv2D:
			a = l.Activation
		case nn.Conv2DTranspose:
			a = l.Activation
		case nn.Dense:
			a = l.Activation
		case nn.Activate:
			a = l.Function
		}
		if a == nn.Sigmoid {
			return Unit
		}
		return ""
	}
	return ""
}
