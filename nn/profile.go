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
	// Update is the time for Adamax and packing the weights anew, summed over
	// all threads.
	Update time.Duration
	// Wall is the time of whole steps.
	Wall time.Duration

	step   *Step
	clocks []*clock // one per thread
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

// clock keeps the times of one thread. A nil clock keeps none.
type clock struct {
	nets         []layerClock
	loss, update time.Duration
	last         time.Time
}

// layerClock books the time of one network's layers.
type layerClock struct {
	clock                       *clock
	forwardTimes, backwardTimes []time.Duration
}

// start begins to measure.
func (c *clock) start() {
	if c != nil {
		c.last = time.Now()
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

// updated books what was done since the last gradient.
func (c *clock) updated() {
	if c != nil {
		c.update += c.lap()
	}
}

// of is the clock of network k.
func (c *clock) of(k int) *layerClock {
	if c == nil {
		return nil
	}
	return &c.nets[k]
}

// forward books the time of a layer on the way forward.
func (c *layerClock) forward(layer int) {
	if c != nil {
		c.forwardTimes[layer] += c.clock.lap()
	}
}

// backward is forward on the way back.
func (c *layerClock) backward(layer int) {
	if c != nil {
		c.backwardTimes[layer] += c.clock.lap()
	}
}

// NewProfile profiles s, which may go on without it at any time.
func NewProfile(s *Step) *Profile {
	p := &Profile{step: s}
	for k, n := range s.nets {
		first := len(p.Layers)
		for _, l := range n.nodes {
			flop := 2 * multiplyAdds(l.Layer, l.in)
			p.Layers = append(p.Layers, LayerProfile{
				Network: n.Name, Name: l.name, Kind: l.Kind(), Output: l.out,
				Forward:  Work{FLOP: flop},
				Backward: Work{FLOP: 2 * flop}, // gradients of the weights and of the input
			})
		}
		asked := sloped(s.ops[k], k > 0)
		for _, o := range s.ops[k] {
			if !asked[o.from] {
				row := &p.Layers[first+o.layer]
				row.Backward.FLOP = row.Forward.FLOP
			}
		}
	}
	for range s.threads {
		c := &clock{}
		for _, n := range s.nets {
			c.nets = append(c.nets, layerClock{clock: c, forwardTimes: make([]time.Duration, len(n.nodes)), backwardTimes: make([]time.Duration, len(n.nodes))})
		}
		p.clocks = append(p.clocks, c)
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
	mse := p.step.do(x, p.step.squares(x, target, nil), rate, p.clocks) / float64(len(target))
	p.Wall += time.Since(start)
	p.Images += len(x) / p.step.nets[0].Input.Size()
	for _, c := range p.clocks {
		p.take(c)
	}
	return mse
}

// take moves a thread's times over.
func (p *Profile) take(c *clock) {
	row := 0
	for _, n := range c.nets {
		for i := range n.forwardTimes {
			p.Layers[row].Forward.Time += n.forwardTimes[i]
			p.Layers[row].Backward.Time += n.backwardTimes[i]
			row++
		}
		clear(n.forwardTimes)
		clear(n.backwardTimes)
	}
	p.Loss += c.loss
	p.Update += c.update
	c.loss, c.update = 0, 0
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
