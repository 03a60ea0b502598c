package report

import (
	"image"
	"strconv"
	"strings"

	"likeness/pix"
)

// Query is one row of the retrieval figure: a picture and its nearest
// neighbours, nearest first.
type Query struct {
	Picture *pix.Image
	Person  string // who the query shows; underscores are printed as spaces
	Note    string // a second line, such as "test image 247"
	Matches []Neighbour
}

// Neighbour is one found picture. Same marks it as the query's own person.
type Neighbour struct {
	Picture  *pix.Image
	Person   string
	Distance float64
	Same     bool
}

// Neighbours draws the tutorial's retrieval figure: "Original image" and then
// the matches with "Dist=..." and the person's name. A match of the same
// person has a green frame and a green name.
func Neighbours(queries []Query) *pix.Image {
	p := newPen()
	longest, same := 0, false
	rows := make([][]cell, len(queries))
	for i, q := range queries {
		longest = max(longest, len(q.Matches))
		first := cell{pic: p.tile(q.Picture, tileLarge)}
		first.below = append(first.below, words{text: PersonName(q.Person), style: captionStyle, rows: 2})
		first.below = append(first.below, caption(q.Note)...)
		rows[i] = append(rows[i], first)
		for _, m := range q.Matches {
			c := cell{pic: p.tile(m.Picture, tileLarge)}
			name := captionStyle
			if m.Same {
				same = true
				c.frame = green
				name.bold, name.ink = true, green
			}
			c.below = []words{
				{text: "Dist=" + distance(m.Distance), style: mutedStyle},
				{text: PersonName(m.Person), style: name, rows: 2},
			}
			rows[i] = append(rows[i], c)
		}
	}
	s := &sheet{heads: []string{"Original image"}, rows: rows, gap: 32}
	switch {
	case longest == 1:
		s.heads = append(s.heads, "Nearest")
	case longest > 1:
		for k := range longest {
			s.heads = append(s.heads, ordinal(k+1))
		}
	}
	if same {
		s.foot = p.sameLegend()
	}
	return s.draw(p)
}

func (p *pen) sameLegend() *image.RGBA {
	const text = "the same person"
	const box = 26
	st := mutedStyle
	t := newWhite(box+14+p.width(text, st)+frameWidth, max(st.height(), box+frameWidth))
	frame(t, image.Rect(0, 0, box, box).Inset(frameWidth), frameWidth, green)
	p.write(t, box+14, (box-st.height())/2, text, st)
	return t
}

// PersonName prints LFW's "George_W_Bush" as a name.
func PersonName(person string) string {
	return strings.TrimSpace(strings.ReplaceAll(person, "_", " "))
}

// distance prints with three significant digits and at least two decimals
// below 100, which keeps a row of distances comparable.
func distance(d float64) string {
	n := 2
	switch {
	case d < 0.1:
		n = 4
	case d < 1:
		n = 3
	}
	return strconv.FormatFloat(d, 'f', n, 64)
}

func ordinal(n int) string {
	switch n {
	case 1:
		return "1st"
	case 2:
		return "2nd"
	case 3:
		return "3rd"
	}
	return strconv.Itoa(n) + "th"
}
