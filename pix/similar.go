package pix

import "math"

// PSNR returns the peak signal-to-noise ratio, in decibels, of a mean squared error of
// pictures whose numbers span a range of 1: 10 log10(1/mse), +Inf for no error.
func PSNR(mse float64) float64 { return -10 * math.Log10(mse) }

// The constants of Wang et al. (2004) for pictures that span a range of 1.
const (
	ssimWindow = 11
	ssimSigma  = 1.5
	ssimC1     = 0.01 * 0.01
	ssimC2     = 0.03 * 0.03
)

// SSIM returns the mean structural similarity of two w x h pictures of h*w*3 numbers: 1 for
// equal pictures, about 0 for unrelated ones. It follows
// Wang, Bovik, Sheikh and Simoncelli (2004): in a gaussian window of 11x11 pixels
// and sigma 1.5 that slides over each channel, with means m, variances v and
// the covariance c,
//
//	(2 mx my + C1) (2 c + C2) / ((mx^2 + my^2 + C1) (vx + vy + C2)),
//
// C1 = 0.01^2, C2 = 0.03^2. The mean is taken over the three channels and over the windows
// that lie entirely inside the picture, 22x22 of them for 32x32 pixels, so that pixels at
// the border weigh less. For a picture with a side below 11 the window has that side (less
// one where it is even), cut from the same gaussian. Numbers are not clamped.
func SSIM(x, y []float32, w, h int) float64 {
	checkFloats(x, w, h)
	checkFloats(y, w, h)
	win := gaussianWindow(min(ssimWindow, (w+1)/2*2-1, (h+1)/2*2-1))
	planes := make([][]float64, 5)
	for i := range planes {
		planes[i] = make([]float64, w*h)
	}
	sum := 0.0
	n := (w - len(win) + 1) * (h - len(win) + 1)
	for c := range 3 {
		for i := range w * h {
			a, b := float64(x[3*i+c]), float64(y[3*i+c])
			// SSIM is of brightness from 0 to 1, not of numbers around 0.
			a, b = a+0.5, b+0.5
			planes[0][i], planes[1][i], planes[2][i], planes[3][i], planes[4][i] = a, b, a*a, b*b, a*b
		}
		for _, p := range planes {
			slide(p, w, h, win)
		}
		for i := range n {
			mx, my := planes[0][i], planes[1][i]
			vx, vy, cov := planes[2][i]-mx*mx, planes[3][i]-my*my, planes[4][i]-mx*my
			sum += (2*mx*my + ssimC1) * (2*cov + ssimC2) / ((mx*mx + my*my + ssimC1) * (vx + vy + ssimC2))
		}
	}
	return sum / float64(3*n)
}

// gaussianWindow returns n weights of sum 1.
func gaussianWindow(n int) []float64 {
	win := make([]float64, n)
	sum := 0.0
	for i := range win {
		d := float64(i - n/2)
		win[i] = math.Exp(-d * d / (2 * ssimSigma * ssimSigma))
		sum += win[i]
	}
	for i := range win {
		win[i] /= sum
	}
	return win
}

// slide averages a w x h plane in place over the square window: what remains are
// the (w-n+1) x (h-n+1) means of windows inside the plane, row by row.
func slide(p []float64, w, h int, win []float64) {
	n := len(win)
	ow, oh := w-n+1, h-n+1
	for y := range h {
		src, dst := p[y*w:][:w], p[y*ow:] // dst never runs ahead of src
		for x := range ow {
			s := 0.0
			for k, v := range src[x:][:n] {
				s += win[k] * v
			}
			dst[x] = s
		}
	}
	for y := range oh {
		for x := range ow {
			s := 0.0
			for k, v := range win {
				s += v * p[(y+k)*ow+x]
			}
			p[y*ow+x] = s
		}
	}
}
