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

	nodes  []node // all layers in the order in which they run
	params []*Param
	slab   []float32
	ops    []compiled

	// A step in another precision than float32 packs the weights for itself.
	packing sync.Mutex // held while the ops are packed
	stale   bool       // the weights have moved since
	version int        // of the weights: counts calls of Pack and steps

	passes   sync.Pool // the memory of Predict, *passMemory
	pictures sync.Pool // the memory of PredictPicture
}

// New checks that the layers fit onto each other and plans them. All weights
// are zero until Init or a copy into Params; call Pack after that.
func New(name string, input Shape, layers ...Layer) (*Network, error) {
	n, err := declare(name, input, layers)
	if err != nil {
		return nil, err
	}
	size := 0
	for _, l := range n.nodes {
		for _, p := range l.params(l.in) {
			size += Shape(p.shape).Size()
		}
	}
	n.slab = make([]float32, size)
	offset := 0
	for i := range n.nodes {
		l := &n.nodes[i]
		for _, s := range l.params(l.in) {
			end := offset + Shape(s.shape).Size()
			l.owned = append(l.owned, &Param{Name: l.name + "/" + s.name, Shape: s.shape, Value: n.slab[offset:end:end], offset: offset})
			offset = end
		}
		n.params = append(n.params, l.owned...)
	}
	n.ops = n.compile(Float32, false)
	return n, nil
}

// declare checks that the layers fit onto each other and names them. It takes no memory
// for weights.
func declare(name string, input Shape, layers []Layer) (*Network, error) {
	n := &Network{Name: name, Input: input, Layers: layers}
	for _, d := range input {
		if d < 1 {
			return nil, fmt.Errorf("%s: input shape %v has no size", name, input)
		}
	}
	shape := input
	for i, l := range layers {
		out, err := l.Output(shape)
		if err != nil {
			return nil, fmt.Errorf("%s, layer %d: %w", name, i+1, err)
		}
		shape = out
	}
	n.list(layers, input)
	n.name()
	return n, nil
}

// node is a layer in its place. A Residual's layers have nodes of their own,
// and the Residual's comes behind them: there the two ways are added.
type node struct {
	Layer
	name    string // such as "conv2d_1"
	in, out Shape
	owned   []*Param
}

// list makes nodes of layers that fit onto each other.
func (n *Network) list(layers []Layer, in Shape) {
	for _, l := range layers {
		if r, ok := l.(Residual); ok {
			n.list(r.Layers, in)
			n.list(r.Shortcut, in)
		}
		out, err := l.Output(in)
		if err != nil {
			panic("nn: a layer changed its mind about a shape")
		}
		n.nodes = append(n.nodes, node{Layer: l, in: in, out: out})
		in = out
	}
}

// name gives the nodes Keras's names, numbered by kind.
func (n *Network) name() {
	count := map[string]int{}
	for i := range n.nodes {
		l := &n.nodes[i]
		kind := l.Kind()
		l.name = kerasNames[kind]
		if k := count[kind]; k > 0 {
			l.name = fmt.Sprintf("%s_%d", l.name, k)
		}
		count[kind]++
	}
}

// Output returns the shape that the last layer gives.
func (n *Network) Output() Shape {
	if len(n.nodes) == 0 {
		return n.Input
	}
	return n.nodes[len(n.nodes)-1].out
}

// Params returns the weights in layer order. Their values may be changed between
// calls of Predict and Step, followed by Pack.
func (n *Network) Params() []*Param { return n.params }

// Weights returns the slab that holds all Params in order.
func (n *Network) Weights() []float32 { return n.slab }

// Init draws the weights: kernels by Glorot's uniform distribution, that is
// within +-sqrt(6/(fan in + fan out)) (Glorot and Bengio 2010), biases and
// the kernels of layers that say Zero are zero, and a BatchNormalization changes little. The same seed gives the same weights on every machine.
func (n *Network) Init(seed uint64) {
	for i, l := range n.nodes {
		specs := l.params(l.in)
		for j, p := range l.owned {
			clear(p.Value)
			fans := specs[j].fanIn + specs[j].fanOut
			if fans == 0 {
				for k := range p.Value {
					if specs[j].one {
						p.Value[k] = 1
					}
				}
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
// were changed from outside; Step calls it.
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
	"Activation":         "activation",
	"Add":                "add",
	"BatchNormalization": "batch_normalization",
	"Conv2D":             "conv2d",
	"Conv2DTranspose":    "conv2d_transpose",
	"Dense":              "dense",
	"Flatten":            "flatten",
	"MaxPooling2D":       "max_pooling2d",
	"Rescaling":          "rescaling",
	"Reshape":            "reshape",
	"UpSampling2D":       "up_sampling2d",
}
