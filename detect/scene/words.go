package scene

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"

	"likeness/pix"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// pageSide is the side of the page of words in pixels.
const pageSide = 512

// page sets meaningless words in several sizes, black on white.
func page() *pix.Image {
	rng := rand.New(rand.NewPCG(26, 0))
	dst := image.NewRGBA(image.Rect(0, 0, pageSide, pageSide))
	draw.Draw(dst, dst.Bounds(), image.White, image.Point{}, draw.Src)
	y := 0
	for y < pageSide {
		ttf := goregular.TTF
		if rng.IntN(2) == 0 {
			ttf = gobold.TTF
		}
		f, err := opentype.Parse(ttf)
		if err != nil {
			panic(err) // the font is part of the program
		}
		size := 9 + 45*rng.Float64()*rng.Float64()
		face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
		if err != nil {
			panic(err)
		}
		y += int(size * 1.2)
		d := font.Drawer{Dst: dst, Src: image.NewUniform(color.Gray{uint8(rng.IntN(90))}), Face: face, Dot: fixed.P(4, y)}
		for d.Dot.X.Ceil() < pageSide {
			word := ""
			for range 2 + rng.IntN(8) {
				word += string("abcdefghijklmnopqrstuvwxyzAEIOUBTR0123456789"[rng.IntN(44)])
			}
			d.DrawString(word + " ")
		}
	}
	return pix.FromImage(dst)
}

// words covers the photograph with a part of the page, in two colours.
func (c *Composer) words(rng *rand.Rand, m *pix.Image) {
	cover(rng, m, c.text, 0.3, rng.NormFloat64()*0.3)
	a, b := colours(rng)
	for i := 0; i < len(m.Pix); i += 3 {
		v := float32(m.Pix[i]) / 255
		for k := range 3 {
			m.Pix[i+k] = level(a[k] + v*(b[k]-a[k]))
		}
	}
}
