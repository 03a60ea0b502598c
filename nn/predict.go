package nn

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Predict runs the network on len(x)/Input.Size() images that lie one behind
// the other and returns their outputs the same way. It uses all processors and
// gives the same bits whatever their number.
func (n *Network) Predict(x []float32) []float32 {
	in, out := n.Input.Size(), n.Output().Size()
	if len(x)%in != 0 {
		panic("nn: Predict: input is not a whole number of images")
	}
	images := len(x) / in
	y := make([]float32, images*out)
	n.eachShard(images, false, func(p shardPass, first, count int, ws *workspace) {
		for i := range count {
			copy(p.input().data.image(i), x[(first+i)*in:])
		}
		p.forward(count, ws, nil)
		for i := range count {
			copy(y[(first+i)*out:], p.output().data.image(i))
		}
	})
	return y
}

// eachShard calls work for images in shards of up to ShardImages, with memory of
// the thread that it runs on, which has slopes where they are wanted.
func (n *Network) eachShard(images int, slopes bool, work func(p shardPass, first, count int, ws *workspace)) {
	n.freshen()
	shards := (images + ShardImages - 1) / ShardImages
	threads := runtime.GOMAXPROCS(0)
	passes, spaces := make([]shardPass, threads), make([]workspace, threads)
	parallel(threads, shards, func(thread, s int) {
		if passes[thread].values == nil {
			passes[thread] = newPass(n.ops, n.Input, ShardImages, slopes, slopes).shards[0]
		}
		first := s * ShardImages
		work(passes[thread], first, min(ShardImages, images-first), &spaces[thread])
	})
}

// parallel calls work for i from 0 to count-1 on up to the given number of
// threads; thread says which of them it is.
func parallel(threads, count int, work func(thread, i int)) {
	threads = min(threads, count)
	var next atomic.Int64
	loop := func(thread int) {
		for {
			i := int(next.Add(1)) - 1
			if i >= count {
				return
			}
			work(thread, i)
		}
	}
	var wg sync.WaitGroup
	for thread := 1; thread < threads; thread++ {
		wg.Go(func() { loop(thread) })
	}
	loop(0)
	wg.Wait()
}
