package nn

import (
	"cmp"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"likeness/internal/kernel"
)

// Step trains networks that follow each other, such as an encoder and its
// decoder, by mean squared error. All memory is planned when it is made.
//
// A step has two halves, between which the threads meet. In the first, shards
// of ShardImages images go forward and back through all layers. In the second,
// each piece of the weights gets its gradient, one running sum over all images
// of the batch, and moves; Muon's matrices move behind that, when all of their
// pieces have their gradients. No sum depends on the number of threads.
type Step struct {
	adamax    Adamax
	decay     float64
	precision Precision
	nets      []*Network
	ops       [][]compiled // the networks' own, or others in bf16
	versions  []int        // of the weights, as they were packed last
	passes    []*pass
	states    []*OptimizerState
	sizes     []float32 // of this step, by network
	keep      float32   // what decay leaves of a weight in this step
	errors    []float64 // by shard: sum of squared errors, weighted
	pieces    []netPiece
	threads   int
	spaces    []*workspace  // by thread
	muon      *Muon         // nil: there are no matrices
	matrices  []*muonMatrix // that muon moves
}

// netPiece is a piece in its place.
type netPiece struct {
	piece
	net, layer int
	matrix     *muonMatrix // that takes the gradient and moves, nil: each weight moves separately
}

// NewStep plans the steps of networks of which each takes what the one before gives. It
// returns an error for options that do not work and for networks that do not fit.
func NewStep(o Options, nets ...*Network) (*Step, error) {
	return newStep(o, kernel.AMX(), nets...)
}

// newStep is NewStep with a choice whether bf16 is multiplied in tiles, which works
// everywhere.
func newStep(o Options, tiled bool, nets ...*Network) (*Step, error) {
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	if o.Optimizer == nil {
		o.Optimizer = DefaultAdamax()
	}
	o.Precision = cmp.Or(o.Precision, Float32)
	if err := o.check(); err != nil {
		return nil, err
	}
	if len(nets) == 0 {
		return nil, errors.New("a step needs a network")
	}
	s := &Step{precision: o.Precision, decay: o.Decay, nets: nets, threads: o.Threads}
	s.adamax, s.muon = o.Optimizer.parts()
	for k, n := range nets {
		if k > 0 && nets[k-1].Output().Size() != n.Input.Size() {
			return nil, fmt.Errorf("%s takes %v, but %s gives %v", n.Name, n.Input, nets[k-1].Name, nets[k-1].Output())
		}
		ops := n.ops
		if o.Precision == BF16 {
			ops = n.compile(o.Precision, tiled)
		}
		s.ops, s.versions = append(s.ops, ops), append(s.versions, -1)
		p := newPass(ops, n.Input, o.Batch, true, k > 0)
		s.passes = append(s.passes, p)
		s.states = append(s.states, &OptimizerState{M: make([]float32, len(n.slab)), U: make([]float32, len(n.slab))})
		for i, c := range ops {
			shards := make([]values, len(p.shards))
			for j := range shards {
				shards[j] = p.shards[j].values[i+1]
			}
			for _, q := range c.pieces(p.values[c.from], p.values[i+1], shards) {
				s.pieces = append(s.pieces, netPiece{piece: q, net: k, layer: c.layer})
			}
		}
	}
	// The longest first, so that no thread begins one when all others are done.
	slices.SortStableFunc(s.pieces, func(a, b netPiece) int { return cmp.Compare(b.cost, a.cost) })
	s.sizes = make([]float32, len(nets))
	s.errors = make([]float64, (o.Batch+ShardImages-1)/ShardImages)
	for range o.Threads {
		s.spaces = append(s.spaces, &workspace{})
	}
	if s.muon != nil {
		s.planMuon()
	}
	return s, nil
}

// State returns the optimiser's memory of each network, for checkpoints. It is no copy:
// the next step changes it.
func (s *Step) State() []*OptimizerState { return s.states }

// Do trains on one batch: x goes through the networks, the result is compared
// with target, and the weights move by the given learning rate. Both are
// images one behind the other. It returns the mean squared error before the
// move.
func (s *Step) Do(x, target []float32, rate float64) float64 {
	return s.DoWeighted(x, target, nil, rate)
}

// DoWeighted is Do where every image's squared error counts as often as its weight
// says, Keras's sample_weight: the sum of all is divided by the number of values
// still, whatever the weights come to. nil is a weight of 1 for all.
func (s *Step) DoWeighted(x, target, weights []float32, rate float64) float64 {
	return s.do(x, s.squares(x, target, weights), rate, nil) / float64(len(target))
}

// A Loss returns the loss of one image of a batch, whose output is y, and writes its gradient by y into slope, which has
// y's length and unknown content. Images of a batch are asked for from several goroutines at once.
type Loss func(image int, y, slope []float32) float64

// DoLoss trains on one batch by another loss than squared errors: the weights move along the gradients that loss writes,
// summed over the images. It returns the sum of the losses before the move.
func (s *Step) DoLoss(x []float32, loss Loss, rate float64) float64 { return s.do(x, loss, rate, nil) }

