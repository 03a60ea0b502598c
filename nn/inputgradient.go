package nn

// InputGradient runs the network on images and holds what comes out against
// targets, both one behind the other as for Predict. It returns the outputs and,
// for every image, the gradient of half of its squared error in the input: the
// input is to move against it. The weights stay. It uses all processors and gives
// the same bits whatever their number; it panics when images and targets are not
// whole and equally many.
func (n *Network) InputGradient(x, target []float32) (y, gradient []float32) {
	in, out := n.Input.Size(), n.Output().Size()
	images := len(x) / in
	if len(x) != images*in || len(target) != images*out {
		panic("nn: InputGradient: inputs and targets are not whole and equally many images")
	}
	y, gradient = make([]float32, images*out), make([]float32, images*in)
	n.eachShard(images, true, func(p shardPass, first, count int, ws *workspace) {
		for i := range count {
			copy(p.input().data.image(i), x[(first+i)*in:])
		}
		p.forward(count, ws, nil)
		for i := range count {
			got, slope, want := p.output().data.image(i), p.output().slope.image(i), target[(first+i)*out:]
			copy(y[(first+i)*out:], got)
			for j, v := range got {
				slope[j] = v - want[j]
			}
		}
		p.backward(count, ws, nil)
		for i := range count {
			copy(gradient[(first+i)*in:], p.input().slope.image(i))
		}
	})
	return y, gradient
}
