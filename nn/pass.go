package nn

// pass is the working memory of one network for one shard: the values behind
// every layer and, for training, the winners of the pools, two buffers that
// gradients wander through, and the shard's gradient of every weight.
type pass struct {
	net     *Network
	values  []buffer // values[0] is the input, values[i+1] the output of layer i
	winners [][]uint8
	slope   []buffer // gradient of the same values; neighbours share two arrays
	slab    []float32
	grads   [][][]float32 // by layer, parts of slab
}

// newPass plans the memory. The gradient of the input is planned only when
// some network before this one needs it.
func newPass(net *Network, training, inputGradient bool) *pass {
	p := &pass{net: net, values: []buffer{newBuffer(net.Input.Size())}}
	for i, o := range net.ops {
		last := p.values[len(p.values)-1]
		if o != nil {
			last = newBuffer(net.shapes[i].Size())
		}
		p.values = append(p.values, last)
		var w []uint8
		if _, pool := o.(poolOp); pool {
			w = make([]uint8, ShardImages*last.size)
		}
		p.winners = append(p.winners, w)
	}
	if training {
		p.planGradients(inputGradient)
	}
	return p
}

func (p *pass) planGradients(inputGradient bool) {
	p.slab = make([]float32, len(p.net.slab))
	for _, owned := range p.net.owned {
		var g [][]float32
		for _, q := range owned {
			g = append(g, p.slab[q.offset:][:len(q.Value)])
		}
		p.grads = append(p.grads, g)
	}
	// A layer reads its output's gradient and writes its input's: two arrays,
	// each as large as the largest value, take turns.
	largest := 0
	for _, v := range p.values {
		largest = max(largest, len(v.data))
	}
	arrays := [2][]float32{make([]float32, largest), make([]float32, largest)}
	p.slope = make([]buffer, len(p.values))
	turn := 0
	for i := range p.values {
		v := p.values[i]
		if i > 0 && p.net.ops[i-1] == nil {
			p.slope[i] = p.slope[i-1]
			continue
		}
		p.slope[i] = buffer{data: arrays[turn][:len(v.data)], size: v.size, stride: v.stride}
		turn = 1 - turn
	}
	if !inputGradient {
		p.slope[0].data = nil
		for i := 0; i < len(p.net.ops) && p.net.ops[i] == nil; i++ {
			p.slope[i+1].data = nil
		}
	}
}

func (p *pass) input() buffer  { return p.values[0] }
func (p *pass) output() buffer { return p.values[len(p.values)-1] }

// forward runs all layers on the n images in input(). After each layer it
// calls done, unless that is nil.
func (p *pass) forward(n int, done func(layer int)) {
	for i, o := range p.net.ops {
		if o != nil {
			o.forward(n, p.values[i], p.values[i+1], p.winners[i])
		}
		if done != nil {
			done(i)
		}
	}
}

// backward runs all layers back from the gradient in slope[last] and leaves
// the gradient of the input in slope[0]. After each layer it calls done, unless
// that is nil.
func (p *pass) backward(n int, done func(layer int)) {
	for i := len(p.net.ops) - 1; i >= 0; i-- {
		if o := p.net.ops[i]; o != nil {
			o.backward(n, p.values[i], p.values[i+1], p.slope[i+1], p.slope[i], p.winners[i], p.grads[i])
		}
		if done != nil {
			done(i)
		}
	}
}