// squares returns the mean squared error as a loss.
func (s *Step) squares(x, target, weights []float32) Loss {
	images, out := len(x)/s.nets[0].Input.Size(), s.nets[len(s.nets)-1].Output().Size()
	if len(target) != images*out {
		panic("nn: Step: batch and target are not whole and equally many images")
	}
	if weights != nil && len(weights) != images {
		panic("nn: Step: not one weight for each image")
	}
	values := float64(len(target))
	return func(image int, y, slope []float32) float64 {
		weight := 1.0
		if weights != nil {
			weight = float64(weights[image])
		}
		e := kernel.MSEGrad(slope, y, target[image*out:][:out], float32(weight*(2/values)))
		return float64(weight * e) // the conversion keeps the product from being fused with a sum
	}
}

// do is DoLoss with a clock for each thread; nil measures nothing.
func (s *Step) do(x []float32, loss Loss, rate float64, clocks []*clock) float64 {
	in := s.nets[0].Input.Size()
	images := len(x) / in
	if images == 0 || len(x) != images*in {
		panic("nn: Step: batch is not whole images")
	}
	shards := (images + ShardImages - 1) / ShardImages
	if shards > len(s.errors) {
		panic("nn: Step: more images than planned")
	}
	s.freshen()
	clockOf := func(thread int) *clock {
		if clocks == nil {
			return nil
		}
		return clocks[thread]
	}
	onThreads(s.threads, shards, func(thread, i int) {
		first := i * ShardImages
		last := min(first+ShardImages, images)
		s.errors[i] = s.shard(i, x[first*in:last*in], loss, s.spaces[thread], clockOf(thread))
	})
	s.keep = float32(1 - rate*s.decay)
	for i, state := range s.states {
		state.Steps++
		s.sizes[i] = s.adamax.size(state.Steps, rate)
	}
	onThreads(s.threads, len(s.pieces), func(thread, i int) {
		s.update(s.pieces[i], images, s.spaces[thread], clockOf(thread))
	})
	onThreads(s.threads, len(s.matrices), func(thread, i int) {
		c := clockOf(thread)
		c.start()
		s.move(s.matrices[i], rate)
		c.updated()
	})
	sum := 0.0
	for _, e := range s.errors[:shards] {
		sum += e
	}
	return sum
}

// shard goes forward and back through all networks with one shard's images and
// returns the sum of their losses.
func (s *Step) shard(i int, x []float32, loss Loss, ws *workspace, c *clock) float64 {
	c.start()
	first := s.passes[0].shards[i].input().data
	n := len(x) / first.size
	for j := range n {
		copy(first.image(j), x[j*first.size:])
	}
	for k, p := range s.passes {
		if k > 0 {
			copyImages(n, p.shards[i].input().data, s.passes[k-1].shards[i].output().data)
		}
		c.between()
		p.shards[i].forward(n, ws, c.of(k))
	}
	y := s.passes[len(s.passes)-1].shards[i].output()
	sum := 0.0
	for j := range n {
		sum += loss(i*ShardImages+j, y.data.image(j), y.slope.image(j))
	}
	for k := len(s.passes) - 1; k >= 0; k-- {
		p := s.passes[k].shards[i]
		c.between()
		p.backward(n, ws, c.of(k))
		if k > 0 {
			copyImages(n, s.passes[k-1].shards[i].output().slope, p.input().slope)
		}
	}
	c.between()
	return sum
}

// freshen packs the weights where somebody else has changed them since this
// step packed them, and marks the networks as about to change.
func (s *Step) freshen() {
	for k, n := range s.nets {
		if s.precision != BF16 {
			n.freshen()
		} else {
			if s.versions[k] != n.version {
				packAll(s.ops[k])
			}
			n.stale = true
		}
		n.version++
		s.versions[k] = n.version
	}
}

func copyImages(n int, dst, src buffer) {
	for i := range n {
		copy(dst.image(i), src.image(i))
	}
}

// update computes the gradients of one piece, moves its weights and packs them
// anew, all while they are in the cache. Of a Muon matrix it only keeps the gradient.
func (s *Step) update(p netPiece, images int, ws *workspace, c *clock) {
	c.start()
	g := ws.grads(p.blocks * p.rows * p.cols)
	p.gradient(images, g, ws)
	c.of(p.net).backward(p.layer)
	for b := range p.blocks {
		for r := range p.rows {
			from := p.offset + b*p.blockStride + r*p.stride
			if p.matrix != nil {
				copy(p.matrix.gradient[from-p.matrix.offset:], g[:p.cols])
				g = g[p.cols:]
				continue
			}
			if s.keep != 1 && !p.bias {
				kernel.Scale(s.nets[p.net].slab[from:from+p.cols], s.keep)
			}
			s.adamax.update(s.nets[p.net].slab, s.states[p.net], from, g[:p.cols], s.sizes[p.net])
			g = g[p.cols:]
		}
	}
	if p.pack != nil && p.matrix == nil {
		p.pack()
	}
	c.updated()
}
