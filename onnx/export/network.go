package export

import (
	"fmt"

	"likeness/nn"
	"likeness/onnx"
)

// pull makes of the gradient behind some layers the gradient before them.
type pull func(gradient *value) *value

// walk adds the layers of a network to a graph, in the order in which nn lists them.
type walk struct {
	*graph
	scope  string // in front of the names of nodes
	net    *nn.Network
	params map[string]*nn.Param
	table  []nn.LayerInfo
	at     int // in table
	slopes bool
}

// network adds a network to the graph. Its nodes have the names of its layers behind scope, its weights those behind
// the network's name: several copies of a network share them. With slopes it returns how the gradient of the input follows from
// that of the output as well, and fails for a layer that it cannot follow it through.
func (g *graph) network(n *nn.Network, scope string, x *value, slopes bool) (*value, pull, error) {
	w := &walk{graph: g, scope: scope, net: n, params: map[string]*nn.Param{}, table: n.LayerTable(), slopes: slopes}
	for _, p := range n.Params() {
		w.params[p.Name] = p
	}
	return w.layers(n.Layers, x)
}

// layers adds layers that follow each other.
func (w *walk) layers(layers []nn.Layer, x *value) (*value, pull, error) {
	var pulls []pull
	for _, l := range layers {
		y, back, err := w.layer(l, x)
		if err != nil {
			return nil, nil, err
		}
		x, pulls = y, append(pulls, back)
	}
	return x, func(gradient *value) *value {
		for i := len(pulls) - 1; i >= 0; i-- {
			gradient = pulls[i](gradient)
		}
		return gradient
	}, nil
}

// next returns the name of the layer that comes next in the table.
func (w *walk) next() string {
	w.at++
	return w.table[w.at-1].Name
}

// layer adds one layer.
func (w *walk) layer(l nn.Layer, x *value) (*value, pull, error) {
	if r, ok := l.(nn.Residual); ok { // its row comes behind those of the two ways
		return w.residual(r, x)
	}
	name := w.next()
	shape, err := l.Output(x.shape)
	if err != nil {
		return nil, nil, fmt.Errorf("layer %q of the %s: %w", name, w.net.Name, err)
	}
	switch l := l.(type) {
	case nn.Dense:
		y, back := w.dense(name, x, shape)
		return w.activated(y, back, name, l.Activation)
	case nn.Conv2D:
		y, back := w.convolution(name, l.Kernel, max(l.Stride, 1), x, shape)
		return w.activated(y, back, name, l.Activation)
	case nn.Conv2DTranspose:
		y, back := w.transposed(name, l.Kernel, max(l.Stride, 1), x, shape)
		return w.activated(y, back, name, l.Activation)
	case nn.MaxPooling2D:
		if w.slopes {
			return nil, nil, w.noGradient(name, l)
		}
		return w.pooling(name, x, shape), nil, nil
	case nn.Activate:
		return w.activated(x, same, name, l.Function)
	case nn.UpSampling2D:
		y, back := w.upsampling(name, l.Size, x, shape)
		return y, back, nil
	case nn.BatchNormalization:
		return w.normalisation(name, x)
	case nn.Rescaling:
		y, back := w.rescaling(name, l, x)
		return y, back, nil
	case nn.Flatten, nn.Reshape:
		from := x.shape
		return w.reshape(x, w.scope+"/"+name, shape), func(g *value) *value {
			return w.reshape(g, w.scope+"/gradient/"+name, from)
		}, nil
	}
	return nil, nil, fmt.Errorf("layer %q of the %s: there is no ONNX graph for layers of kind %s", name, w.net.Name, l.Kind())
}

// same is the pull of what changes nothing.
func same(gradient *value) *value { return gradient }

// noGradient says that a correction cannot be written as a graph.
func (w *walk) noGradient(name string, l nn.Layer) error {
	return fmt.Errorf("layer %q of the %s: codes cannot be corrected in a graph through layers of kind %s", name, w.net.Name, l.Kind())
}

// residual adds the two ways of a sum.
func (w *walk) residual(r nn.Residual, x *value) (*value, pull, error) {
	a, backA, err := w.layers(r.Layers, x)
	if err != nil {
		return nil, nil, err
	}
	b, backB, err := w.layers(r.Shortcut, x)
	if err != nil {
		return nil, nil, err
	}
	name := w.next()
	return w.pair("Add", w.scope+"/"+name, a, b), func(g *value) *value {
		return w.pair("Add", w.scope+"/gradient/"+name, backA(g), backB(g))
	}, nil
}

// kernel returns the name of a layer's weights, in ONNX's order: order[i] is the dimension of likeness's that
// becomes dimension i; none: the same.
func (w *walk) kernel(layer, param string, order ...int) string {
	p := w.params[layer+"/"+param]
	return w.weight(w.net.Name+"/"+p.Name, func(name string) onnx.Tensor {
		values, shape := p.Value, p.Shape
		if order != nil {
			values, shape = nn.Permute(values, shape, order)
		}
		dims := make([]int64, len(shape))
		for i, d := range shape {
			dims[i] = int64(d)
		}
		return onnx.Floats(name, dims, values)
	})
}
