package report

import (
	"slices"

	"likeness/pix"
)

// Restoration is one row of the figure of restored pictures. The errors are
// measured against the original.
type Restoration struct {
	Original, Corrupted, Restored *pix.Image
	CorruptedMSE, RestoredMSE     Number
	Title                         string // beneath the original

	// Baseline is the same corrupted picture restored by a closed form. Its column is drawn
	// when a row has one.
	Baseline     *pix.Image
	BaselineMSE  Number
	BaselineName string // heads the column; "Wiener filter" when empty
}

// Restorations draws "Original", the corrupted and the restored picture with
// their errors beneath, and a fourth column for the baseline where a row has one.
// corrupted and restored are the heads of their columns, such as "Noisy" and
// "Denoised". Where no row has an original, the two columns are "Picture", the
// picture as it was given, and the restored one, without errors.
func Restorations(corrupted, restored string, rows []Restoration) *pix.Image {
	p := newPen()
	if len(rows) > 0 && !slices.ContainsFunc(rows, func(r Restoration) bool { return r.Original != nil }) {
		var cells [][]cell
		for _, r := range rows {
			cells = append(cells, []cell{{pic: p.tile(r.Corrupted, tileLarge), below: title(r.Title)}, {pic: p.tile(r.Restored, tileLarge)}})
		}
		return blocks([]string{"Picture", restored}, cells).draw(p)
	}
	heads := []string{"Original", corrupted, restored}
	baseline := false
	name := "Wiener filter"
	for _, r := range rows {
		if r.Baseline != nil {
			baseline = true
			if r.BaselineName != "" {
				name = r.BaselineName
			}
		}
	}
	if baseline {
		heads = append(heads, name)
	}
	cells := make([][]cell, len(rows))
	for i, r := range rows {
		cells[i] = []cell{
			{pic: p.tile(r.Original, tileLarge), below: title(r.Title)},
			{pic: p.tile(r.Corrupted, tileLarge), below: mseCaption(r.CorruptedMSE)},
			{pic: p.tile(r.Restored, tileLarge), below: mseCaption(r.RestoredMSE)},
		}
		if baseline {
			cells[i] = append(cells[i], cell{pic: p.tile(r.Baseline, tileLarge), below: mseCaption(r.BaselineMSE)})
		}
	}
	if baseline { // two blocks of four columns would be too wide for a page
		return (&sheet{heads: heads, rows: cells}).draw(p)
	}
	return blocks(heads, cells).draw(p)
}

func mseCaption(n Number) []words { return caption("MSE " + FormMSE.Format(n)) }

// Comparison is one row of the figure that compares denoisers: one noisy picture and the
// result of each denoiser.
type Comparison struct {
	Title    string // beneath the original
	Original *pix.Image
	Noisy    *pix.Image
	NoisyMSE Number
	Results  []*pix.Image // one for each denoiser
	MSE      []Number     // of each result against the original
}

// Comparisons draws "Original", "Noisy" and a column for each denoiser, headed by
// its name, with the errors beneath.
func Comparisons(denoisers []string, rows []Comparison) *pix.Image {
	p := newPen()
	s := sheet{heads: append([]string{"Original", "Noisy"}, denoisers...)}
	for _, r := range rows {
		row := []cell{
			{pic: p.tile(r.Original, tileLarge), below: title(r.Title)},
			{pic: p.tile(r.Noisy, tileLarge), below: mseCaption(r.NoisyMSE)},
		}
		for i, m := range r.Results {
			row = append(row, cell{pic: p.tile(m, tileLarge), below: mseCaption(r.MSE[i])})
		}
		s.rows = append(s.rows, row)
	}
	return s.draw(p)
}
