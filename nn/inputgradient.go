package nn

import "context"

// InputGradient runs the network on images, one behind the other as for Predict, and
// compares its outputs with targets. It returns the outputs and, for every image, the
// gradient of half of its squared error with respect to the input. The weights do not
// change. It runs on parallel.Threads(ctx) threads and returns the same bits for any
// number of them. When ctx ends, it returns ctx's error. It panics when images and
// targets are not whole and equally many.
func (n *Network) InputGradient(ctx context.Context, x, target []float32) (y, gradient []float32, err error) {
	in, out := n.Input.Size(), n.Output().Size()
	images := len(x) / in
	if len(x) != images*in || len(target) != images*out {
		panic("nn: InputGradient: inputs and targets are not whole and equally many images")
	}
	y, gradient = make([]float32, images*out), make([]float32, images*in)
	err = n.eachShard(ctx, images, true, func(p shardPass, first, count int, ws *workspace) {
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
	if err != nil {
		return nil, nil, err
	}
	return y, gradient, nil
}
