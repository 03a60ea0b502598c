package pix

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// rgb is a colour, packed 0xRRGGBB.
type rgb uint32

func (c rgb) channels() [3]int32 {
	return [3]int32{int32(c >> 16), int32(c >> 8 & 255), int32(c & 255)}
}

func rgbAt(pix []byte) rgb { return rgb(pix[0])<<16 | rgb(pix[1])<<8 | rgb(pix[2]) }

// A palette of at most 256 colours.
type palette struct {
	colours []rgb
	exact   map[rgb]uint8  // the colours' indices
	nearest [1 << 18]int16 // by the upper 6 bits of each channel; -1: not looked up yet
	parts   [256][3]int32  // the colours' channels
}

// counted is a colour and how many pixels have it.
type counted struct {
	colour rgb
	n      int64
}

// makePalette chooses up to size colours for the frames. If the frames have no more
// colours, these are the palette. Otherwise a colour of a sixty-fourth of all pixels or
// more, such as that of a margin, is kept exactly, and a median cut chooses the others:
// the box of colours with the largest sum of squared deviations along one channel is
// split at that channel's mean until there are enough boxes; then a few rounds of k-means
// reduce the error.
func makePalette(frames []*Image, size int) *palette {
	all := histogram(frames)
	var colours []rgb
	if len(all) <= size {
		for _, c := range all {
			colours = append(colours, c.colour)
		}
		return newPalette(colours)
	}
	var total int64
	for _, c := range all {
		total += c.n
	}
	all = slices.DeleteFunc(all, func(c counted) bool {
		flat := c.n >= total/64
		if flat {
			colours = append(colours, c.colour)
		}
		return flat
	})
	colours = append(colours, cut(all, size-len(colours))...)
	slices.Sort(colours)
	return newPalette(slices.Compact(colours))
}

// cut chooses at most n colours for all, which must not be empty.
func cut(all []counted, n int) []rgb {
	boxes := []box{newBox(all)}
	for len(boxes) < n {
		worst := 0
		for i, b := range boxes {
			if b.cost > boxes[worst].cost {
				worst = i
			}
		}
		if len(boxes[worst].colours) < 2 {
			break
		}
		left, right := boxes[worst].split()
		boxes[worst] = left
		boxes = append(boxes, right)
	}
	colours := make([]rgb, len(boxes))
	for i, b := range boxes {
		colours[i] = b.mean()
	}
	const rounds = 3
	for range rounds {
		colours = refine(colours, all)
	}
	return colours
}

// histogram counts the frames' colours, in the order of their numbers. Beyond a
// million colours the lowest bits are dropped: no palette could show them.
func histogram(frames []*Image) []counted {
	const most = 1 << 20
	for drop := 0; ; drop++ {
		keep := rgb(0xff>>drop<<drop) * 0x010101
		n := map[rgb]int64{}
		for _, m := range frames {
			for i := 0; i < len(m.Pix) && len(n) <= most; i += 3 {
				n[rgbAt(m.Pix[i:])&keep]++
			}
		}
		if len(n) > most {
			continue
		}
		all := make([]counted, 0, len(n))
		for c, k := range n {
			all = append(all, counted{c, k})
		}
		slices.SortFunc(all, func(a, b counted) int { return cmp.Compare(a.colour, b.colour) })
		return all
	}
}

// box is a set of colours.
type box struct {
	colours []counted
	n       int64
	sum     [3]int64
	widest  int     // the channel of largest variance
	cost    float64 // pixels times variance of that channel
}

func newBox(colours []counted) box {
	b := box{colours: colours}
	var squares [3]int64
	for _, c := range colours {
		b.n += c.n
		for k, v := range c.colour.channels() {
			b.sum[k] += c.n * int64(v)
			squares[k] += c.n * int64(v) * int64(v)
		}
	}
	for k := range 3 {
		// The conversion keeps the product from being fused with the difference.
		cost := float64(squares[k]) - float64(float64(b.sum[k])/float64(b.n)*float64(b.sum[k]))
		if cost > b.cost {
			b.widest, b.cost = k, cost
		}
	}
	return b
}

