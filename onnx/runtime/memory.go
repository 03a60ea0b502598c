package runtime

import "slices"

// storage is where a value of one image lies while the network runs.
type storage struct {
	size     int
	double   bool // numbers of float64
	input    bool // the caller's slice, which is only read
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
	singles, doubles []int // sizes for one image
	scratch          int
}

// memory is what one thread needs to run a network on a shard.
type memory struct {
	input   []float32
	singles [][]float32
	doubles [][]float64
	work    []float32
}

// bytes returns what a memory takes.
func (p *plan) bytes() int64 {
	total := int64(p.scratch) * 4
	for _, n := range p.singles {
		total += int64(n) * 4 * shardImages
	}
	for _, n := range p.doubles {
		total += int64(n) * 8 * shardImages
	}
	return total
}

func (p *plan) memory() *memory {
	m := &memory{work: make([]float32, p.scratch)}
	for _, n := range p.singles {
		m.singles = append(m.singles, make([]float32, n*shardImages))
	}
	for _, n := range p.doubles {
		m.doubles = append(m.doubles, make([]float64, n*shardImages))
	}
	return m
}

// single returns the numbers of n images.
func (m *memory) single(s *storage, n int) []float32 {
	if s.input {
		return m.input[:n*s.size]
	}
	return m.singles[s.buffer][:n*s.size]
}

func (m *memory) double(s *storage, n int) []float64 { return m.doubles[s.buffer][:n*s.size] }

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
	free := map[bool][]int{}
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
			if x := s.reads()[0]; last[x] == i && !x.input && x.double == y.double && x.size == y.size {
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

func (p *plan) release(free map[bool][]int, ended []*storage) {
	for _, s := range ended {
		if !s.input {
			free[s.double] = append(free[s.double], s.buffer)
		}
	}
}

func (p *plan) take(free map[bool][]int, s *storage) int {
	sizes := &p.singles
	if s.double {
		sizes = &p.doubles
	}
	best := -1
	for k, b := range free[s.double] {
		if best < 0 {
			best = k
			continue
		}
		have, other := (*sizes)[b], (*sizes)[free[s.double][best]]
		if have >= s.size && (other < s.size || have < other) || have < s.size && other < s.size && have > other {
			best = k
		}
	}
	if best < 0 {
		*sizes = append(*sizes, s.size)
		return len(*sizes) - 1
	}
	b := free[s.double][best]
	free[s.double] = slices.Delete(free[s.double], best, best+1)
	(*sizes)[b] = max((*sizes)[b], s.size)
	return b
}
