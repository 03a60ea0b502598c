package pix

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
)

// Corruption corrupts a picture in place, for a denoiser to restore. x is one
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

// Noise is Gaussian with another level for each picture. A share Clean of the
// pictures stays as it is; the square root of the others' sigma is uniform between
// those of Min and Max, 0 < Min <= Max. With levels from 0.01 to 0.55 half of the
// pictures have less than 0.17.
//
// With Middle most levels lie in the middle: the logarithm of sigma is the mean of two
// numbers that are uniform between those of Min and Max, whose density is a triangle.
// From 0.02 to 0.55 half of the pictures have between 0.065 and 0.17.
type Noise struct {
	Min, Max float32
	Clean    float32 // from 0 to 1
	Middle   bool
}

func (n Noise) Corrupt(x []float32, w, h int, rng *rand.Rand) {
	checkFloats(x, w, h)
	clean, place := rng.Float64() < float64(n.Clean), rng.Float64()
	if clean {
		return
	}
	sigma := 0.0
	if n.Middle {
		sigma = float64(n.Min) * power(float64(n.Max)/float64(n.Min), (place+rng.Float64())/2)
	} else {
		low, high := math.Sqrt(float64(n.Min)), math.Sqrt(float64(n.Max))
		root := low + float64(place*(high-low)) // the conversion keeps this from being fused
		sigma = root * root
	}
	Gaussian{Sigma: float32(sigma)}.Corrupt(x, w, h, rng)
}

// power returns x to the power of t in [0, 1) from square roots, which are equal on every
// machine; math.Pow is not.
func power(x, t float64) float64 {
	y := 1.0
	for range 32 { // digits of t
		x = math.Sqrt(x)
		if t *= 2; t >= 1 {
			t--
			y *= x
		}
	}
	return y
}

func (n Noise) String() string {
	if n.Middle {
		return fmt.Sprintf(middleForm, n.Min, n.Max, n.Clean)
	}
	return fmt.Sprintf(noiseForm, n.Min, n.Max, n.Clean)
}

const (
	noiseForm  = "noise(min=%g, max=%g, clean=%g)"
	middleForm = "noise(min=%g, max=%g, clean=%g, most in the middle)"
)

// parseNoise parses what String returns.
func parseNoise(text string) (Noise, bool) {
	for _, n := range []Noise{{}, {Middle: true}} {
		form := noiseForm
		if n.Middle {
			form = middleForm
		}
		if _, err := fmt.Sscanf(text, form, &n.Min, &n.Max, &n.Clean); err == nil && n.String() == text {
			return n, n.ok()
		}
	}
	return Noise{}, false
}

// ok reports whether the levels can be drawn.
func (n Noise) ok() bool {
	return n.Min > 0 && n.Max >= n.Min && !math.IsInf(float64(n.Max), 0) && n.Clean >= 0 && n.Clean <= 1
}

// Sequence applies several corruptions in their order.
type Sequence []Corruption

func (s Sequence) Corrupt(x []float32, w, h int, rng *rand.Rand) {
	for _, c := range s {
		c.Corrupt(x, w, h, rng)
	}
}

const then = ", then "

func (s Sequence) String() string {
	var names []string
	for _, c := range s {
		names = append(names, c.String())
	}
	return strings.Join(names, then)
}

// Parts returns the single corruptions of c in their order: those of a Sequence, or c
// itself; none of nil.
func Parts(c Corruption) []Corruption {
	if c == nil {
		return nil
	}
	s, ok := c.(Sequence)
	if !ok {
		return []Corruption{c}
	}
	var all []Corruption
	for _, part := range s {
		all = append(all, Parts(part)...)
	}
	return all
}

// Covered returns the Occlusion in a corruption.
func Covered(c Corruption) (o Occlusion, ok bool) {
	for _, part := range Parts(c) {
		if o, ok := part.(Occlusion); ok {
			return o, true
		}
	}
	return o, false
}

// ParseCorruption parses what a corruption's String returns, which the model file of
// a denoiser holds.
func ParseCorruption(text string) (Corruption, error) {
	var all Sequence
	for part := range strings.SplitSeq(text, then) {
		var g Gaussian
		var o Occlusion
		if _, err := fmt.Sscanf(part, "gaussian(sigma=%g)", &g.Sigma); err == nil && g.String() == part {
			all = append(all, g)
		} else if n, ok := parseNoise(part); ok {
			all = append(all, n)
		} else if _, err := fmt.Sscanf(part, "occlusion(count=%d, size=%d)", &o.Count, &o.Size); err == nil && o.String() == part {
			all = append(all, o)
		} else {
			return nil, fmt.Errorf("the corruption %q is not one that this program makes", part)
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

// Occlusion covers a picture with black (-0.5) rectangles at random places, each
// entirely inside the picture. Each side is uniform between half of Size, rounded up,
// and Size, and at most the picture's.
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
