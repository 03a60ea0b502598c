package baseline

import (
	"math/rand/v2"

	"likeness/pix"
)

// testNoise selects the streams of random numbers for the noise of test pictures;
// the training loop draws from other streams.
const testNoise = 1 << 62

// Corrupted returns a corrupted copy of the pictures in x, which lie one behind the
// other. The noise of each follows from the seed and its place alone. Training measures
// denoisers on Corrupted test pictures with the run's seed.
func Corrupted(x []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	return CorruptedFrom(0, x, c, prep, seed)
}

// CorruptedFrom is Corrupted for a piece of a longer list of pictures, in which the
// first of x has the given place.
func CorruptedFrom(place int, x []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	y := append([]float32(nil), x...)
	size := prep.H * prep.W * 3
	for i := range len(x) / size {
		c.Corrupt(y[i*size:(i+1)*size], prep.W, prep.H, rand.New(rand.NewPCG(seed, testNoise+uint64(place+i))))
	}
	return y
}
