// Package runtime runs networks of ONNX models: it compiles a graph, whose shapes it checks, to
// steps on the kernels of this program.
//
// The first dimension of the input is the batch, which is free, whatever the model declares;
// the others are fixed when the graph is compiled. Pictures lie as (H, W, C) inside, weights are
// packed once, batch normalisations and activations go into the products before them.
package runtime

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"likeness/onnx"
	"likeness/parallel"
)

// Options say how a graph is compiled.
type Options struct {
	// Height and Width are the sides of the input picture where the model leaves them free.
	Height, Width int
	// Output names the output to compute, "" the first.
	Output string
	// Memory bounds the bytes that the weights and the values of one thread may take; 0:
	// DefaultMemory.
	Memory int64
}

// DefaultMemory is the bound on memory where Options has none: 2 GiB.
const DefaultMemory = 2 << 30

// shardImages is how many images go through the steps together at most.
const shardImages = 8

// Network is a compiled graph. Any number of goroutines may run it at once.
type Network struct {
	input, output []int // dimensions of one image
	in, out       *storage
	steps         []step
	buffers       plan
	memories      sync.Pool // of *memory
}

// Input returns the dimensions of one input without the batch, as the model declares them.
func (n *Network) Input() []int { return slices.Clone(n.input) }

// Output returns the dimensions of one output without the batch.
func (n *Network) Output() []int { return slices.Clone(n.output) }

// Compile checks a graph and makes it ready to run. Errors name the node.
func Compile(m *onnx.Model, opt Options) (net *Network, err error) {
	if opt.Memory == 0 {
		opt.Memory = DefaultMemory
	}
	c := &compiler{model: m, opt: opt, left: opt.Memory}
	defer func() {
		switch failed := recover().(type) {
		case nil:
		case failure:
			net, err = nil, failed.error
		default:
			panic(failed)
		}
	}()
	return c.compile(), nil
}

// Run computes the output of len(x)/(product of Input) images, one behind the other. It works
// on parallel.Threads(ctx) threads and returns the same bits for any number of them and for any
// batch. When ctx ends, it returns ctx's error.
func (n *Network) Run(ctx context.Context, x []float32) ([]float32, error) {
	in, out := n.in.size, n.out.size
	if len(x)%in != 0 {
		return nil, fmt.Errorf("%d numbers are no whole number of inputs of %v", len(x), n.input)
	}
	images := len(x) / in
	y := make([]float32, images*out)
	if images == 0 {
		return y, ctx.Err()
	}
	threads := parallel.Threads(ctx)
	shard := min(shardImages, (images+threads-1)/threads)
	err := parallel.Workers(ctx, (images+shard-1)/shard, 1, func(next func() (int, bool)) {
		i, ok := next()
		if !ok {
			return
		}
		m, _ := n.memories.Get().(*memory)
		if m == nil {
			m = n.buffers.memory()
		}
		defer n.memories.Put(m)
		for ; ok; i, ok = next() {
			first := i * shard
			count := min(shard, images-first)
			m.input = x[first*in:][:count*in]
			n.buffers.run(n.steps, count, m, func() bool { return ctx.Err() != nil })
			m.first = 0
			n.result(y[first*out:][:count*out], m)
			m.input = nil
		}
	})
	if err != nil {
		return nil, err
	}
	return y, nil
}

// result copies the output of one shard.
func (n *Network) result(y []float32, m *memory) {
	if !n.out.double {
		copy(y, m.single(n.out, len(y)/n.out.size))
		return
	}
	for i, v := range m.double(n.out, len(y)/n.out.size) {
		y[i] = float32(v)
	}
}
