package nn

import (
	"time"

	"likeness/internal/kernel"
)

// Profile takes a Step's steps with a clock in hand and says where the time
// goes, layer by layer. Its steps end in the same bits as the Step's own.
type Profile struct {
	// Images is the number of images trained on so far.
	Images int
	// Layers are those of all networks, one behind the other.
	Layers []LayerProfile
	// Loss is the time for the loss, its gradient, and copies between the
	// networks, summed over all threads.
	Loss time.Duration
	// Update is the time for summing up gradients, Adamax and packing the
	// weights anew, by the clock on the wall: all threads work on it together.
	Update time.Duration
	// Wall is the time of whole steps.
	Wall time.Duration

	step   *Step
	clocks []clock // one per shard
}

// LayerProfile is what one layer had to do and how long it took.
type LayerProfile struct {
	Network           string // such as "encoder"
	Name              string // such as "conv2d_1"
	Kind              string
	Output            Shape
	Forward, Backward Work
}

// Work is what a layer does in one direction.
type Work struct {
	// FLOP is the number of floating-point operations for one image, two for
	// each multiply-add of the layer's products, counted as the mathematics
	// has them: without those that 'same' padding multiplies by zero, but with
	// those that only meet zeros behind a max pooling's gradient. So a layer
	// that makes use of such zeros may seem to do more than the processor can.
	// Bias, activation and pooling count nothing.
	FLOP int64
	// Time is summed over all threads.
	Time time.Duration
}

// clock keeps the times of one shard.
type clock struct {
	forward, backward [][]time.Duration // by network and layer
	loss              time.Duration
}

// NewProfile profiles s, which may go on without it at any time.
func NewProfile(s *Step) *Profile {
	p := &Profile{step: s}
	for k, n := range s.nets {
		for i, l := range n.Layers {
			flop := 2 * multiplyAdds(l, n.in(i))
			row := LayerProfile{
				Network: n.Name, Name: n.names[i], Kind: l.Kind(), Output: n.shapes[i],
				Forward:  Work{FLOP: flop},
				Backward: Work{FLOP: 2 * flop}, // gradients of the weights and of the input
			}
			if s.shards[0].passes[k].slope[i].data == nil {
				row.Backward.FLOP = flop // nobody asks for the input's
			}
			p.Layers = append(p.Layers, row)
		}
	}
	p.clocks = make([]clock, len(s.shards))
	for i := range p.clocks {
		for _, n := range s.nets {
			p.clocks[i].forward = append(p.clocks[i].forward, make([]time.Duration, len(n.Layers)))
			p.clocks[i].backward = append(p.clocks[i].backward, make([]time.Duration, len(n.Layers)))
		}
	}
	return p
}

// FLOP is the number of operations that forward and training take for one
// image, over all layers.
func (p *Profile) FLOP() (forward, training int64) {
	for _, l := range p.Layers {
		forward += l.Forward.FLOP
		training += l.Forward.FLOP + l.Backward.FLOP
	}
	return forward, training
}

// Reset sets all times and Images to zero.
func (p *Profile) Reset() {
	p.Images, p.Loss, p.Update, p.Wall = 0, 0, 0, 0
	for i := range p.Layers {
		p.Layers[i].Forward.Time, p.Layers[i].Backward.Time = 0, 0
	}
}

// Do is Step.Do with a clock in hand: it trains on one batch, whose size must
// be a whole number of images and no more than planned.
func (p *Profile) Do(x, target []float32, rate float64) float64 {
	s := p.step
	start := time.Now()
	in, out := s.nets[0].Input.Size(), s.nets[len(s.nets)-1].Output().Size()
	images := len(x) / in
	if images == 0 || len(x) != images*in || len(target) != images*out || images > len(s.shards)*ShardImages {
		panic("nn: Profile: batch and target are not whole and equally many images, or more than planned")
	}
	used := s.shards[:(images+ShardImages-1)/ShardImages]
	scale := float32(2 / float64(len(target)))
	parallel(s.threads, len(used), func() func(int) {
		return func(i int) {
			first := i * ShardImages
			last := min(first+ShardImages, images)
			used[i].runTimed(x[first*in:last*in], target[first*out:last*out], scale, &p.clocks[i])
		}
	})
	sum := 0.0
	for _, sh := range used {
		sum += sh.error
	}
	update := time.Now()
	s.update(used, rate)
	end := time.Now()
	p.Update += end.Sub(update)
	p.Wall += end.Sub(start)
	p.Images += images
	p.add(len(used))
	return sum / float64(len(target))
}

// add takes the times of the first shards over.
func (p *Profile) add(shards int) {
	for i := range shards {
		c, row := &p.clocks[i], 0
		for k := range c.forward {
			for l := range c.forward[k] {
				p.Layers[row].Forward.Time += c.forward[k][l]
				p.Layers[row].Backward.Time += c.backward[k][l]
				row++
			}
		}
		p.Loss += c.loss
	}
}

// runTimed is run, layer by layer.
func (s *shard) runTimed(x, target []float32, scale float32, c *clock) {
	last := time.Now()
	lap := func() time.Duration {
		now := time.Now()
		d := now.Sub(last)
		last = now
		return d
	}
	first := s.passes[0].input()
	n := len(x) / first.size
	for i := range n {
		copy(first.image(i), x[i*first.size:])
	}
	c.loss = lap()
	for k, p := range s.passes {
		if k > 0 {
			copyImages(n, p.input(), s.passes[k-1].output())
			c.loss += lap()
		}
		for i, o := range p.net.ops {
			if o != nil {
				o.forward(n, p.values[i], p.values[i+1], p.winners[i])
			}
			c.forward[k][i] = lap()
		}
	}
	end := s.passes[len(s.passes)-1]
	y, dy := end.output(), end.slope[len(end.slope)-1]
	s.error = 0
	for i := range n {
		s.error += kernel.MSEGrad(dy.image(i), y.image(i), target[i*y.size:][:y.size], scale)
	}
	c.loss += lap()
	for k := len(s.passes) - 1; k >= 0; k-- {
		p := s.passes[k]
		for i := len(p.net.ops) - 1; i >= 0; i-- {
			if o := p.net.ops[i]; o != nil {
				o.backward(n, p.values[i], p.values[i+1], p.slope[i+1], p.slope[i], p.winners[i], p.grads[i])
			}
			c.backward[k][i] = lap()
		}
		if k > 0 {
			q := s.passes[k-1]
			copyImages(n, q.slope[len(q.slope)-1], p.slope[0])
			c.loss += lap()
		}
	}
}

// multiplyAdds counts those of a layer's product for one image. A
// convolution's three products, forward and the two gradients, pair the same
// pixels with the same taps, so they all cost the same.
func multiplyAdds(l Layer, in Shape) int64 {
	switch l := l.(type) {
	case Dense:
		return int64(in.Size()) * int64(l.Units)
	case Conv2D:
		out, _ := l.Output(in)
		return geometry{kernel: l.Kernel, stride: l.stride(), big: in, small: out}.multiplyAdds()
	case Conv2DTranspose:
		out, _ := l.Output(in)
		return geometry{kernel: l.Kernel, stride: l.stride(), big: out, small: in}.multiplyAdds()
	}
	return 0
}

// multiplyAdds counts the pairs of a small picture's pixel and a tap that lies
// inside the big picture, each a product of all channels with all channels.
func (g geometry) multiplyAdds() int64 {
	taps := func(dim int) int64 {
		n := 0
		for _, s := range g.spans(dim) {
			n += s.count
		}
		return int64(n)
	}
	return taps(0) * taps(1) * int64(g.big[2]) * int64(g.small[2])
}
