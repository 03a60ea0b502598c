package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/jpeg"
	"io"

	"likeness/pix"
)

// Album is rows of pictures: a query and what was found, or one row for each
// person. Draw makes a montage of it, WriteHTML a page.
type Album struct {
	Title    string
	Subtitle string
	Note     string // how to read it
	Command  string // the command that makes it
	Rows     []AlbumRow
}

// AlbumRow is one row of pictures. Long rows are wrapped.
type AlbumRow struct {
	Title    string
	Note     string // a quieter line
	Pictures []AlbumPicture
}

// AlbumPicture is a picture with its captions. A nil picture is drawn as a tile that says
// so.
type AlbumPicture struct {
	Picture *pix.Image
	Name    string
	Lines   []string // quieter
	Mark    bool     // with a green frame, for the query's own person
}

// albumColumns is the number of pictures side by side in a montage.
const albumColumns = 8

// Draw draws the album as one picture.
func (a *Album) Draw() *pix.Image {
	p := newPen()
	const gap, between = 32, 44
	columns := 1
	for _, r := range a.Rows {
		columns = max(columns, min(albumColumns, len(r.Pictures)))
	}
	width := max(columns*(tileSmall+gap)-gap, 5*tileSmall)
	type line struct {
		y     int
		text  string
		style style
	}
	var lines []line
	y := margin
	write := func(text string, s style, most int) {
		for _, t := range p.wrap(text, s, width, most) {
			lines = append(lines, line{y, t, s})
			y += s.height()
		}
	}
	title := headStyle
	title.size += 7
	write(a.Title, title, 2)
	write(a.Subtitle, mutedStyle, 3)
	type strip struct {
		y    int
		plan rowPlan
		row  []cell
	}
	var strips []strip
	wide := make([]int, columns)
	for i := range wide {
		wide[i] = tileSmall
	}
	for _, r := range a.Rows {
		if y > margin {
			y += between / 2
		}
		write(r.Title, headStyle, 1)
		write(r.Note, mutedStyle, 2)
		if r.Title != "" || r.Note != "" {
			y += gapHead
		}
		for first := 0; first < len(r.Pictures); first += columns {
			var row []cell
			for _, m := range r.Pictures[first:min(first+columns, len(r.Pictures))] {
				row = append(row, m.cell(p))
			}
			plan := planRow(p, row, wide, gap, y)
			strips = append(strips, strip{y, plan, row})
			y = plan.bottom + gapRows/2
		}
	}
	y += gapRows / 2
	footer := len(lines)
	write(a.Note, mutedStyle, 6)
	dst := newWhite(width+2*margin, y+margin)
	for i, l := range lines {
		if i == footer {
			fill(dst, image.Rect(margin, l.y-gapHead/2-2, margin+width, l.y-gapHead/2), hairline)
		}
		p.write(dst, margin, l.y, l.text, l.style)
	}
	for _, s := range strips {
		for c := range s.row {
			s.plan.paint(dst, p, s.row[c], c, margin+c*(tileSmall+gap), tileSmall)
		}
	}
	return pix.FromImage(dst)
}

// cell returns the picture as a cell of a sheet.
func (m AlbumPicture) cell(p *pen) cell {
	c := cell{pic: p.tile(m.Picture, tileSmall)}
	if b := c.pic.Rect; b.Dx() > tileSmall || b.Dy() > tileSmall { // a whole factor would overlap the neighbour
		long := max(m.Picture.W, m.Picture.H)
		c.pic = m.Picture.Resize(max(1, m.Picture.W*tileSmall/long), max(1, m.Picture.H*tileSmall/long)).RGBA()
	}
	name := captionStyle
	name.size = sizeSmall
	if m.Mark {
		c.frame = green
		name.bold, name.ink = true, green
	}
	small := mutedStyle
	small.size -= 2
	c.below = append(c.below, words{text: m.Name, style: name, rows: 2})
	for _, l := range m.Lines {
		c.below = append(c.below, words{text: p.fitMiddle(l, small, tileSmall+8), style: small})
	}
	return c
}

// fitMiddle shortens text in its middle: the end of an id distinguishes it.
func (p *pen) fitMiddle(text string, s style, width int) string {
	r := []rune(text)
	cut := text
	for n := len(r) - 1; n > 1 && p.width(cut, s) > width; n-- {
		cut = string(r[:n/2]) + "…" + string(r[len(r)-(n-n/2):])
	}
	return cut
}

var (
	//go:embed album.gohtml
	albumSource string

	albumPage = template.Must(template.New("album").Funcs(template.FuncMap{
		"thumbnail": func(m *pix.Image) (template.HTMLAttr, error) { return thumbnail(m) },
	}).Parse(albumSource))
)

// WriteHTML writes the album as one self-contained HTML page: styles inline,
// pictures as data URIs, no scripts, nothing fetched. All text is escaped.
func (a *Album) WriteHTML(w io.Writer) error {
	var b bytes.Buffer
	if err := albumPage.Execute(&b, a); err != nil {
		return fmt.Errorf("page %q: %w", a.Title, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// largestThumbnail is the longest side of a picture on a page.
const largestThumbnail = 256

// thumbnail returns a picture as a src attribute.
func thumbnail(m *pix.Image) (template.HTMLAttr, error) {
	if long := max(m.W, m.H); long > largestThumbnail {
		m = m.Resize(max(1, m.W*largestThumbnail/long), max(1, m.H*largestThumbnail/long))
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m.RGBA(), &jpeg.Options{Quality: 88}); err != nil {
		return "", err
	}
	return template.HTMLAttr(`src="data:image/jpeg;base64,` + base64.StdEncoding.EncodeToString(b.Bytes()) + `"`), nil
}