func (b *box) mean() rgb {
	var c rgb
	for _, s := range b.sum {
		c = c<<8 | rgb((s+b.n/2)/b.n)
	}
	return c
}

// split cuts at the mean of the widest channel. Neither side is empty, for two
// different values lie on both sides of their mean; where the variance is only
// rounding, the cut is in the middle.
func (b *box) split() (left, right box) {
	k, mean := b.widest, int32(b.sum[b.widest]/b.n)
	slices.SortFunc(b.colours, func(x, y counted) int {
		return cmp.Or(cmp.Compare(x.colour.channels()[k], y.colour.channels()[k]), cmp.Compare(x.colour, y.colour))
	})
	at := 0
	for at < len(b.colours) && b.colours[at].colour.channels()[k] <= mean {
		at++
	}
	if at == 0 || at == len(b.colours) {
		at = len(b.colours) / 2
	}
	return newBox(b.colours[:at]), newBox(b.colours[at:])
}

// refine moves each colour to the mean of those nearest to it.
func refine(colours []rgb, all []counted) []rgb {
	p := newPalette(colours)
	n := make([]int64, len(colours))
	sum := make([][3]int64, len(colours))
	for _, c := range all {
		ch := c.colour.channels()
		i := p.index(ch)
		n[i] += c.n
		for k, v := range ch {
			sum[i][k] += c.n * int64(v)
		}
	}
	out := slices.Clone(colours)
	for i := range out {
		if n[i] > 0 {
			b := box{n: n[i], sum: sum[i]}
			out[i] = b.mean()
		}
	}
	return out
}

func newPalette(colours []rgb) *palette {
	p := &palette{colours: colours, exact: make(map[rgb]uint8, len(colours))}
	for i, c := range colours {
		p.exact[c] = uint8(i)
		p.parts[i] = c.channels()
	}
	for i := range p.nearest {
		p.nearest[i] = -1
	}
	return p
}

func (p *palette) model() color.Palette {
	out := make(color.Palette, len(p.colours))
	for i, c := range p.parts[:len(p.colours)] {
		out[i] = color.RGBA{uint8(c[0]), uint8(c[1]), uint8(c[2]), 255}
	}
	return out
}

// index returns the colour nearest to the middle of the cell of 4x4x4 that c
// lies in.
func (p *palette) index(c [3]int32) uint8 {
	cell := c[0]>>2<<12 | c[1]>>2<<6 | c[2]>>2
	if i := p.nearest[cell]; i >= 0 {
		return uint8(i)
	}
	best, least := 0, int32(1<<30)
	for i, q := range p.parts[:len(p.colours)] {
		var d int32
		for k := range 3 {
			e := 2*(q[k]-c[k]>>2<<2) - 3
			d += e * e
		}
		if d < least {
			best, least = i, d
		}
	}
	p.nearest[cell] = int16(best)
	return uint8(best)
}

// dither maps the picture to the palette and spreads each pixel's error over the
// neighbours that are not yet mapped (Floyd and Steinberg 1976). A colour of the palette
// is kept exactly and takes no error, so that a flat white margin stays flat, which
// draw.FloydSteinberg of the standard library does not ensure.
func (p *palette) dither(m *Image) *image.Paletted {
	dst := image.NewPaletted(image.Rect(0, 0, m.W, m.H), p.model())
	// Errors in 1/16 for this row and the next, one pixel of margin on each side.
	now, next := make([][3]int32, m.W+2), make([][3]int32, m.W+2)
	for y := range m.H {
		clear(next)
		for x := range m.W {
			c := rgbAt(m.Pix[(y*m.W+x)*3:])
			i, ok := p.exact[c]
			if !ok {
				want := c.channels()
				for k := range 3 {
					want[k] = min(max(want[k]+(now[x+1][k]+8)>>4, 0), 255)
				}
				i = p.index(want)
				for k := range 3 {
					e := want[k] - p.parts[i][k]
					now[x+2][k] += e * 7
					next[x][k] += e * 3
					next[x+1][k] += e * 5
					next[x+2][k] += e
				}
			}
			dst.Pix[y*dst.Stride+x] = i
		}
		now, next = next, now
	}
	return dst
}
