package tutorial

import (
	"strings"
	"testing"

	"likeness/faces"
	"likeness/latent"
	"likeness/report"
)

// What the page shows of the verdicts: the attributes of its strips, and those that
// did no better than chance, whichever they are.
func TestVerdicts(t *testing.T) {
	blocks := verdicts([]latent.Verdict{
		{Name: "Bald", Edits: 150, RightWay: 1, RandomWay: 0.5},
		{Name: "Mouth Slightly Open", Edits: 150, RightWay: 0.42, RandomWay: 0.43},
		{Name: "Smiling", Edits: 150, RightWay: 0.98, RandomWay: 0.54, Flipped: 0.76, RandomFlipped: 0.05},
	})
	if len(blocks) != 2 || !strings.Contains(string(blocks[0].(report.Paragraph)), "of 3 attributes they went the right way in 80 %, random steps as long in 49 %; with 1 of them") {
		t.Fatalf("%+v", blocks)
	}
	rows := blocks[1].(report.Table).Rows
	if len(rows) != 2 || strings.Join(rows[0], "|") != "Smiling|150|98 % (54)|76 % (5)|better than random steps" || rows[1][0] != "Mouth Slightly Open" || rows[1][4] != "no better than random steps" {
		t.Errorf("%q", rows)
	}
	if blocks := verdicts(nil); len(blocks) != 1 || !strings.Contains(string(blocks[0].(report.Aside)), "--long") {
		t.Errorf("nothing judged: %+v", blocks)
	}
}

// Edits are judged where that takes seconds, or when there is time.
func TestJudges(t *testing.T) {
	for _, c := range []struct {
		pictures   int
		long, want bool
	}{{3600, false, true}, {11828, false, false}, {11828, true, true}} {
		b := &book{Run: &Run{Long: c.long}, split: faces.Split{Train: make([]int, c.pictures)}}
		if b.judges() != c.want {
			t.Errorf("%d training pictures, long %v: judged %v", c.pictures, c.long, b.judges())
		}
	}
}
