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
		s, ok := next()
		if !ok {
			return
		}
		m := n.memory(slopes)
		defer n.keepMemory(m)
		for ; ok; s, ok = next() {
			first := s * ShardImages
			work(m.pass, first, min(ShardImages, images-first), &m.ws)
		}
	})
}

// passMemory is what one thread needs to run a network on a shard.
type passMemory struct {
	pass   shardPass
	ws     workspace
	slopes bool
}

// memory returns memory for a thread. Without slopes it is that of an earlier call where there is one: for a few images
// taking and clearing it costs as much as running a small network.
func (n *Network) memory(slopes bool) *passMemory {
	if !slopes {
		if m, ok := n.passes.Get().(*passMemory); ok {
			return m
		}
	}
	return &passMemory{pass: newPass(n.ops, n.Input, ShardImages, slopes, slopes).shards[0], slopes: slopes}
}

// keepMemory keeps memory for later calls.
func (n *Network) keepMemory(m *passMemory) {
	if !m.slopes {
		n.passes.Put(m)
	}
}
