package nn

import (
	"context"

	"likeness/parallel"
)

// Predict runs the network on len(x)/Input.Size() images, one behind the other, and
// returns their outputs in the same order. It runs on parallel.Threads(ctx) threads and
// returns the same bits for any number of them. When ctx ends, it returns ctx's error.
// It panics when x is not a whole number of images.
func (n *Network) Predict(ctx context.Context, x []float32) ([]float32, error) {
	in, out := n.Input.Size(), n.Output().Size()
	if len(x)%in != 0 {
		panic("nn: Predict: input is not a whole number of images")
	}
	images := len(x) / in
	y := make([]float32, images*out)
	err := n.eachShard(ctx, images, false, func(p shardPass, first, count int, ws *workspace) {
		for i := range count {
			copy(p.input().data.image(i), x[(first+i)*in:])
		}
		p.forward(count, ws, nil)
		for i := range count {
			copy(y[(first+i)*out:], p.output().data.image(i))
		}
	})
	if err != nil {
		return nil, err
	}
	return y, nil
}

// eachShard calls work for shards of up to ShardImages images. The pass and the workspace
// belong to the thread that the call runs on; the pass has slopes where they are wanted.
func (n *Network) eachShard(ctx context.Context, images int, slopes bool, work func(p shardPass, first, count int, ws *workspace)) error {
	n.freshen()
	shards := (images + ShardImages - 1) / ShardImages
	return parallel.Workers(ctx, shards, 1, func(next func() (int, bool)) {
		var pass shardPass
		var ws workspace
		for s, ok := next(); ok; s, ok = next() {
			if pass.values == nil {
				pass = newPass(n.ops, n.Input, ShardImages, slopes, slopes).shards[0]
			}
			first := s * ShardImages
			work(pass, first, min(ShardImages, images-first), &ws)
		}
	})
}
