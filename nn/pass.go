package nn

// pass is the working memory of one network for a whole batch: the values
// before the first op and behind every op. Shards are parts of it.
type pass struct {
	values []values
	shards []shardPass
}

// shardPass is a pass's values for one shard.
type shardPass struct {
	ops    []compiled
	values []values
}

// newPass plans the memory for a number of images. The gradient of the input
// is planned only when some network before this one needs it.
func newPass(ops []compiled, input Shape, images int, training, inputGradient bool) *pass {
	p := &pass{values: []values{{data: newBuffer(images, input.Size())}}}
	for _, o := range ops {
		if _, fork := o.op.(forkOp); fork {
			p.values = append(p.values, values{data: p.values[o.from].data})
			continue
		}
		v := values{data: newBuffer(images, o.out.Size())}
		if o.pools {
			v.winner = make([]uint8, len(v.data.data))
		}
		if o.tiled != nil && training {
			shards := (images + ShardImages - 1) / ShardImages
			v.tiledBig, v.tiledSmall = make([]uint16, shards*o.tiled.bigSize()), make([]uint16, shards*o.tiled.smallSize())
		}
		p.values = append(p.values, v)
	}
	if training {
		for i, slope := range sloped(ops, inputGradient) {
			if slope {
				p.values[i].slope = newBuffer(images, p.values[i].data.size)
			}
		}
		for _, o := range ops {
			if o.framed > 0 {
				p.values[o.from].framed = newBuffer(images, o.framed)
			}
		}
	}
	for first := 0; first < images; first += ShardImages {
		n := min(ShardImages, images-first)
		s := shardPass{ops: ops}
		for i, v := range p.values {
			part := v.shard(first, n)
			if training && i > 0 {
				part.bias = make([]float32, ops[i-1].bias)
			}
			s.values = append(s.values, part)
		}
		p.shards = append(p.shards, s)
	}
	return p
}

func (s shardPass) input() values  { return s.values[0] }
func (s shardPass) output() values { return s.values[len(s.values)-1] }

// forward runs all ops on the n images in input(), and reports to c, which may be
// nil, when a layer is done.
func (s shardPass) forward(n int, ws *workspace, c *layerClock) {
	for i, o := range s.ops {
		x, y := s.values[o.from], s.values[i+1]
		if a, ok := o.op.(addOp); ok {
			a.sum(n, x, s.values[o.other], y)
		} else {
			o.forward(n, x, y, ws)
		}
		c.forward(o.layer)
	}
}

// backward runs all ops back from the gradient in the output's slope and
// leaves the gradient of the input in its slope.
func (s shardPass) backward(n int, ws *workspace, c *layerClock) {
	for i := len(s.ops) - 1; i >= 0; i-- {
		o := s.ops[i]
		x, y := s.values[o.from], s.values[i+1]
		if a, ok := o.op.(addOp); ok {
			a.share(n, x, s.values[o.other], y)
		} else {
			o.backward(n, x, y, ws)
		}
		c.backward(o.layer)
	}
}
