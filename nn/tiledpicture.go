package nn

import "likeness/internal/kernel"

// tiledPicture is how the pictures of a shard lie in bf16 for products in tiles: the
// images of one pixel are neighbours, so that a run of pixels, times 8 images, is one
// matrix with rows at equal distances, and as many rows of a tile as there are.
//
//	(phases, phases, rows, cols, 8 images, channels)
//
// A border of zeros stands for what lies beyond the picture. Where every phases-th
// pixel is read, those lie in a plane of their own.
type tiledPicture struct {
	shape      Shape
	phases     int
	pad        [2]int // border before the first row and column
	rows, cols int    // of a plane
}

// newTiledPicture covers positions lowest to highest along both sides, of which those
// in the picture are from 0 to its size-1.
func newTiledPicture(shape Shape, phases int, lowest, highest [2]int) tiledPicture {
	t := tiledPicture{shape: shape, phases: phases}
	var sides [2]int
	for d := range 2 {
		t.pad[d] = max(0, -lowest[d])
		sides[d] = (t.pad[d]+max(highest[d], shape[d]-1))/phases + 1
	}
	t.rows, t.cols = sides[0], sides[1]
	return t
}

// pixels is how many there are in all planes.
func (t tiledPicture) pixels() int { return t.phases * t.phases * t.rows * t.cols }

// pixel is the place of a pixel, which may lie in the border.
func (t tiledPicture) pixel(y, x int) int {
	y, x = y+t.pad[0], x+t.pad[1]
	plane := y%t.phases*t.phases + x%t.phases
	return (plane*t.rows+y/t.phases)*t.cols + x/t.phases
}

// size is that of a whole shard.
func (t tiledPicture) size() int { return t.pixels() * ShardImages * t.shape[2] }

// fill rounds n images; the other images' places are of unknown content.
func (t tiledPicture) fill(dst []uint16, n int, in buffer) {
	h, w, c := t.shape[0], t.shape[1], t.shape[2]
	one := ShardImages * c
	for y := -t.pad[0]; y < t.rows*t.phases-t.pad[0]; y++ {
		for x := -t.pad[1]; x < t.cols*t.phases-t.pad[1]; x++ {
			images := dst[t.pixel(y, x)*one:][:one]
			if y < 0 || y >= h || x < 0 || x >= w {
				clear(images)
				continue
			}
			at := (y*w + x) * c
			for i := range n {
				kernel.ToBF16(images[i*c:(i+1)*c], in.data[i*in.stride+at:][:c])
			}
		}
	}
}

// fillTransposed is fill for the transposed matrix, (channels, pixels, 8 images), in
// which the border is there already. Missing images become zero.
func (t tiledPicture) fillTransposed(dst []uint16, n int, in buffer, ws *workspace) {
	h, w, c := t.shape[0], t.shape[1], t.shape[2]
	const pairs = ShardImages / 2 * 2 * panelWidth // of one pixel and 32 channels
	run := ws.half((w + t.phases - 1) / t.phases * pairs)
	row := t.pixels() * ShardImages
	for first := 0; first < c; first += panelWidth {
		for y := range h {
			for phase := range min(t.phases, w) {
				count := 0
				for x := phase; x < w; x += t.phases {
					packImages(run[count*pairs:][:pairs], n, in, (y*w+x)*c+first)
					count++
				}
				at := first*row + t.pixel(y, phase)*ShardImages
				kernel.TransposePairs(dst[at:], row, run, 2*panelWidth, count*ShardImages/2, panelWidth)
			}
		}
	}
}

// packImages interleaves the pairs of n images' 32 values from the given one on.
func packImages(dst []uint16, n int, in buffer, at int) {
	kernel.PackBF16(dst, in.data[at:], in.stride, n, panelWidth)
	clear(dst[(n+1)/2*2*panelWidth:])
}
