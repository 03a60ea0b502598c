package report

import (
	"image"
	"image/color"

	"likeness/pix"
)

// Distances of every sheet, in picture pixels.
const (
	margin      = 28 // white around everything
	gapColumns  = 24 // between two pictures of a row
	gapBlocks   = 88 // between two rows set side by side
	gapRows     = 36 // between two rows
	gapHead     = 16 // between a column's head and its first picture
	gapCaption  = 13 // between a picture and the words beneath it
	frameOffset = 5  // white between a picture and its frame
	frameWidth  = 5
)

// words is one text beneath a picture; rows is the largest number of lines it is wrapped
// to.
type words struct {
	text string
	style
	rows int
}

// cell is one picture of a sheet with its words.
type cell struct {
	pic   *image.RGBA // nil leaves the place empty
	frame color.RGBA  // drawn around pic where its alpha is not 0
	below []words
}

// sheet is a table of pictures, from which every picture figure is drawn.
type sheet struct {
	heads   []string // one a column, "" for none; may be shorter than the rows
	rows    [][]cell
	block   int         // columns in a block; 0 means all: wider gap between blocks
	gap     int         // between columns; 0 means gapColumns
	foot    *image.RGBA // a legend under the last row, nil for none
	minimum int         // least width of a column
}

func (s *sheet) columns() int {
	n := len(s.heads)
	for _, r := range s.rows {
		n = max(n, len(r))
	}
	return n
}

// draw computes the layout of the sheet and draws it.
func (s *sheet) draw(p *pen) *pix.Image {
	n := s.columns()
	block := s.block
	if block <= 0 {
		block = max(n, 1)
	}
	gap := s.gap
	if gap == 0 {
		gap = gapColumns
	}
	wide := make([]int, n)
	for c := range wide {
		wide[c] = s.minimum
		if c < len(s.heads) {
			wide[c] = max(wide[c], p.width(s.heads[c], headStyle))
		}
		for _, r := range s.rows {
			if c < len(r) && r[c].pic != nil {
				wide[c] = max(wide[c], r[c].pic.Rect.Dx())
			}
		}
	}
	left := make([]int, n+1) // left[c] is where column c starts
	at := margin
	for c := range n {
		if c > 0 && c%block == 0 {
			at += gapBlocks - gap
		}
		left[c] = at
		at += wide[c] + gap
	}
	left[n] = at - gap
	width := max(left[n], margin) + margin
	if s.foot != nil {
		if more := s.foot.Rect.Dx() + 2*margin - width; more > 0 { // a wide legend under a narrow sheet
			width += more
			for c := range left {
				left[c] += more / 2
			}
		}
	}

	rows := make([]rowPlan, len(s.rows))
	y := margin
	if s.hasHeads() {
		y += headStyle.height() + gapHead
	}
	for i, r := range s.rows {
		rows[i] = planRow(p, r, wide, gap, y)
		y = rows[i].bottom + gapRows
	}
	if len(s.rows) > 0 {
		y -= gapRows
	}
	footTop := y
	if s.foot != nil {
		footTop = y + gapRows
		y = footTop + s.foot.Rect.Dy()
	}

	dst := newWhite(width, y+margin)
	for c, h := range s.heads {
		p.writeCentred(dst, left[c]+wide[c]/2, margin, h, headStyle)
	}
	for i, r := range s.rows {
		for c := range r {
			rows[i].paint(dst, p, r[c], c, left[c], wide[c])
		}
	}
	if s.foot != nil {
		paste(dst, s.foot, (width-s.foot.Rect.Dx())/2, footTop)
	}
	return pix.FromImage(dst)
}

func (s *sheet) hasHeads() bool {
	for _, h := range s.heads {
		if h != "" {
			return true
		}
	}
	return false
}

// rowPlan is the vertical layout of one row.
type rowPlan struct {
	pics, captions, bottom int
	tall                   int       // height of the tallest picture
	lines                  [][]words // one set for each cell, already wrapped
}

func planRow(p *pen, r []cell, wide []int, gap, y int) rowPlan {
	plan := rowPlan{pics: y, lines: make([][]words, len(r))}
	captions := 0
	for c, cl := range r {
		if cl.pic != nil {
			plan.tall = max(plan.tall, cl.pic.Rect.Dy())
		}
		h := 0
		for _, w := range cl.below {
			for _, line := range p.wrap(w.text, w.style, wide[c]+gap-8, max(w.rows, 1)) {
				plan.lines[c] = append(plan.lines[c], words{text: line, style: w.style})
				h += w.height()
			}
		}
		captions = max(captions, h)
	}
	plan.captions = plan.pics + plan.tall + gapCaption
	plan.bottom = plan.pics + plan.tall
	if captions > 0 {
		plan.bottom = plan.captions + captions
	}
	return plan
}

func (plan rowPlan) paint(dst *image.RGBA, p *pen, cl cell, c, left, wide int) {
	if cl.pic != nil {
		x := left + (wide-cl.pic.Rect.Dx())/2
		y := plan.pics + (plan.tall-cl.pic.Rect.Dy())/2
		paste(dst, cl.pic, x, y)
		if cl.frame.A != 0 {
			frame(dst, cl.pic.Bounds().Add(image.Pt(x, y)).Inset(-frameOffset), frameWidth, cl.frame)
		}
	}
	y := plan.captions
	for _, w := range plan.lines[c] {
		p.writeCentred(dst, left+wide/2, y, w.text, w.style)
		y += w.height()
	}
}
