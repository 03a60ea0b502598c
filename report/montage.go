package report

import (
	"strconv"

	"likeness/pix"
)

// NoiseLevel is a picture with gaussian noise of one standard deviation.
type NoiseLevel struct {
	Sigma   float64
	Picture *pix.Image
}

// NoiseScale draws a picture without noise and with noise of growing strength.
func NoiseScale(original *pix.Image, levels []NoiseLevel) *pix.Image {
	p := newPen()
	row := []cell{{pic: p.tile(original, tileLarge), below: []words{{text: "no noise", style: captionStyle}}}}
	for _, l := range levels {
		text := "sigma = " + sigmaText(l.Sigma)
		row = append(row, cell{pic: p.tile(l.Picture, tileLarge), below: []words{{text: text, style: captionStyle}}})
	}
	return (&sheet{rows: [][]cell{row}}).draw(p)
}

// sigmaText prints a standard deviation with three significant digits, since one that was
// a float32 is not exactly the decimal number that was given.
func sigmaText(sigma float64) string { return strconv.FormatFloat(sigma, 'g', 3, 64) }

// Montage draws pictures in rows of cols with a caption under each; captions
// may be nil, or one for each picture. cols <= 0 chooses a width for a page.
func Montage(pictures []*pix.Image, captions []string, cols int) *pix.Image {
	if captions != nil && len(captions) != len(pictures) {
		panic("report: a montage needs one caption for each picture")
	}
	if cols <= 0 {
		cols = 6
		if n := len(pictures); n > 6 && n%5 == 0 && n%6 != 0 {
			cols = 5
		}
	}
	p := newPen()
	s := &sheet{gap: 20}
	for i, m := range pictures {
		if i%cols == 0 {
			s.rows = append(s.rows, nil)
		}
		c := cell{pic: p.tile(m, tileLarge)}
		if captions != nil {
			c.below = caption(captions[i])
		}
		last := len(s.rows) - 1
		s.rows[last] = append(s.rows[last], c)
	}
	return s.draw(p)
}
