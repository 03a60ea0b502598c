package nn

import "time"

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

// clock keeps the times of one shard. A nil clock keeps none.
type clock struct {
	forward, backward [][]time.Duration // by network and layer
	loss              time.Duration     // between the networks
	last              time.Time
}

// start begins a step.
func (c *clock) start() {
	if c != nil {
		c.loss, c.last = 0, time.Now()
	}
}

// lap is the time since it was asked last.
func (c *clock) lap() time.Duration {
	now := time.Now()
	d := now.Sub(c.last)
	c.last = now
	return d
}

// between books what was done since the last layer, which is no layer's.
func (c *clock) between() {
	if c != nil {
		c.loss += c.lap()
	}
}

// forwardOf books the layers of network k on the way forward.
func (c *clock) forwardOf(k int) func(layer int) {
	if c == nil {
		return nil
	}
	return func(layer int) { c.forward[k][layer] = c.lap() }
}

// backwardOf is forwardOf on the way back.
func (c *clock) backwardOf(k int) func(layer int) {
	if c == nil {
		return nil
	}
	return func(layer int) { c.backward[k][layer] = c.lap() }
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

// Do is Step.Do with a clock in hand.
func (p *Profile) Do(x, target []float32, rate float64) float64 {
	start := time.Now()
	used, mse := p.step.gradients(x, target, p.clocks)
	update := time.Now()
	p.step.update(used, rate)
	end := time.Now()
	p.Update += end.Sub(update)
	p.Wall += end.Sub(start)
	p.Images += len(x) / p.step.nets[0].Input.Size()
	p.add(len(used))
	return mse
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
