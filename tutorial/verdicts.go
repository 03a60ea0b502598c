package tutorial

import (
	"fmt"
	"slices"

	"likeness/evaluation"
	"likeness/latent"
	"likeness/report"
)

// ofErrors and ofShares are the rules of evaluation for the page.
func ofErrors(mse, other float64) report.Tone { return tone(evaluation.Compare(mse, other)) }

func ofShares(share, other float64) report.Tone { return tone(evaluation.CompareShares(share, other)) }

func tone(c evaluation.Comparison) report.Tone {
	switch c {
	case evaluation.Better:
		return report.Better
	case evaluation.Worse:
		return report.Worse
	}
	return report.Neutral
}

// judgedAlways is the number of training pictures up to which judging takes some
// seconds, as with the drawn faces, and is not kept for Long.
const judgedAlways = 5000

// judges reports whether edits are judged.
func (b *book) judges() bool { return b.Long || len(b.split.Train) <= judgedAlways }

// verdicts says what a classifier of pixels says of edits: of those that the page
// shows, and of those that did no better than chance. Where nothing was judged, for
// it nearly doubles what the chapter takes, it says how to have it done.
func verdicts(list []latent.Verdict) []report.Block {
	if len(list) == 0 {
		return []report.Block{report.Aside("Whether an edited face shows more of the attribute was not judged here. A classifier that sees only pixels does so with --long, or with ‘likeness directions MODEL --judge’, which take about a minute for it on LFW.")}
	}
	t := report.Table{
		Caption: "Right way: the share of edits of test faces after which the classifier saw more of the attribute, or less where it was taken away. Flipped: of faces that it saw on the other side before, the share that came over. In brackets: random steps as long.",
		Columns: []report.Column{{Name: "attribute"}, {Name: "edits", Numeric: true}, {Name: "right way", Numeric: true}, {Name: "flipped", Numeric: true}, {Name: "verdict"}},
	}
	var right, random float64
	row := func(v *latent.Verdict, verdict string) {
		t.Rows = append(t.Rows, []string{v.Name, report.Count(v.Edits), shares(v.RightWay, v.RandomWay), shares(v.Flipped, v.RandomFlipped), verdict})
	}
	for i := range list {
		v := &list[i]
		right, random = right+v.RightWay/float64(len(list)), random+v.RandomWay/float64(len(list))
		if slices.Contains(editAttributes, v.Name) && v.HeldUp() {
			row(v, "better than random steps")
		}
	}
	chance := 0
	for i := range list {
		if v := &list[i]; !v.HeldUp() {
			row(v, "no better than random steps")
			chance++
		}
	}
	blocks := []report.Block{
		report.Paragraph(fmt.Sprintf("A classifier that sees only pixels, fitted to other people than the directions, judged edits of test faces. In the mean of %d attributes they went the right way in %.0f %%, random steps as long in %.0f %%; with %d of them edits were no better than that.", len(list), 100*right, 100*random, chance)),
	}
	if len(t.Rows) > 0 {
		blocks = append(blocks, t)
	}
	return blocks
}

// shares is a share with what chance comes to.
func shares(v, chance float64) string { return fmt.Sprintf("%.0f %% (%.0f)", 100*v, 100*chance) }
