package pix

import "math"

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
	step := 1
	for ((w-2)/step+1)*((h-2)/step+1) > levelPlaces {
		step++
	}
	all := make([]float32, 0, 2*((w-2)/step+1)*((h-2)/step+1))
	for y := 0; y < h-1; y += step {
		top, bottom := x[y*w*3:][:w*3], x[(y+1)*w*3:][:w*3]
		for i := 0; i < w-1; i += step {
			var d [3]float32
			for c := range d {
				j := 3*i + c
				d[c] = top[j] - top[j+3] - bottom[j] + bottom[j+3]
			}
			u, v := (d[0]-d[2])*(1/(2*math.Sqrt2)), (d[0]-2*d[1]+d[2])*(1/(2*sqrt6))
			all = append(all, max(u, -u), max(v, -v))
		}
	}
	return float64(middle(all)) / 0.6745
}

// BrightnessNoise estimates the same from brightness alone, the mean of the
// channels, and so finds what NoiseLevel cannot: noise that is alike in the three
// channels, as in black and white photographs, and that of JPEGs, whose colours are
// kept coarsely. It is the level of independent noise that would leave brightness as
// noisy, root 3 times brightness's own. Fine detail of the picture counts, too, so it
// is no estimate for small pictures; with a side below 3 it is 0.
//
// It is the median, over 0.6745, of the absolute values of the mask of Immerkaer
// (1996), a difference of two Laplacians, over 6.
func BrightnessNoise(x []float32, w, h int) float64 {
	checkFloats(x, w, h)
	if w < 3 || h < 3 {
		return 0
	}
	step := 1
	for ((w-3)/step+1)*((h-3)/step+1) > levelPlaces {
		step++
	}
	mask := [9]float32{1, -2, 1, -2, 4, -2, 1, -2, 1}
	all := make([]float32, 0, ((w-3)/step+1)*((h-3)/step+1))
	for y := 0; y < h-2; y += step {
		for i := 0; i < w-2; i += step {
			var sum float32
			for k, m := range mask {
				p := x[((y+k/3)*w+i+k%3)*3:][:3]
				sum += float32(m * (p[0] + p[1] + p[2]))
			}
			all = append(all, max(sum, -sum))
		}
	}
	return math.Sqrt(3) * float64(middle(all)) / (3 * 6 * 0.6745)
}

// levelPlaces is how many places of a picture are looked at, at most: a regular
// choice of a large picture's.
const levelPlaces = 1 << 18

const sqrt6 = 2.449489742783178

// middle is the element that would stand at len(x)/2 if x were sorted; x is
// rearranged on the way (Hoare's quickselect).
func middle(x []float32) float32 {
	k := len(x) / 2
	low, high := 0, len(x)-1
	for low < high {
		pivot := x[(low+high)/2]
		i, j := low, high
		for i <= j {
			for x[i] < pivot {
				i++
			}
			for pivot < x[j] {
				j--
			}
			if i <= j {
				x[i], x[j] = x[j], x[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return x[k]
		}
	}
	return x[k]
}
