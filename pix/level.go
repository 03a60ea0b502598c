package pix

import (
	"math"
	"slices"
)

// NoiseLevel estimates the standard deviation of gaussian noise in a w x h
// picture of h*w*3 numbers, each of which has noise of its own. Both sides must
// be at least 2; a narrower picture counts as clean.
//
// It is the median estimate of Donoho and Johnstone (1994): the median of the
// absolute values of the diagonal Haar coefficients, (a-b-c+d)/2 of 2x2 pixels,
// over 0.6745. Detail of the picture is in these coefficients, too, and small
// pictures are full of it. But detail is mostly of brightness, alike in the three
// channels, and noise is not: so the coefficients are taken of two differences of
// channels, (R-B)/sqrt 2 and (R-2G+B)/sqrt 6, which have the noise of one channel
// and little else. Noise that is the same in all channels is not seen.
func NoiseLevel(x []float32, w, h int) float64 {
	checkFloats(x, w, h)
	if w < 2 || h < 2 {
		return 0
	}
	all := make([]float64, 0, 2*(w-1)*(h-1))
	for y := range h - 1 {
		top, bottom := x[y*w*3:], x[(y+1)*w*3:]
		for i := range w - 1 {
			var d [3]float64
			for c := range d {
				j := 3*i + c
				d[c] = (float64(top[j]) - float64(top[j+3]) - float64(bottom[j]) + float64(bottom[j+3])) / 2
			}
			all = append(all, math.Abs(d[0]-d[2])/math.Sqrt2, math.Abs(d[0]-2*d[1]+d[2])/math.Sqrt(6))
		}
	}
	slices.Sort(all)
	return all[len(all)/2] / 0.6745
}
