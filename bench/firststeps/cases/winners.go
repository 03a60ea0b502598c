package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"

	"likeness/autoencoder"
	"likeness/internal/kernel"
	"likeness/nn"
)

// Winners are what the max poolings of a model picked in one step: for each
// pooling, in order, a byte for every output value, (Batch, H/2, W/2, C), that
// says which of the four inputs was largest, as dy*2+dx.
//
// They matter because a maximum is not smooth. Where two of the four differ by
// less than rounding, two correct programs pick different ones and send the
// gradient different ways; Adamax, which looks at a gradient's sign rather
// than its size, then lets the weights drift apart a thousand times faster
// than rounding would. Only as long as the winners are the same can the losses
// be compared to the last digits.
type Winners [][]byte

// Digest names the winners of one step.
func (w Winners) Digest() string {
	h := sha256.New()
	for _, layer := range w {
		h.Write(layer)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// watcher finds the winners by running each convolution that a pooling follows
// as a network of its own. A convolution gives the same bits there as in the
// model, which compares its sums before bias and ELU are applied.
type watcher struct {
	encoder *nn.Network
	convs   []*nn.Network // without bias and ELU
}

func newWatcher(m *autoencoder.Model) (*watcher, error) {
	w := &watcher{encoder: m.Encoder}
	for i, l := range m.Encoder.Layers {
		if _, pool := l.(nn.MaxPooling2D); !pool {
			continue
		}
		sums, ok := m.Encoder.Layers[i-1].(nn.Conv2D)
		if !ok || sums.Activation != nn.ELU {
			return nil, errors.New("a pooling does not follow a convolution with ELU")
		}
		sums.Activation = nn.Linear
		in := m.Encoder.Input
		if len(w.convs) > 0 {
			in = pooled(w.convs[len(w.convs)-1])
		}
		conv, err := nn.New("watched", in, sums)
		if err != nil {
			return nil, err
		}
		w.convs = append(w.convs, conv)
	}
	return w, nil
}

// pooled is the shape of a network's output after pooling.
func pooled(n *nn.Network) nn.Shape {
	s := n.Output()
	return nn.Shape{s[0] / 2, s[1] / 2, s[2]}
}

// winners runs a batch up to the last pooling.
func (w *watcher) winners(x []float32) (Winners, error) {
	var all Winners
	weights := w.encoder.Weights()
	for _, conv := range w.convs {
		weights = weights[copy(conv.Weights(), weights):]
		bias := conv.Params()[1].Value
		own := slices.Clone(bias)
		clear(bias)
		conv.Pack()
		y, err := conv.Predict(context.Background(), x)
		if err != nil {
			return nil, err
		}
		s := conv.Output()
		x = make([]float32, len(y)/4)
		won := make([]byte, len(y)/4)
		for i, size := 0, s.Size(); i*size < len(y); i++ {
			kernel.MaxPool2x2(x[i*size/4:(i+1)*size/4], won[i*size/4:(i+1)*size/4], s[2], y[i*size:(i+1)*size], s[0], s[1], s[2])
		}
		kernel.AddBiasELU(x, own)
		all = append(all, won)
	}
	return all, nil
}
