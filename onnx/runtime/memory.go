package runtime

import "slices"

// storage is where a value of one image lies while the network runs.
type storage struct {
	size     int
	double   bool // numbers of float64
	input    bool // the caller's slice, which is only read
	alone    bool // only one image's lies in memory at a time
	producer int  // the step that writes it, -1 for the input
	buffer   int
}

// step is one piece of work of a compiled network.
type step interface {
	reads() []*storage
	writes() *storage
	run(n int, m *memory)
}

// inPlace is a step that may write where its first operand lies: it reads each number no later
// than it writes that place.
type inPlace interface{ overwrites() bool }

// scratcher is a step that needs memory of its own while it runs, so many numbers.
type scratcher interface{ scratch() int }

// plan says which buffers a network needs.
type plan struct {
	singles, doubles []buffer
	scratch          int
	// front is how many steps are taken by one image after the other: their values are so large that
	// those of a shard would not stay in the caches from step to step.
	front int
}

// buffer is memory for values that do not live at the same time.
type buffer struct {
	size  int // numbers of one image
	alone bool
}

// total is how many numbers it has room for.
func (b buffer) total() int {
	if b.alone {
		return b.size
	}
	return b.size * shardImages
}

// largeValue is the size from which on values are worked at image by image.
const largeValue = 1 << 17

// memory is what one thread needs to run a network on a shard.
type memory struct {
	first   int // the image that is at work in the front, 0 behind it
	input   []float32
	singles [][]float32
	doubles [][]float64
	work    []float32
}

// bytes returns what a memory takes.
func (p *plan) bytes() int64 {
	total := int64(p.scratch) * 4
	for _, b := range p.singles {
		total += int64(b.total()) * 4
	}
	for _, b := range p.doubles {
		total += int64(b.total()) * 8
	}
	return total
}

func (p *plan) memory() *memory {
	m := &memory{work: make([]float32, p.scratch)}
	for _, b := range p.singles {
		m.singles = append(m.singles, make([]float32, b.total()))
	}
	for _, b := range p.doubles {
		m.doubles = append(m.doubles, make([]float64, b.total()))
	}
	return m
}

// single returns the numbers of n images.
func (m *memory) single(s *storage, n int) []float32 {
	switch {
	case s.input:
		return m.input[m.first*s.size:][:n*s.size]
	case s.alone:
		return m.singles[s.buffer][:s.size]
	}
	return m.singles[s.buffer][m.first*s.size:][:n*s.size]
}

func (m *memory) double(s *storage, n int) []float64 {
	if s.alone {
		return m.doubles[s.buffer][:s.size]
	}
	return m.doubles[s.buffer][m.first*s.size:][:n*s.size]
}

// run takes all steps for n images; it ends early when done says so.
func (p *plan) run(steps []step, n int, m *memory, done func() bool) {
	for m.first = range n {
		for _, s := range steps[:p.front] {
			if done() {
				return
			}
			s.run(1, m)
		}
	}
	m.first = 0
	for _, s := range steps[p.front:] {
		if done() {
			return
		}
		s.run(n, m)
	}
}

// newPlan assigns buffers: a value takes the smallest free one that is large enough, else the
// largest free one, which grows.
func newPlan(steps []step, out *storage) plan {
	last := map[*storage]int{out: len(steps)}
	for i, s := range steps {
		for _, r := range s.reads() {
			last[r] = max(last[r], i)
		}
	}
	var p plan
	for i, s := range steps {
		for _, v := range append([]*storage{s.writes()}, s.reads()...) {
			if v.size >= largeValue {
				p.front = i + 1
			}
		}
	}
	for i, s := range steps[:p.front] {
		y := s.writes()
		y.alone = max(last[y], i) < p.front
	}
	free := map[class][]int{}
	ends := make([][]*storage, len(steps)+1)
	for s, i := range last {
		ends[i] = append(ends[i], s)
	}
	for i := range ends { // maps have no order; plans have one
		slices.SortFunc(ends[i], func(a, b *storage) int { return a.producer - b.producer })
	}
	for i, s := range steps {
		y := s.writes()
		if w, ok := s.(scratcher); ok {
			p.scratch = max(p.scratch, w.scratch())
		}
		if o, ok := s.(inPlace); ok && o.overwrites() {
			if x := s.reads()[0]; last[x] == i && !x.input && x.double == y.double && x.alone == y.alone && x.size == y.size {
				y.buffer = x.buffer
				ends[i] = slices.DeleteFunc(ends[i], func(s *storage) bool { return s == x })
				if last[y] == 0 { // nobody reads it
					ends[i] = append(ends[i], y)
				}
				p.release(free, ends[i])
				continue
			}
		}
		y.buffer = p.take(free, y)
		if last[y] == 0 {
			ends[i] = append(ends[i], y)
		}
		p.release(free, ends[i])
	}
	return p
}

// class is what values must have in common to share a buffer.
type class struct{ double, alone bool }

func (s *storage) class() class { return class{s.double, s.alone} }

func (p *plan) release(free map[class][]int, ended []*storage) {
	for _, s := range ended {
		if !s.input {
			free[s.class()] = append(free[s.class()], s.buffer)
		}
	}
}

func (p *plan) take(free map[class][]int, s *storage) int {
	sizes := &p.singles
	if s.double {
		sizes = &p.doubles
	}
	best := -1
	for k, b := range free[s.class()] {
		if best < 0 {
			best = k
			continue
		}
		have, other := (*sizes)[b].size, (*sizes)[free[s.class()][best]].size
		if have >= s.size && (other < s.size || have < other) || have < s.size && other < s.size && have > other {
			best = k
		}
	}
	if best < 0 {
		*sizes = append(*sizes, buffer{s.size, s.alone})
		return len(*sizes) - 1
	}
	b := free[s.class()][best]
	free[s.class()] = slices.Delete(free[s.class()], best, best+1)
	(*sizes)[b].size = max((*sizes)[b].size, s.size)
	return b
}
