package report

import "likeness/pix"

// Reconstruction is one row of the tutorial's figure: a picture, its code and the decoded
// code.
type Reconstruction struct {
	Original, Reconstructed *pix.Image
	Code                    []float32
	Title                   string // beneath the original: which picture this is; underscores are printed as spaces
	Note                    string // beneath the reconstruction: its error
}

// Reconstructions draws "Original | Code | Reconstructed", four rows and more
// in two columns. All codes of a figure share one colour scale, printed under
// it, so that rows can be compared.
func Reconstructions(rows []Reconstruction) *pix.Image {
	p := newPen()
	codes := make([][]float32, len(rows))
	for i, r := range rows {
		codes[i] = r.Code
	}
	limit, clipped := codeLimit(codes)
	cells := make([][]cell, len(rows))
	for i, r := range rows {
		cells[i] = []cell{
			{pic: p.tile(r.Original, tileLarge), below: title(r.Title)},
			{pic: codeMap(r.Code, tileLarge, limit)},
			{pic: p.tile(r.Reconstructed, tileLarge), below: caption(r.Note)},
		}
	}
	s := blocks([]string{"Original", "Code", "Reconstructed"}, cells)
	if len(rows) > 0 {
		s.foot = p.codeLegend(limit, clipped)
	}
	return s.draw(p)
}

// blocks arranges four rows and more in two columns, read left to right.
func blocks(heads []string, rows [][]cell) *sheet {
	s := &sheet{heads: heads, rows: rows, block: len(heads)}
	if len(rows) < 4 {
		return s
	}
	s.heads = append(append([]string(nil), heads...), heads...)
	s.rows = nil
	for i := 0; i < len(rows); i += 2 {
		r := append([]cell(nil), rows[i]...)
		if i+1 < len(rows) {
			r = append(r, rows[i+1]...)
		}
		s.rows = append(s.rows, r)
	}
	return s
}

// caption returns one line in secondary style, of at most two rows, or none.
func caption(text string) []words {
	if text == "" {
		return nil
	}
	return []words{{text: text, style: mutedStyle, rows: 2}}
}

// title returns the name of a row's picture, in up to three rows: its end distinguishes the
// pictures of one person.
func title(text string) []words {
	if text == "" {
		return nil
	}
	return []words{{text: PersonName(text), style: captionStyle, rows: 3}}
}
