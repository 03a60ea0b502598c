package report

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"image/gif"
	"io"
	"strconv"
	"strings"
	"time"
)

var (
	//go:embed page.gohtml
	pageSource string
	//go:embed page.css
	pageStyle string

	page = template.Must(template.New("page").Funcs(template.FuncMap{
		"kind":     kind,
		"css":      func() template.CSS { return template.CSS(pageStyle) },
		"number":   func(f Form, n Number) string { return f.Format(n) },
		"known":    func(n Number) bool { _, ok := n.Value(); return ok },
		"duration": Duration,
		"when":     func(t time.Time) string { return t.Format("2 January 2006, 15:04 MST") },
		"machine":  func(t time.Time) string { return t.Format(time.RFC3339) },
		"lead":     Result.lead,
		"missing":  func(s string) bool { return s == NotMeasured },
		"scale":    Result.scale,
		"source":   Figure.source,
		"row":      Table.row,
		"entry":    entry,
		"chapter":  func(i int) int { return i + 1 },
	}).Parse(pageSource))
)

// WriteHTML writes r as one self-contained HTML page: styles inline, pictures
// as data URIs, no scripts, nothing fetched. All text is escaped. It is an
// error when a figure has no picture or neither alternative text nor a
// caption, or when chapter IDs are malformed or repeated; nothing is written
// then.
func (r *Report) WriteHTML(w io.Writer) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("report %q: %w", r.Title, err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		return fmt.Errorf("report %q: %w", r.Title, err)
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("report %q: %w", r.Title, err)
	}
	return nil
}

func (r *Report) check() error {
	if r.Cover != nil {
		if err := r.Cover.check(); err != nil {
			return fmt.Errorf("cover: %w", err)
		}
	}
	seen := map[string]bool{"summary": true, "top": true}
	for _, c := range r.Chapters {
		if !validID(c.ID) {
			return fmt.Errorf("chapter %q: the id %q must be letters, digits and hyphens", c.Title, c.ID)
		}
		if seen[c.ID] {
			return fmt.Errorf("chapter %q: the id %q is taken", c.Title, c.ID)
		}
		seen[c.ID] = true
		for i, b := range c.Body {
			f, ok := b.(Figure)
			if !ok {
				continue
			}
			if err := f.check(); err != nil {
				return fmt.Errorf("chapter %q, block %d: %w", c.Title, i+1, err)
			}
		}
	}
	for _, s := range r.Summary {
		if s.Chapter != "" && !seen[s.Chapter] {
			return fmt.Errorf("result %q: there is no chapter %q", s.Name, s.Chapter)
		}
	}
	return nil
}

func validID(id string) bool {
	return id != "" && strings.IndexFunc(id, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-')
	}) < 0
}

func (f Figure) check() error {
	switch {
	case f.Alt == "" && f.Caption == "":
		return errors.New("figure has neither alternative text nor a caption")
	case f.Picture == nil && len(f.GIF) == 0:
		return fmt.Errorf("figure %q has no picture", f.text())
	case f.Picture != nil && len(f.GIF) > 0:
		return fmt.Errorf("figure %q has both a picture and an animation", f.text())
	}
	return nil
}

// text is what an img element's alt says.
func (f Figure) text() string {
	if f.Alt != "" {
		return f.Alt
	}
	return f.Caption
}

// picture is a figure ready for an img element; Width and Height in CSS pixels.
type picture struct {
	Source        template.HTMLAttr // src="data:..."
	Width, Height int
	Alt           string
	Wide          bool // shown smaller on a narrow screen, and enlarged by a tap
}

func (f Figure) source() (picture, error) {
	m := picture{Alt: f.text()}
	if f.Picture != nil {
		var b bytes.Buffer
		if err := f.Picture.WritePNG(&b); err != nil {
			return m, fmt.Errorf("figure %q: %w", m.Alt, err)
		}
		m.Source = dataURI("image/png", b.Bytes())
		m.Width = (f.Picture.W + Density - 1) / Density
		m.Height = (f.Picture.H + Density - 1) / Density
	} else {
		c, err := gif.DecodeConfig(bytes.NewReader(f.GIF))
		if err != nil {
			return m, fmt.Errorf("figure %q: %w", m.Alt, err)
		}
		m.Source, m.Width, m.Height = dataURI("image/gif", f.GIF), c.Width, c.Height
	}
	m.Wide = m.Width > 560
	return m, nil
}

// dataURI returns a whole src attribute: in an attribute's value the template would escape
// each "+" as five characters. Base64 has no character that HTML must escape, and mime is
// a constant.
func dataURI(mime string, data []byte) template.HTMLAttr {
	return template.HTMLAttr(`src="data:` + mime + ";base64," + base64.StdEncoding.EncodeToString(data) + `"`)
}

// kind names a block for the template.
func kind(b Block) string {
	switch b.(type) {
	case Paragraph:
		return "paragraph"
	case Aside:
		return "aside"
	case Command:
		return "command"
	case Listing:
		return "listing"
	case Table:
		return "table"
	case Figure:
		return "figure"
	case Matrices:
		return "matrices"
	}
	panic("report: a chapter holds a block of an unknown kind")
}

// tableCell is one cell as the template prints it.
type tableCell struct {
	Text          string
	Numeric, None bool
}

// row fits a row to the table's columns and marks missing cells.
func (t Table) row(cells []string) []tableCell {
	out := make([]tableCell, max(len(t.Columns), len(cells)))
	for i := range out {
		c := &out[i]
		c.Numeric = i < len(t.Columns) && t.Columns[i].Numeric
		if i < len(cells) {
			c.Text = cells[i]
		}
		if c.Text == "" {
			c.None, c.Text = true, "–"
			if c.Numeric {
				c.Text = NotMeasured
			}
		}
	}
	return out
}

// entry prints a matrix element without needless zeros.
func entry(v float64) string { return minus(strconv.FormatFloat(v, 'g', 6, 64)) }
