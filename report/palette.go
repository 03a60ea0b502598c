package report

import (
	"image/color"
	"math"
)

// The colours of every figure: dark warm grey for text, lighter greys for secondary text
// and lines, and one green for "the same person".
var (
	white    = color.RGBA{0xff, 0xff, 0xff, 0xff}
	ink      = color.RGBA{0x22, 0x21, 0x1f, 0xff}
	muted    = color.RGBA{0x6d, 0x6a, 0x65, 0xff}
	hairline = color.RGBA{0xd9, 0xd6, 0xd0, 0xff}
	faint    = color.RGBA{0xf3, 0xf1, 0xed, 0xff}
	green    = color.RGBA{0x3f, 0x7d, 0x58, 0xff}
	warning  = color.RGBA{0xc2, 0x5a, 0x31, 0xff} // what lies far from the data
)

// seriesInks colours the lines of a plot in order. The first four stay apart
// for the common kinds of colour blindness; more lines start over.
var seriesInks = []color.RGBA{
	{0x2b, 0x5f, 0x8f, 0xff}, // blue
	{0xc2, 0x5a, 0x31, 0xff}, // terracotta
	{0x4c, 0x84, 0x62, 0xff}, // green
	{0x7d, 0x5b, 0x93, 0xff}, // plum
	{0xb0, 0x86, 0x2b, 0xff}, // ochre
	{0x55, 0x6a, 0x74, 0xff}, // slate
}

// divergingStops are the colours of a code at -1, -1/2, 0, 1/2 and 1 times
// the limit of the scale.
var divergingStops = [5]color.RGBA{
	{0x1b, 0x4a, 0x7a, 0xff},
	{0x7d, 0xa6, 0xca, 0xff},
	{0xf6, 0xf4, 0xf0, 0xff},
	{0xe2, 0x9b, 0x7b, 0xff},
	{0x9e, 0x37, 0x1d, 0xff},
}

// diverging returns the colour of v on a scale from -limit (blue) over 0 (near
// white) to limit (red); values beyond are drawn as the ends, NaN as grey.
func diverging(v, limit float64) color.RGBA {
	if math.IsNaN(v) {
		return hairline
	}
	t := 0.0
	if limit > 0 {
		t = min(max(v/limit, -1), 1)
	}
	pos := (t + 1) * 2 // 0..4
	i := min(int(pos), 3)
	return mix(divergingStops[i], divergingStops[i+1], pos-float64(i))
}

// mix returns (1-t)*a + t*b, opaque.
func mix(a, b color.RGBA, t float64) color.RGBA {
	lerp := func(x, y uint8) uint8 {
		return uint8(math.Round(float64(x) + t*(float64(y)-float64(x))))
	}
	return color.RGBA{lerp(a.R, b.R), lerp(a.G, b.G), lerp(a.B, b.B), 0xff}
}
