package faces

// mt19937 is the Mersenne Twister of Matsumoto and Nishimura (1998) with the seeding and the derived draws of
// numpy.random.RandomState, frozen by NumPy since 1.16: the same seed gives the same permutation as there.
type mt19937 struct {
	key [mtN]uint32
	pos int
}

const (
	mtN = 624
	mtM = 397
)

// newMT19937 seeds like RandomState(seed) for an integer seed (init_genrand, not init_by_array).
func newMT19937(seed uint32) *mt19937 {
	r := &mt19937{pos: mtN}
	for i := range r.key {
		r.key[i] = seed
		seed = 1812433253*(seed^seed>>30) + uint32(i) + 1
	}
	return r
}

// generate makes the next 624 words.
func (r *mt19937) generate() {
	for i := range r.key {
		y := r.key[i]&0x80000000 | r.key[(i+1)%mtN]&0x7fffffff
		v := r.key[(i+mtM)%mtN] ^ y>>1
		if y&1 != 0 {
			v ^= 0x9908b0df
		}
		r.key[i] = v
	}
	r.pos = 0
}

// uint32 returns the next tempered word.
func (r *mt19937) uint32() uint32 {
	if r.pos == mtN {
		r.generate()
	}
	y := r.key[r.pos]
	r.pos++
	y ^= y >> 11
	y ^= y << 7 & 0x9d2c5680
	y ^= y << 15 & 0xefc60000
	y ^= y >> 18
	return y
}

// interval returns an integer in [0, limit], by masking and rejection (NumPy's random_interval).
func (r *mt19937) interval(limit uint32) uint32 {
	if limit == 0 {
		return 0
	}
	mask := limit
	for shift := 1; shift < 32; shift *= 2 {
		mask |= mask >> shift
	}
	for {
		if v := r.uint32() & mask; v <= limit {
			return v
		}
	}
}

// permutation returns 0..n-1 shuffled, like RandomState.permutation(n).
func (r *mt19937) permutation(n int) []int {
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
