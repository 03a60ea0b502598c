package exchange

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pytorch"
)

// trials runs the networks of many choices on the same faces. What choices have in common is done once: a file is read once for each
// way to pad and to halve pictures, and faces are encoded once for each encoder.
type trials struct {
	build func(ImportOptions) (*autoencoder.Model, *Imported, open, error)
	left  open
	o     ImportOptions // before anything was chosen
	read  map[trialShape]*autoencoder.Model
	codes map[string][]float32 // by the encoder's layers, of the faces x
	x     []float32
}

type trialShape struct {
	padding pytorch.Padding
	down    Down
}

// slot marks, in networks that choices are made from, where a function stands that is left open.
const slot = nn.ELU

// networks returns the encoder and the decoder of a choice.
func (t *trials) networks(o ImportOptions) (encoder, decoder *nn.Network, err error) {
	functions := t.left.functions || t.left.network
	base := t.read[trialShape{o.Padding, o.Down}]
	if base == nil {
		first := t.o
		first.Pixels, first.OutputPixels, first.Padding, first.Down = OwnPixels, OwnPixels, o.Padding, o.Down
		if functions {
			first.Activation, first.CodeActivation, first.DenseActivation = string(slot), string(slot), string(slot)
		}
		if t.left.network {
			first.OutputActivation = string(slot)
		}
		if base, _, _, err = t.build(first); err != nil {
			return nil, nil, err
		}
		t.read[trialShape{o.Padding, o.Down}] = base
	}
	encoding, decoding := base.Encoder.Layers, base.Decoder.Layers
	if functions {
		as, err := o.torch()
		if err != nil {
			return nil, nil, err
		}
		encoding = filled(encoding, as.Activation, as.Activation, as.Code)
		decoding = filled(decoding, as.Dense, as.Activation, as.Output)
	}
	input, output := o.Pixels, cmp.Or(o.OutputPixels, o.Pixels)
	if cmp.Or(input, OwnPixels) != OwnPixels {
		encoding = slices.Concat([]nn.Layer{input.rescaling()}, encoding)
	}
	if cmp.Or(output, OwnPixels) != OwnPixels {
		decoding = slices.Concat(decoding, []nn.Layer{output.back()})
	}
	if encoder, err = like(base.Encoder, encoding); err != nil {
		return nil, nil, err
	}
	decoder, err = like(base.Decoder, decoding)
	return encoder, decoder, err
}

// like returns a network of layers with the weights of another.
func like(n *nn.Network, layers []nn.Layer) (*nn.Network, error) {
	out, err := nn.New(n.Name, n.Input, layers...)
	if err != nil {
		return nil, err
	}
	copy(out.Weights(), n.Weights())
	out.Pack()
	return out, nil
}

// filled returns layers with functions in their slots: in the first, in those between, and in that of the last layer with weights.
func filled(layers []nn.Layer, first, between, last nn.Activation) []nn.Layer {
	out := slices.Clone(layers)
	var slots []int
	end := 0 // the last layer with weights
	for i, l := range out {
		switch l := l.(type) {
		case nn.Conv2D:
			end = i
			if l.Activation == slot {
				slots = append(slots, i)
			}
		case nn.Conv2DTranspose:
			end = i
			if l.Activation == slot {
				slots = append(slots, i)
			}
		case nn.Dense:
			end = i
			if l.Activation == slot {
				slots = append(slots, i)
			}
		case nn.Activate:
			if l.Function == slot {
				slots = append(slots, i)
			}
		}
	}
	for k, i := range slots {
		a := between
		switch {
		case k == len(slots)-1 && i >= end:
			a = last
		case k == 0:
			a = first
		}
		switch l := out[i].(type) {
		case nn.Conv2D:
			l.Activation = a
			out[i] = l
		case nn.Conv2DTranspose:
			l.Activation = a
			out[i] = l
		case nn.Dense:
			l.Activation = a
			out[i] = l
		case nn.Activate:
			out[i] = nn.Activate{Function: a}
		}
	}
	return out
}

// on sets the faces.
func (t *trials) on(x []float32) { t.x, t.codes = x, map[string][]float32{} }

// layersOf returns what tells networks of the same weights apart.
func layersOf(n *nn.Network) string { return fmt.Sprintf("%+v", n.LayerTable()) }

// mse returns the mean squared error of an autoencoder's reconstructions of the faces; infinity where one is no number.
func (t *trials) mse(ctx context.Context, encoder, decoder *nn.Network) (float64, error) {
	size := encoder.Input.Size()
	key := layersOf(encoder)
	codes := t.codes[key]
	if codes == nil {
		var err error
		if codes, err = encoder.Predict(ctx, t.x); err != nil {
			return 0, err
		}
		t.codes[key] = codes
	}
	n, sum := len(t.x)/size, 0.0
	y, err := decoder.Predict(ctx, codes)
	if err != nil {
		return 0, err
	}
	if len(y) != n*size {
		return 0, fmt.Errorf("a decoder gave %d numbers, expected %d", len(y), n*size)
	}
	for i, v := range y {
		d := float64(v) - float64(t.x[i])
		sum += d * d
	}
	if mse := sum / float64(len(y)); !math.IsNaN(mse) {
		return mse, nil
	}
	return math.Inf(1), nil
}
