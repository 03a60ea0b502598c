package nn

// pass is the working memory of one network for a whole batch: the values
// before the first op and behind every op. Shards are parts of it.
type pass struct {
	net    *Network
	values []values
	shards []shardPass
}

// shardPass is a pass's values for one shard.
type shardPass struct {
	net    *Network
	values []values
}

// newPass plans the memory for a number of images. The gradient of the input
// is planned only when some network before this one needs it.
func newPass(net *Network, images int, training, inputGradient bool) *pass {
	p := &pass{net: net, values: []values{{data: newBuffer(images, net.Input.Size())}}}
	for _, o := range net.ops {
		v := values{data: newBuffer(images, o.out.Size())}
		if o.pools {
			v.winner = make([]uint8, len(v.data.data))
		}
		p.values = append(p.values, v)
	}
	if training {
		for i := range p.values {
			if v := &p.values[i]; i > 0 || inputGradient {
				v.slope = newBuffer(images, v.data.size)
			}
			if i < len(net.ops) && net.ops[i].framed > 0 {
				p.values[i].framed = newBuffer(images, net.ops[i].framed)
			}
		}
	}
	for first := 0; first < images; first += ShardImages {
		n := min(ShardImages, images-first)
		s := shardPass{net: net}
		for i, v := range p.values {
			part := v.shard(first, n)
			if training && i > 0 {
				part.bias = make([]float32, net.ops[i-1].bias)
			}
			s.values = append(s.values, part)
		}
		p.shards = append(p.shards, s)
	}
	return p
}

func (s shardPass) input() values  { return s.values[0] }
func (s shardPass) output() values { return s.values[len(s.values)-1] }

// forward runs all ops on the n images in input(), and tells c, which may be
// nil, when a layer is done.
func (s shardPass) forward(n int, ws *workspace, c *layerClock) {
	for i, o := range s.net.ops {
		o.forward(n, s.values[i], s.values[i+1], ws)
		c.forward(o.layer)
	}
}

// backward runs all ops back from the gradient in the output's slope and
// leaves the gradient of the input in its slope.
func (s shardPass) backward(n int, ws *workspace, c *layerClock) {
	for i := len(s.net.ops) - 1; i >= 0; i-- {
		o := s.net.ops[i]
		o.backward(n, s.values[i], s.values[i+1], ws)
		c.backward(o.layer)
	}
}
