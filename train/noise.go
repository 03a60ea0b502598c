package train

import (
	"math/rand/v2"

	"likeness/pix"
)

// Corrupted is a copy of the pictures in x, spoilt by c; each picture's noise
// follows from the seed and its place alone. Do measures denoisers on
// Corrupted test pictures with the run's seed.
func Corrupted(x []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	return CorruptedFrom(0, x, c, prep, seed)
}

// CorruptedFrom is Corrupted for some of many pictures: the first in x has the
// given place among them.
func CorruptedFrom(place int, x []float32, c pix.Corruption, prep pix.Prep, seed uint64) []float32 {
	y := append([]float32(nil), x...)
	size := prep.H * prep.W * 3
	for i := range len(x) / size {
		c.Corrupt(y[i*size:(i+1)*size], prep.W, prep.H, rand.New(rand.NewPCG(seed, testNoise+uint64(place+i))))
	}
	return y
}
