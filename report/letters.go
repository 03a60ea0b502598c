package report

import (
	"image"
	"image/color"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// Type sizes in picture pixels (half as many shown pixels).
const (
	sizeHead    = 27
	sizeCaption = 25
	sizeSmall   = 23
)

var (
	regularFont = sync.OnceValue(func() *opentype.Font { return mustParse(goregular.TTF) })
	boldFont    = sync.OnceValue(func() *opentype.Font { return mustParse(gobold.TTF) })
)

func mustParse(ttf []byte) *opentype.Font {
	f, err := opentype.Parse(ttf)
	if err != nil {
		panic("report: an embedded font does not parse")
	}
	return f
}

// style is the typography of a line of text.
type style struct {
	bold bool
	size int // picture pixels
	ink  color.RGBA
}

var (
	headStyle    = style{bold: true, size: sizeHead, ink: ink}
	captionStyle = style{size: sizeCaption, ink: ink}
	mutedStyle   = style{size: sizeSmall, ink: muted}
)

// height returns the distance between two baselines.
func (s style) height() int { return s.size * 13 / 10 }

// pen draws text. It holds its own faces, since a font.Face is not safe for concurrent use:
// make one pen for each figure.
type pen struct{ faces map[style]font.Face }

func newPen() *pen { return &pen{faces: make(map[style]font.Face)} }

func (p *pen) face(s style) font.Face {
	s.ink = color.RGBA{}
	if f, ok := p.faces[s]; ok {
		return f
	}
	src := regularFont()
	if s.bold {
		src = boldFont()
	}
	f, err := opentype.NewFace(src, &opentype.FaceOptions{Size: float64(s.size), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		panic("report: an embedded font gives no face")
	}
	p.faces[s] = f
	return f
}

func (p *pen) width(text string, s style) int {
	return font.MeasureString(p.face(s), text).Ceil()
}

// write draws text with its left end at x and its line box (height s.height())
// from y downward.
func (p *pen) write(dst *image.RGBA, x, y int, text string, s style) {
	d := font.Drawer{
		Dst:  dst,
		Src:  image.NewUniform(s.ink),
		Face: p.face(s),
		Dot:  fixed.P(x, y+s.size),
	}
	d.DrawString(text)
}

// writeCentred draws text centred on the vertical line at x.
func (p *pen) writeCentred(dst *image.RGBA, x, y int, text string, s style) {
	p.write(dst, x-p.width(text, s)/2, y, text, s)
}

// wrap breaks text at spaces into at most lines lines no wider than width. Text that does
// not fit is cut and ends in an ellipsis.
func (p *pen) wrap(text string, s style, width, lines int) []string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	var out []string
	for len(words) > 0 && len(out) < lines-1 {
		n := 1
		for n < len(words) && p.width(strings.Join(words[:n+1], " "), s) <= width {
			n++
		}
		out = append(out, p.fit(strings.Join(words[:n], " "), s, width))
		words = words[n:]
	}
	if len(words) > 0 {
		out = append(out, p.fit(strings.Join(words, " "), s, width))
	}
	return out
}

// fit cuts text so that it is no wider than width, with an ellipsis where it
// was cut.
func (p *pen) fit(text string, s style, width int) string {
	if p.width(text, s) <= width {
		return text
	}
	r := []rune(text)
	for len(r) > 0 {
		r = r[:len(r)-1]
		if cut := strings.TrimRight(string(r), " ") + "…"; p.width(cut, s) <= width {
			return cut
		}
	}
	return ""
}
