package drawn

import "math/rand/v2"

// dice draws the numbers that people and photographs are made of. All its
// distributions are bounded, so no parameter can run off into the grotesque.
type dice struct{ *rand.Rand }

// newDice returns an independent stream for each (seed, a, b).
func newDice(seed, a, b uint64) dice {
	return dice{rand.New(rand.NewPCG(mix64(seed^mix64(a+0x9e3779b97f4a7c15)), mix64(seed+mix64(b+0x632be59bd9b4e019))))}
}

// mix64 is the finaliser of SplitMix64: neighbouring inputs, unrelated outputs.
func mix64(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}

// between is uniform in [lo, hi).
func (d dice) between(lo, hi float64) float64 { return lo + float64(d.Float64()*(hi-lo)) }

// bell is roughly normal with the given mean and standard deviation: a sum of
// four uniform numbers, so never further than 3.5 deviations from the mean.
func (d dice) bell(mean, dev float64) float64 {
	s := d.Float64() + d.Float64() + d.Float64() + d.Float64() - 2
	return mean + float64(s*dev)*1.7320508
}

// chance is true with probability p.
func (d dice) chance(p float64) bool { return d.Float64() < p }

// choose returns an index with probability proportional to its weight.
func (d dice) choose(weights ...float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x := d.Float64() * sum
	for i, w := range weights {
		if x < w {
			return i
		}
		x -= w
	}
	return len(weights) - 1
}
