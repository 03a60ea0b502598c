package faces

import "gonum.org/v1/gonum/mathext/prng"

// randomState is numpy.random.RandomState, frozen by NumPy since 1.16: the same seed gives the same permutation as there.
type randomState struct{ *prng.MT19937 }

// newRandomState seeds like RandomState(seed) for an integer seed (init_genrand, not init_by_array).
func newRandomState(seed uint32) randomState {
	r := randomState{prng.NewMT19937()}
	r.Seed(uint64(seed))
	return r
}

// interval returns an integer in [0, limit], by masking and rejection (NumPy's random_interval).
func (r randomState) interval(limit uint32) uint32 {
	if limit == 0 {
		return 0
	}
	mask := limit
	for shift := 1; shift < 32; shift *= 2 {
		mask |= mask >> shift
	}
	for {
		if v := r.Uint32() & mask; v <= limit {
			return v
		}
	}
}

// permutation returns 0..n-1 shuffled, like RandomState.permutation(n).
func (r randomState) permutation(n int) []int {
	p := make([]int, n)
	for i := range p {
		p[i] = i
	}
	for i := n - 1; i > 0; i-- {
		j := r.interval(uint32(i))
		p[i], p[j] = p[j], p[i]
	}
	return p
}
