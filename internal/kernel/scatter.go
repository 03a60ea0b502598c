package kernel

// PooledInputGrad takes the gradient back through a 3x3 convolution of stride 1
// behind which MaxPool2x2 follows, to one group of 32 input channels. Like
// PooledFilterGrad, whose layouts it has, it walks the winners only.
//
// dst is the gradient of the padded pictures: pixels of 32 floats side by side,
// xRow floats from row to row, at least four pixels. It is added to; what the
// border gets is of no use. w holds the filters, (n, 3, 3, 32): output channel,
// tap, input channel. A site is a pixel of the pool: A is where in dst the first
// of its 4x4 pixels lies, a multiple of 32, B where dy and winner have the pixel's
// channels. dst must not overlap w or dy.
//
// The order of the sums is that of the loop: 32 output channels go through all
// sites of a call before the next 32 do. Of winners only the last two bits count.
// dst and w should begin a cache line.
//
//	shift := [4]int{0, 32, xRow, xRow + 32}
//	for first := 0; first < n; first += 32 {
//		for _, s := range sites {
//			for win := range 4 {
//				for o := first; o < min(first+32, n); o++ {
//					if int(winner[s.B+o]&3) != win {
//						continue
//					}
//					from := s.A + shift[win]
//					for ky := range 3 {
//						for l := range 96 {
//							dst[from+ky*xRow+l] += dy[s.B+o] * w[(o*3+ky)*96+l]
//						}
//					}
//				}
//			}
//		}
//	}
func PooledInputGrad(dst []float32, xRow int, w, dy []float32, winner []uint8, sites []Block, n int) {
	if !checkSparse(w, dst, xRow, dy, winner, sites, n, 3, 96) {
		return
	}
	// Sums wait in registers, so two of them must not be for one place.
	if xRow < 4*32 {
		panic("kernel: PooledInputGrad: rows of less than four pixels")
	}
	mixed := xRow
	for _, s := range sites {
		mixed |= s.A
	}
	if mixed%32 != 0 {
		panic("kernel: PooledInputGrad: row or site is not a whole number of pixels")
	}
	pooledInputGrad(dst, xRow, w, dy, winner, sites, n)
}

// listChannels is how many output channels go through all sites before the next:
// so many that their filters, 36 KiB, stay in the first-level cache.
const listChannels = 32

func pooledInputGradPortable(dst []float32, xRow int, w, dy []float32, winner []uint8, sites []Block, n int) {
	shift := [4]int{0, 32, xRow, xRow + 32}
	for o0 := 0; o0 < n; o0 += listChannels {
		for _, s := range sites {
			for p := range uint8(4) {
				for o := o0; o < min(o0+listChannels, n); o++ {
					if winner[s.B+o]&3 != p {
						continue
					}
					g, from := dy[s.B+o], s.A+shift[p]
					for ky := range 3 {
						sum := dst[from+ky*xRow:][:96]
						for l, v := range w[(o*3+ky)*96:][:96] {
							sum[l] += g * v
						}
					}
				}
			}
		}
	}
}
