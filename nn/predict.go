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
	n.freshen()
	y := make([]float32, images*out)
	shards := (images + ShardImages - 1) / ShardImages
	threads := runtime.GOMAXPROCS(0)
	passes, spaces := make([]shardPass, threads), make([]workspace, threads)
	parallel(threads, shards, func(thread, s int) {
		if passes[thread].values == nil {
			passes[thread] = newPass(n.ops, n.Input, ShardImages, false, false).shards[0]
		}
		p, first := passes[thread], s*ShardImages
		count := min(ShardImages, images-first)
		for i := range count {
			copy(p.input().data.image(i), x[(first+i)*in:])
		}
		p.forward(count, &spaces[thread], nil)
		for i := range count {
			copy(y[(first+i)*out:], p.output().data.image(i))
		}
	})
	return y
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
