package autoencoder

import (
	"context"
	"runtime"
	"sync"

	"golang.org/x/sync/semaphore"

	"likeness/nn"
	"likeness/parallel"
)

// Gatherer decodes codes for many callers at once. Codes that wait while a pass through
// the decoder is under way go into the next one together, up to nn.ShardImages of them,
// which takes less than half the time of as many passes alone. Nobody waits for others to
// come: a code that comes alone is decoded alone. The pictures have the bits of
// Model.Decode. It is for any number of goroutines and needs no closing.
type Gatherer struct {
	model  *Model
	passes int
	room   *semaphore.Weighted // one for each code that waits
	places int64               // in it

	mu      sync.Mutex
	waiting []*gathered // callers with codes that no pass has taken, each once
	running int         // passes
}

// The codes that wait in a Gatherer are bounded, in number and by the memory of their pictures; more callers wait outside
// of it, without any.
const (
	mostWaiting      = 1024
	mostWaitingBytes = 256 << 20
)

// gathered is one caller's codes.
type gathered struct {
	ctx      context.Context
	codes    []float32
	pictures []float32
	next     int // the first code that no pass has taken
	left     int // codes that are not decoded
	err      error
	done     chan struct{}
}

// NewGatherer returns a gatherer for a model, which runs at most so many passes at a time,
// each on one thread. It fails for a model without a code.
func NewGatherer(m *Model, passes int) (*Gatherer, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	places := int64(min(mostWaiting, max(nn.ShardImages, mostWaitingBytes/(4*m.Values()))))
	return &Gatherer{model: m, passes: max(passes, 1), room: semaphore.NewWeighted(places), places: places}, nil
}

// Decode is Model.Decode. Callers take turns, so that one with many codes does not keep
// the others waiting. When ctx ends it returns at once, and its codes that no pass has
// taken are dropped.
func (g *Gatherer) Decode(ctx context.Context, codes []float32) ([]float32, error) {
	m := g.model
	if len(codes)%m.Code != 0 {
		panic("autoencoder: Decode: not a whole number of codes")
	}
	n := len(codes) / m.Code
	if n == 0 {
		return nil, ctx.Err()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	places := min(int64(n), g.places)
	if err := g.room.Acquire(ctx, places); err != nil {
		return nil, err
	}
	defer g.room.Release(places)
	c := &gathered{ctx: ctx, codes: codes, pictures: make([]float32, n*m.Values()), left: n, done: make(chan struct{})}
	g.mu.Lock()
	g.waiting = append(g.waiting, c)
	for range min((n+nn.ShardImages-1)/nn.ShardImages, g.passes-g.running) {
		g.running++
		go g.run()
	}
	g.mu.Unlock()
	select {
	case <-c.done:
		return c.pictures, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// picked is one code of a pass.
type picked struct {
	of *gathered
	at int
}

// run decodes until no code waits.
func (g *Gatherer) run() {
	ctx := parallel.WithThreads(context.Background(), 1) // others wait too: one caller's end does not stop a pass
	m := g.model
	for {
		runtime.Gosched() // callers who are ready to run come first, and into this pass
		batch := g.pick()
		if batch == nil {
			return
		}
		codes := make([]float32, 0, len(batch)*m.Code)
		for _, p := range batch {
			codes = append(codes, p.of.codes[p.at*m.Code:(p.at+1)*m.Code]...)
		}
		pictures, err := m.Decoder.Predict(ctx, codes)
		g.mu.Lock()
		for i, p := range batch {
			if err != nil {
				p.of.err = err
			} else {
				copy(p.of.pictures[p.at*m.Values():], pictures[i*m.Values():(i+1)*m.Values()])
			}
			if p.of.left--; p.of.left == 0 {
				close(p.of.done)
			}
		}
		g.mu.Unlock()
	}
}

// pick takes up to nn.ShardImages codes, one of each caller in turn. Without any the pass
// ends, and nil is returned.
func (g *Gatherer) pick() []picked {
	g.mu.Lock()
	defer g.mu.Unlock()
	var batch []picked
	for len(batch) < nn.ShardImages && len(g.waiting) > 0 {
		c := g.waiting[0]
		g.waiting = g.waiting[1:]
		if c.ctx.Err() != nil {
			continue
		}
		batch = append(batch, picked{c, c.next})
		if c.next++; c.next*g.model.Code < len(c.codes) {
			g.waiting = append(g.waiting, c)
		}
	}
	if batch == nil {
		g.running--
	}
	return batch
}
