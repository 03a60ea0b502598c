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
	shards := (images + ShardImages - 1) / ShardImages
	parallel(runtime.GOMAXPROCS(0), shards, func() func(int) {
		p := newPass(n, false, false)
		return func(s int) {
			first := s * ShardImages
			count := min(ShardImages, images-first)
			for i := range count {
				copy(p.input().image(i), x[(first+i)*in:])
			}
			p.forward(count, nil)
			for i := range count {
				copy(y[(first+i)*out:], p.output().image(i))
			}
		}
	})
	return y
}

// parallel calls work for 0 to count-1 from up to the given number of
// goroutines, each with a worker of its own.
func parallel(threads, count int, newWorker func() func(i int)) {
	threads = min(threads, count)
	var next atomic.Int64
	loop := func() {
		work := newWorker()
		for {
			i := int(next.Add(1)) - 1
			if i >= count {
				return
			}
			work(i)
		}
	}
	if threads <= 1 {
		loop()
		return
	}
	var wg sync.WaitGroup
	for range threads {
		wg.Go(loop)
	}
	wg.Wait()
}
