package kernel

import "math"

// PooledFilterGrad adds up the gradient of the filters of a 3x3 convolution of
// stride 1 behind which MaxPool2x2 follows. Of the four pixels of a square only
// the winner has a gradient, so this is a quarter of the work that the
// convolution's full gradient takes.
//
// x is one group of 32 input channels: pictures with a border of zeros, pixels
// of 32 floats side by side, xRow floats from row to row. dy and winner are
// MaxPool2x2's, each pixel of n output channels, which may be a part of more. A
// site is a pixel of the pool: A is where in x the first of its 4x4 pixels lies,
// B where dy and winner have the pixel's channels. dst is (n, 3, 3, 32): output
// channel, tap, input channel. Without sites it is left as it is when accumulate
// is set and zeroed when not; dst must not overlap x or dy.
//
// Each element is one running sum in the order of the sites, however they are
// spread over calls. x should begin a cache line: where it does not, every load
// takes twice as long. Of winners only the last two bits count.
//
//	if !accumulate {
//		clear(dst[:n*288])
//	}
//	shift := [4]int{0, 32, xRow, xRow + 32}
//	for o := range n {
//		for _, s := range sites {
//			from := s.A + shift[winner[s.B+o]&3]
//			for ky := range 3 {
//				for l := range 96 {
//					dst[(o*3+ky)*96+l] += dy[s.B+o] * x[from+ky*xRow+l]
//				}
//			}
//		}
//	}
func PooledFilterGrad(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	if checkSparse(dst, x, xRow, dy, winner, sites, n, 3, 96) {
		pooledFilterGrad(dst, x, xRow, dy, winner, sites, n, accumulate)
	} else if !accumulate {
		clear(dst[:n*288])
	}
}

// PooledPatchGrad is PooledFilterGrad for pictures of few channels: the taps of a
// pixel have been copied side by side by Patches, 32 floats for each, xRow floats
// from row to row of pixels. dst is (n, 32).
//
//	if !accumulate {
//		clear(dst[:n*32])
//	}
//	shift := [4]int{0, 32, xRow, xRow + 32}
//	for o := range n {
//		for _, s := range sites {
//			from := s.A + shift[winner[s.B+o]&3]
//			for l := range 32 {
//				dst[o*32+l] += dy[s.B+o] * x[from+l]
//			}
//		}
//	}
func PooledPatchGrad(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	if checkSparse(dst, x, xRow, dy, winner, sites, n, 1, 32) {
		pooledPatchGrad(dst, x, xRow, dy, winner, sites, n, accumulate)
	} else if !accumulate {
		clear(dst[:n*32])
	}
}

// Patches copies the 3x3 pixels around each pixel of a picture of 3 channels side
// by side, with 5 zeros behind them: for PooledPatchGrad, and as rows of a matrix
// for BlockGemm. x is (h+2, w+2, 3), which is the picture with its border; dst is
// (h, w, 32).
//
//	for y := range h {
//		for q := range w {
//			patch := dst[(y*w+q)*32:][:32]
//			clear(patch)
//			for ky := range 3 {
//				copy(patch[9*ky:], x[((y+ky)*(w+2)+q)*3:][:9])
//			}
//		}
//	}
func Patches(dst, x []float32, h, w int) {
	if h < 0 || w < 0 || len(dst) != h*w*32 || len(x) != (h+2)*(w+2)*3 {
		panic("kernel: Patches: slices are not (h, w, 32) and (h+2, w+2, 3)")
	}
	if len(dst) > 0 {
		patches(dst, x, h, w)
	}
}

// checkSparse panics where a call would reach beyond a slice, and reports whether
// there is anything to do. taps has rows x width floats for each of n channels;
// a winner reaches as many of picture.
func checkSparse(taps, picture []float32, xRow int, dy []float32, winner []uint8, sites []Block, n, rows, width int) bool {
	if n < 0 || xRow < 0 {
		panic("kernel: gradient behind a pooling: negative size or stride")
	}
	if n > len(taps)/(rows*width) {
		panic("kernel: gradient behind a pooling: filters are too short")
	}
	if n == 0 || len(sites) == 0 {
		return false
	}
	if xRow > len(picture) || len(picture) > math.MaxUint32 {
		panic("kernel: gradient behind a pooling: picture is too short, or longer than 32 bits can count")
	}
	// The last offset a site may have; below zero when not even 0 fits.
	lastA := len(picture) - rows*xRow - 32 - width
	lastB := min(len(dy), len(winner)) - n
	for _, s := range sites {
		if lastA < 0 || lastB < 0 || uint(s.A) > uint(lastA) || uint(s.B) > uint(lastB) {
			panic("kernel: gradient behind a pooling: site outside picture, dy or winner")
		}
	}
	return true
}

func patchesPortable(dst, x []float32, h, w int) {
	for y := range h {
		for q := range w {
			patch := dst[(y*w+q)*32:][:32]
			for ky := range 3 {
				copy(patch[9*ky:], x[((y+ky)*(w+2)+q)*3:][:9])
			}
			clear(patch[27:])
		}
	}
}

func pooledFilterGradPortable(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	sparseGradPortable(dst, x, xRow, dy, winner, sites, n, 3, 96, accumulate)
}

func pooledPatchGradPortable(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n int, accumulate bool) {
	sparseGradPortable(dst, x, xRow, dy, winner, sites, n, 1, 32, accumulate)
}

func sparseGradPortable(dst, x []float32, xRow int, dy []float32, winner []uint8, sites []Block, n, rows, width int, accumulate bool) {
	if !accumulate {
		clear(dst[:n*rows*width])
	}
	shift := [4]int{0, 32, xRow, xRow + 32}
	for o := range n {
		for _, s := range sites {
			g, from := dy[s.B+o], s.A+shift[winner[s.B+o]&3]
			for r := range rows {
				sum := dst[(o*rows+r)*width:][:width]
				for l, v := range x[from+r*xRow:][:width] {
					sum[l] += g * v
				}
			}
		}
	}
}
