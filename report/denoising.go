package report

import (
	"slices"

	"likeness/pix"
)

// Denoising is one row of the denoising figure. The errors are against the
// original.
type Denoising struct {
	Original, Noisy, Denoised *pix.Image
	NoisyMSE, DenoisedMSE     Number
	Title                     string // beneath the original

	// Yardstick is what a closed-form filter makes of the same noisy picture;
	// its column is drawn when a row has one.
	Yardstick     *pix.Image
	YardstickMSE  Number
	YardstickName string // heads the column; "Wiener filter" when empty
}

// Denoised draws "Original | Noisy | Denoised" with the errors beneath, and a
// fourth column for the yardstick where there is one.
func Denoised(rows []Denoising) *pix.Image { return Mended("Noisy", "Denoised", rows) }

// Mended is Denoised for another harm than noise: spoilt and mended head the
// two columns after "Original", such as "Covered" and "Filled in". Where no row has an
// original, pictures as they were given stand beside what came of them, "Picture" and
// mended, without errors.
func Mended(spoilt, mended string, rows []Denoising) *pix.Image {
	p := newPen()
	if len(rows) > 0 && !slices.ContainsFunc(rows, func(r Denoising) bool { return r.Original != nil }) {
		var cells [][]cell
		for _, r := range rows {
			cells = append(cells, []cell{{pic: p.tile(r.Noisy, tileLarge), below: title(r.Title)}, {pic: p.tile(r.Denoised, tileLarge)}})
		}
		return blocks([]string{"Picture", mended}, cells).draw(p)
	}
	heads := []string{"Original", spoilt, mended}
	yardstick := false
	name := "Wiener filter"
	for _, r := range rows {
		if r.Yardstick != nil {
			yardstick = true
			if r.YardstickName != "" {
				name = r.YardstickName
			}
		}
	}
	if yardstick {
		heads = append(heads, name)
	}
	cells := make([][]cell, len(rows))
	for i, r := range rows {
		cells[i] = []cell{
			{pic: p.tile(r.Original, tileLarge), below: title(r.Title)},
			{pic: p.tile(r.Noisy, tileLarge), below: mseCaption(r.NoisyMSE)},
			{pic: p.tile(r.Denoised, tileLarge), below: mseCaption(r.DenoisedMSE)},
		}
		if yardstick {
			cells[i] = append(cells[i], cell{pic: p.tile(r.Yardstick, tileLarge), below: mseCaption(r.YardstickMSE)})
		}
	}
	if yardstick { // two blocks of four would be too wide for a page
		return (&sheet{heads: heads, rows: cells}).draw(p)
	}
	return blocks(heads, cells).draw(p)
}

func mseCaption(n Number) []words { return caption("MSE " + FormMSE.Format(n)) }

// Rivals is one row of the figure of denoisers: one noisy picture and what each
// of several makes of it.
type Rivals struct {
	Title    string // beneath the original
	Original *pix.Image
	Noisy    *pix.Image
	NoisyMSE Number
	Mended   []*pix.Image // one a rival
	MSE      []Number     // of each against the original
}

// Denoisers draws "Original | Noisy" and a column for each rival, headed by its
// name, with the errors beneath.
func Denoisers(names []string, rows []Rivals) *pix.Image {
	p := newPen()
	s := sheet{heads: append([]string{"Original", "Noisy"}, names...)}
	for _, r := range rows {
		row := []cell{
			{pic: p.tile(r.Original, tileLarge), below: title(r.Title)},
			{pic: p.tile(r.Noisy, tileLarge), below: mseCaption(r.NoisyMSE)},
		}
		for i, m := range r.Mended {
			row = append(row, cell{pic: p.tile(m, tileLarge), below: mseCaption(r.MSE[i])})
		}
		s.rows = append(s.rows, row)
	}
	return s.draw(p)
}
