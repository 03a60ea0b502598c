package nn

import (
	"context"

	"likeness/internal/kernel"
)

// Outputs runs the network on one image and returns what every layer gives, in the order
// of LayerTable. A training or Predict runs some layers together and never holds the
// values between them, so each layer runs by itself here: it is for looking at a few
// images. The last output has the bits of Predict's. When ctx ends, it returns ctx's
// error. It panics when x is not one image.
func (n *Network) Outputs(ctx context.Context, x []float32) ([][]float32, error) {
	if len(x) != n.Input.Size() {
		panic("nn: Outputs: input is not one image")
	}
	w := &walk{nodes: n.nodes, outputs: make([][]float32, 0, len(n.nodes))}
	_, err := w.sequence(ctx, n.Layers, x)
	if err != nil {
		return nil, err
	}
	return w.outputs, nil
}

// walk collects outputs in the order of the nodes.
type walk struct {
	nodes   []node
	outputs [][]float32
}

// sequence runs layers behind each other and returns what the last one gives.
func (w *walk) sequence(ctx context.Context, layers []Layer, x []float32) ([]float32, error) {
	for _, l := range layers {
		r, ways := l.(Residual)
		if !ways {
			at := w.nodes[len(w.outputs)]
			one := &Network{Name: at.name, Input: at.in, Layers: []Layer{at.Layer}, nodes: []node{at}}
			one.ops = one.compile(Float32, false)
			one.Pack()
			y, err := one.Predict(ctx, x)
			if err != nil {
				return nil, err
			}
			w.outputs, x = append(w.outputs, y), y
			continue
		}
		y, err := w.sequence(ctx, r.Layers, x)
		if err != nil {
			return nil, err
		}
		other, err := w.sequence(ctx, r.Shortcut, x)
		if err != nil {
			return nil, err
		}
		sum := append([]float32(nil), y...)
		kernel.Add(sum, other)
		w.outputs, x = append(w.outputs, sum), sum
	}
	return x, nil
}
