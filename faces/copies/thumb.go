package copies

import (
	"math"

	"likeness/internal/kernel"
	"likeness/pix"
)

// A Thumb has Side x Side pixels, Size in all. It is also compared by the means of 8x8
// blocks of 3x3 pixels.
const (
	Side       = 24
	Size       = Side * Side
	blockSide  = 3
	blocksSide = Side / blockSide
	blocks     = blocksSide * blocksSide
)

const (
	// flatBelow is the standard deviation, in levels, below which a picture is flat.
	flatBelow = 2
	// greyBelow is the mean difference of the channels, in levels, below which a
	// picture is grey.
	greyBelow = 3
)

// Thumb is a thumbnail of a whole picture, squeezed to a square.
type Thumb struct {
	grey     [Size]byte
	pix      [3 * Size]byte
	sums     [3]int // of each channel
	variance int    // Size x sum of squares - squares of sums, over the channels
	noColour bool
}

// NewThumb makes the thumbnail of a picture.
func NewThumb(m *pix.Image) *Thumb {
	if m.W != Side || m.H != Side {
		m = m.Resize(Side, Side)
	}
	t := new(Thumb)
	copy(t.pix[:], m.Pix)
	t.prepare()
	return t
}

// prepare fills in what follows from pix.
func (t *Thumb) prepare() {
	squares, apart := 0, 0
	t.sums = [3]int{}
	for i := range t.grey {
		p := t.pix[3*i : 3*i+3]
		t.grey[i] = byte((int(p[0])*77 + int(p[1])*150 + int(p[2])*29) >> 8)
		for c, v := range p {
			t.sums[c] += int(v)
			squares += int(v) * int(v)
		}
		apart += int(max(p[0], p[1], p[2]) - min(p[0], p[1], p[2]))
	}
	t.variance = Size * squares
	for _, s := range t.sums {
		t.variance -= s * s
	}
	t.noColour = apart < greyBelow*Size
}

// contrast returns the standard deviation of the thumb, in levels of 0 to 255, and its
// mean.
func (t *Thumb) contrast() (deviation, mean float64) {
	sum, squares := 0, 0
	for _, v := range t.grey {
		sum += int(v)
		squares += int(v) * int(v)
	}
	mean = float64(sum) / Size
	return math.Sqrt(max(float64(squares)/Size-mean*mean, 0)), mean
}

// Flat reports whether the picture is of a single grey, or nearly.
func (t *Thumb) Flat() bool {
	deviation, _ := t.contrast()
	return deviation < flatBelow
}

// Unit writes the thumb as a vector of Size numbers, of mean 0 and length 1. One
// without any contrast is all 0.
func (t *Thumb) Unit(dst []float32) {
	deviation, mean := t.contrast()
	scale := 0.0
	if deviation > 1.0/Side {
		scale = 1 / (deviation * Side)
	}
	for i, v := range t.grey {
		dst[i] = float32((float64(v) - mean) * scale)
	}
}

// Distance returns the distance of two pictures as they are: 0 for equal ones, about 1
// for unrelated ones. Flat pictures are compared by their colours.
func (t *Thumb) Distance(u *Thumb) float64 {
	switch a, b := t.Flat(), u.Flat(); {
	case a && b:
		return t.flatDistance(u)
	case a || b:
		return 1
	}
	x, y := make([]float32, Size), make([]float32, Size)
	t.Unit(x)
	u.Unit(y)
	return math.Sqrt(max(kernel.SquaredError(x, y), t.squaredColourDistance(u, 0)) / 2)
}

// squaredColourDistance is that of two pictures as unit vectors of all channels, each
// without its mean, so that a tint does not count. It is 0 where one of them is grey.
func (t *Thumb) squaredColourDistance(u *Thumb, how Symmetry) float64 {
	if t.noColour || u.noColour || t.variance == 0 || u.variance == 0 {
		return 0
	}
	dot := 0
	for i, from := range thumbTurns[how] {
		p, q := t.pix[3*from:3*from+3], u.pix[3*i:3*i+3]
		dot += int(p[0])*int(q[0]) + int(p[1])*int(q[1]) + int(p[2])*int(q[2])
	}
	dot *= Size
	for c, s := range t.sums {
		dot -= s * u.sums[c]
	}
	return max(0, 2-2*float64(dot)/math.Sqrt(float64(t.variance)*float64(u.variance)))
}

// flatDistance is that of flat pictures, by their colours: the default limit is some 9
// levels.
func (t *Thumb) flatDistance(u *Thumb) float64 {
	sum := 0.0
	for c, v := range t.sums {
		d := float64(v-u.sums[c]) / Size / 32
		sum += d * d
	}
	return math.Sqrt(sum / 2)
}

// Turned returns the thumb after a symmetry.
func (t *Thumb) Turned(s Symmetry) *Thumb {
	out := new(Thumb)
	for i, from := range thumbTurns[s] {
		copy(out.pix[3*i:3*i+3], t.pix[3*from:])
	}
	out.prepare()
	return out
}
