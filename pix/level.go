package pix

import "math"

// NoiseLevel estimates the standard deviation of independent gaussian noise in a w x h
// picture of h*w*3 numbers. A picture with a side below 2 counts as clean.
//
// It is the median estimate of Donoho and Johnstone (1994): the median of the
// absolute values of the diagonal Haar coefficients, (a-b-c+d)/2 of 2x2 pixels,
// over 0.6745. These coefficients also contain the picture's detail, of which small
// pictures have much. But detail is mostly brightness, equal in the three channels, and
// noise is not. So the coefficients are those of two differences of channels,
// (R-B)/sqrt 2 and (R-2G+B)/sqrt 6, which have the noise of one channel and little
// detail. Noise that is equal in all channels is not detected.
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

// BrightnessNoise estimates the same level from brightness alone, the mean of the
// channels. It detects noise that NoiseLevel does not: noise that is equal in the three
// channels, as in black and white photographs, and that of JPEGs, whose colours are
// stored coarsely. It returns the level of independent noise that would make brightness
// as noisy, the square root of 3 times brightness's own. Fine detail counts as noise, so
// it is no estimate for small pictures; with a side below 3 it returns 0.
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

// levelPlaces is the largest number of places of a picture that are used; of a large
// picture they are a regular sample.
const levelPlaces = 1 << 18

const sqrt6 = 2.449489742783178

// middle returns the element at len(x)/2 of sorted x, by Hoare's quickselect, which
// rearranges x.
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
