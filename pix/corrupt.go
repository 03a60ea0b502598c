package pix

import (
	"fmt"
	"math/rand/v2"
)

// Corruption spoils a picture in place, for the denoiser to mend. x is one
// normalised picture of h*w*3 numbers in [-0.5, 0.5]. The same rng state gives
// the same result on every machine. String names the corruption and its numbers.
type Corruption interface {
	Corrupt(x []float32, w, h int, rng *rand.Rand)
	String() string
}

// Gaussian adds independent normal noise of mean 0 and standard deviation Sigma
// to every number. The sums are not clamped, so they may leave [-0.5, 0.5].
type Gaussian struct {
	Sigma float32
}

func (g Gaussian) Corrupt(x []float32, w, h int, rng *rand.Rand) {
	checkFloats(x, w, h)
	for i := range x {
		// The conversion keeps the product from being fused with the sum.
		x[i] += float32(g.Sigma * float32(rng.NormFloat64()))
	}
}

func (g Gaussian) String() string { return fmt.Sprintf("gaussian(sigma=%g)", g.Sigma) }

// Occlusion covers a picture with black (-0.5) rectangles at random places, all
// of each inside the picture. Each side is drawn evenly from half of Size,
// rounded up, to Size, and is at most the picture's.
type Occlusion struct {
	Count int // how many; 0 means 1
	Size  int // longest side in pixels; 0 means half the picture's shorter side
}

const black = -0.5

func (o Occlusion) Corrupt(x []float32, w, h int, rng *rand.Rand) {
	checkFloats(x, w, h)
	size := o.Size
	if size < 1 {
		size = max(min(w, h)/2, 1)
	}
	for range max(o.Count, 1) {
		bw := min(size-rng.IntN(size/2+1), w)
		bh := min(size-rng.IntN(size/2+1), h)
		x0, y0 := rng.IntN(w-bw+1), rng.IntN(h-bh+1)
		for y := y0; y < y0+bh; y++ {
			row := x[(y*w+x0)*3:][:bw*3]
			for i := range row {
				row[i] = black
			}
		}
	}
}

func (o Occlusion) String() string {
	if o.Size < 1 {
		return fmt.Sprintf("occlusion(count=%d)", max(o.Count, 1))
	}
	return fmt.Sprintf("occlusion(count=%d, size=%d)", max(o.Count, 1), o.Size)
}

func checkFloats(x []float32, w, h int) {
	if w < 1 || h < 1 || len(x) != w*h*3 {
		panic("pix: Corrupt: length is not W*H*3")
	}
}
