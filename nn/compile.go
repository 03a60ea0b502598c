package nn

// compiled is an op in its place: it takes the values before it to those
// behind it. Where it stands for several layers its time is the first one's.
type compiled struct {
	op
	layer   int
	in, out Shape
	bias    int  // the number of its biases
	pools   bool // keeps winners
	framed  int  // size of a framed input, for those that want one
}

// compile plans the layers. Those that only look at the same values
// differently need no op, and a pooling right behind a convolution becomes part
// of it (see pooledConv).
func (n *Network) compile(precision Precision) []compiled {
	var ops []compiled
	for i := 0; i < len(n.Layers); i++ {
		o := n.Layers[i].plan(n.in(i), n.owned[i], precision)
		if o == nil {
			continue
		}
		c := compiled{op: o, layer: i, in: n.in(i), out: n.shapes[i]}
		if k := len(n.owned[i]); k > 0 {
			c.bias = len(n.owned[i][k-1].Value)
		}
		conv, ok := o.(*convOp)
		if ok && i+1 < len(n.Layers) {
			if _, pool := n.Layers[i+1].(MaxPooling2D); pool && conv.canPool() {
				p := newPooledConv(conv)
				c.op, c.out, c.pools, c.framed = p, n.shapes[i+1], true, p.framedSize()
				i++
			}
		}
		if _, pool := o.(poolOp); pool {
			c.pools = true
		}
		ops = append(ops, c)
	}
	return ops
}
