package nn

// compiled is an op in its place: it takes the values behind op from-1, or the
// network's input where from is 0, to those behind it. Where it stands for
// several layers its time is the first one's.
type compiled struct {
	op
	layer  int
	from   int
	other  int // the second values that an addOp reads
	out    Shape
	bias   int        // the number of its biases
	pools  bool       // keeps winners
	framed int        // size of a framed input, for those that want one
	tiled  *tiledConv // the op itself, or what it is made of; or nil
}

// compiler makes ops of layers.
type compiler struct {
	nodes     []node
	precision Precision
	tiled     bool // make products in tiles of bf16 where they can be
	ops       []compiled
	next      int // the node that comes next
}

// compile plans the layers. Those that only look at the same values
// differently need no op, and a pooling right behind a convolution becomes part
// of it (see pooledConv).
func (n *Network) compile(precision Precision, tiled bool) []compiled {
	c := &compiler{nodes: n.nodes, precision: precision, tiled: tiled}
	c.sequence(n.Layers, 0)
	return c.ops
}

// sequence compiles layers that read the given values and says which hold what
// they give.
func (c *compiler) sequence(layers []Layer, from int) int {
	for i := 0; i < len(layers); i++ {
		if r, ok := layers[i].(Residual); ok {
			from = c.residual(r, from)
			continue
		}
		at := c.next
		node := c.nodes[at]
		c.next++
		o := node.plan(node.in, node.owned, c.precision)
		if o == nil {
			continue
		}
		p := compiled{op: o, layer: at, from: from, out: node.out}
		if k := len(node.owned); k > 0 {
			p.bias = len(node.owned[k-1].Value)
		}
		conv, ok := o.(*convOp)
		if ok && c.tiled && conv.tiles() {
			p.tiled = newTiledConv(conv)
			p.op = p.tiled
		}
		if ok && i+1 < len(layers) {
			if _, pool := layers[i+1].(MaxPooling2D); pool && conv.canPool() && even(node.out) {
				pooled := newPooledConv(conv, p.tiled)
				p.op, p.out, p.pools, p.framed = pooled, c.nodes[c.next].out, true, pooled.framedSize()
				i++
				c.next++
			}
		}
		switch o.(type) {
		case poolOp, oddPoolOp:
			p.pools = true
		}
		from = c.add(p)
	}
	return from
}

// residual compiles the two ways, the shortcut last.
func (c *compiler) residual(r Residual, from int) int {
	fork := c.add(compiled{op: forkOp{}, layer: c.next, from: from, out: c.shape(from)})
	main := c.sequence(r.Layers, fork)
	other := c.sequence(r.Shortcut, from)
	at := c.next
	c.next++
	return c.add(compiled{op: addOp{}, layer: at, from: main, other: other, out: c.nodes[at].out})
}

// add appends an op and says where its values are.
func (c *compiler) add(o compiled) int {
	c.ops = append(c.ops, o)
	return len(c.ops)
}

// shape is that of some values; a network begins with its first node's input.
func (c *compiler) shape(value int) Shape {
	if value == 0 {
		return c.nodes[0].in
	}
	return c.ops[value-1].out
}

// sloped says of the input and of what lies behind each op whether a gradient
// is computed there: of the input only where somebody asks for it.
func sloped(ops []compiled, inputGradient bool) []bool {
	list := []bool{inputGradient}
	for _, o := range ops {
		_, fork := o.op.(forkOp)
		list = append(list, !fork || list[o.from])
	}
	return list
}
