// Package nn has the layers of convolutional autoencoders, declared as Keras
// declares them, and the machinery that runs and trains a sequence of them on
// the processor.
//
// A Network is a list of layers with their weights. Predict runs it on any
// number of images; a Step trains one or several networks that follow each
// other, as an encoder and its decoder do. Activations are float32 in the
// order (N, H, W, C).
package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
)

// Network is a sequence of layers. Its weights lie in one slab, so that an
// optimiser, a checkpoint or a copy sees one array.
type Network struct {
	Name   string
	Input  Shape
	Layers []Layer

	names  []string // one per layer, such as "conv2d_1"
	shapes []Shape  // output of each layer
	params []*Param
	owned  [][]*Param // the same, by layer
	slab   []float32
	ops    []compiled

	// A step in another precision than float32 packs the weights for itself.
	packing sync.Mutex // held while the ops are packed
	stale   bool       // the weights have moved since
	version int        // of the weights: counts calls of Pack and steps
}

// New checks that the layers fit onto each other and plans them. All weights
// are zero until Init or a copy into Params; call Pack after that.
func New(name string, input Shape, layers ...Layer) (*Network, error) {
	n := &Network{Name: name, Input: input, Layers: layers}
	for _, d := range input {
		if d < 1 {
			return nil, fmt.Errorf("%s: input shape %v has no size", name, input)
		}
	}
	count := map[string]int{}
	shape, size := input, 0
	var specs [][]paramSpec
	for i, l := range layers {
		out, err := l.Output(shape)
		if err != nil {
			return nil, fmt.Errorf("%s, layer %d: %w", name, i+1, err)
		}
		layer := kerasNames[l.Kind()]
		if k := count[l.Kind()]; k > 0 {
			layer = fmt.Sprintf("%s_%d", layer, k)
		}
		count[l.Kind()]++
		n.names = append(n.names, layer)
		specs = append(specs, l.params(shape))
		for _, p := range specs[i] {
			size += Shape(p.shape).Size()
		}
		shape = out
		n.shapes = append(n.shapes, out)
	}
	n.slab = make([]float32, size)
	offset := 0
	for i := range layers {
		var owned []*Param
		for _, s := range specs[i] {
			end := offset + Shape(s.shape).Size()
			owned = append(owned, &Param{Name: n.names[i] + "/" + s.name, Shape: s.shape, Value: n.slab[offset:end:end], offset: offset})
			offset = end
		}
		n.params = append(n.params, owned...)
		n.owned = append(n.owned, owned)
	}
	n.ops = n.compile(Float32)
	return n, nil
}

// in is the input shape of layer i.
func (n *Network) in(i int) Shape {
	if i == 0 {
		return n.Input
	}
	return n.shapes[i-1]
}

// Output is the shape that the last layer gives.
func (n *Network) Output() Shape { return n.in(len(n.Layers)) }

// Params are the weights in layer order. Their values may be changed between
// calls of Predict and Step, followed by Pack.
func (n *Network) Params() []*Param { return n.params }

// Weights is the slab that holds all Params in order.
func (n *Network) Weights() []float32 { return n.slab }

// Init draws the weights: kernels by Glorot's uniform distribution, that is
// within +-sqrt(6/(fan in + fan out)) (Glorot and Bengio 2010), biases zero.
// The same seed gives the same weights on every machine.
func (n *Network) Init(seed uint64) {
	for i, l := range n.Layers {
		specs := l.params(n.in(i))
		for j, p := range n.owned[i] {
			clear(p.Value)
			fans := specs[j].fanIn + specs[j].fanOut
			if fans == 0 {
				continue
			}
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			limit := math.Sqrt(6 / float64(fans))
			for k := range p.Value {
				u := 2*rng.Float64() - 1
				p.Value[k] = float32(u * limit)
			}
		}
	}
	n.Pack()
}

// Pack prepares the weights for the kernels. It must be called after weights
// were changed from outside; Step does it by itself.
func (n *Network) Pack() {
	n.packing.Lock()
	defer n.packing.Unlock()
	packAll(n.ops)
	n.stale = false
	n.version++
}

// freshen packs the weights if a step moved them without.
func (n *Network) freshen() {
	n.packing.Lock()
	defer n.packing.Unlock()
	if n.stale {
		packAll(n.ops)
		n.stale = false
	}
}

func packAll(ops []compiled) {
	for _, o := range ops {
		o.pack()
	}
}

// kerasNames are the names that Keras gives to layers of a kind.
var kerasNames = map[string]string{
	"Conv2D":          "conv2d",
	"Conv2DTranspose": "conv2d_transpose",
	"Dense":           "dense",
	"Flatten":         "flatten",
	"MaxPooling2D":    "max_pooling2d",
	"Reshape":         "reshape",
}
