package nn

import (
	"runtime"

	"likeness/internal/kernel"
)

// Step trains networks that follow each other, such as an encoder and its
// decoder, by mean squared error and Adamax. All memory is planned when it is
// made. A batch is cut into shards of ShardImages images, whose gradients are
// summed in shard order, so the result does not depend on the threads.
type Step struct {
	Optimizer Adamax

	nets    []*Network
	states  []*OptimizerState
	shards  []*shard
	threads int
}

// shard is the working memory of all networks for one shard of the batch.
type shard struct {
	passes []*pass
	error  float64 // sum of squared errors of the last step
}

// NewStep plans steps of up to batch images on the given number of threads (0:
// all processors). It panics when the networks do not fit onto each other.
func NewStep(batch, threads int, nets ...*Network) *Step {
	if threads <= 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	s := &Step{Optimizer: DefaultAdamax, nets: nets, threads: threads}
	for range (batch + ShardImages - 1) / ShardImages {
		sh := &shard{}
		for i, n := range nets {
			sh.passes = append(sh.passes, newPass(n, true, i > 0))
			if i > 0 && nets[i-1].Output().Size() != n.Input.Size() {
				panic("nn: NewStep: networks do not fit onto each other")
			}
		}
		s.shards = append(s.shards, sh)
	}
	for _, n := range nets {
		s.states = append(s.states, &OptimizerState{M: make([]float32, len(n.slab)), U: make([]float32, len(n.slab))})
	}
	return s
}

// State is the optimiser's memory of each network, for checkpoints.
func (s *Step) State() []*OptimizerState { return s.states }

// Do trains on one batch: x goes through the networks, the result is compared
// with target, and the weights move by the given learning rate. Both are
// images one behind the other. It returns the mean squared error before the
// move.
func (s *Step) Do(x, target []float32, rate float64) float64 {
	used, mse := s.gradients(x, target, nil)
	s.update(used, rate)
	return mse
}

// gradients leaves each shard's gradients in it and returns the shards that
// were needed, with the mean squared error. clocks, one per shard, are told the
// time of every layer; nil measures nothing.
func (s *Step) gradients(x, target []float32, clocks []clock) ([]*shard, float64) {
	in, out := s.nets[0].Input.Size(), s.nets[len(s.nets)-1].Output().Size()
	images := len(x) / in
	if images == 0 || len(x) != images*in || len(target) != images*out {
		panic("nn: Step: batch and target are not whole and equally many images")
	}
	if images > len(s.shards)*ShardImages {
		panic("nn: Step: more images than planned")
	}
	used := s.shards[:(images+ShardImages-1)/ShardImages]
	scale := float32(2 / float64(len(target)))
	parallel(s.threads, len(used), func() func(int) {
		return func(i int) {
			first := i * ShardImages
			last := min(first+ShardImages, images)
			var c *clock
			if clocks != nil {
				c = &clocks[i]
			}
			used[i].run(x[first*in:last*in], target[first*out:last*out], scale, c)
		}
	})
	sum := 0.0
	for _, sh := range used {
		sum += sh.error
	}
	return used, sum / float64(len(target))
}

// run goes forward and backward through all networks with the shard's images,
// by a clock that may be nil.
func (s *shard) run(x, target []float32, scale float32, c *clock) {
	c.start()
	first := s.passes[0].input()
	n := len(x) / first.size
	for i := range n {
		copy(first.image(i), x[i*first.size:])
	}
	for k, p := range s.passes {
		if k > 0 {
			copyImages(n, p.input(), s.passes[k-1].output())
		}
		c.between()
		p.forward(n, c.forwardOf(k))
	}
	last := s.passes[len(s.passes)-1]
	y, dy := last.output(), last.slope[len(last.slope)-1]
	s.error = 0
	for i := range n {
		s.error += kernel.MSEGrad(dy.image(i), y.image(i), target[i*y.size:][:y.size], scale)
	}
	for k := len(s.passes) - 1; k >= 0; k-- {
		p := s.passes[k]
		c.between()
		p.backward(n, c.backwardOf(k))
		if k > 0 {
			q := s.passes[k-1]
			copyImages(n, q.slope[len(q.slope)-1], p.slope[0])
		}
	}
}

func copyImages(n int, dst, src buffer) {
	for i := range n {
		copy(dst.image(i), src.image(i))
	}
}

// chunk is the number of weights that one task of the update takes: small
// enough to stay in the first cache together with the shards' gradients.
const chunk = 2048

// update sums the shards' gradients into the first shard's, moves the weights
// and packs them anew.
func (s *Step) update(used []*shard, rate float64) {
	for k, net := range s.nets {
		state := s.states[k]
		state.Steps++
		sum := used[0].passes[k].slab
		parallel(s.threads, (len(sum)+chunk-1)/chunk, func() func(int) {
			return func(i int) {
				from, to := i*chunk, min((i+1)*chunk, len(sum))
				for _, sh := range used[1:] {
					kernel.Add(sum[from:to], sh.passes[k].slab[from:to])
				}
				s.Optimizer.update(net.slab, sum, state, from, to, rate)
			}
		})
		parallel(s.threads, len(net.ops), func() func(int) {
			return func(i int) {
				if net.ops[i] != nil {
					net.ops[i].pack()
				}
			}
		})
	}
}
