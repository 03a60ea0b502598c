package tutorial

import (
	"context"
	"fmt"
	"time"

	"likeness/align"
	"likeness/autoencoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/report"
	"likeness/search"
	"likeness/search/quality"
)

// FoundPart is how well one way of comparing faces finds the person.
type FoundPart struct {
	Code  string `json:"code"` // the stage that trained the model, or "wide"
	Space string `json:"space"`
	quality.Retrieval
	Seconds float64 `json:"seconds"` // to encode, fit and measure
}

// tutorialsWay is the code as it is, by euclidean distance.
const tutorialsWay = "the tutorial’s way: the code of 32, euclidean"

// finding measures search in ways from the tutorial's to the finder's, on the
// same test pictures. What has to be fitted is fitted to the training pictures.
func (b *book) finding(ctx context.Context, m *autoencoder.Model) ([]FoundPart, error) {
	rows := make([]int, b.Data.Len())
	for i := range rows {
		rows[i] = i
	}
	c, err := finder.ModelCodes(ctx, m, b.Data, rows, nil)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	r, err := c.Plain().Retrieve(ctx, search.Euclidean{}, b.Data.People, b.split, false)
	if err != nil || r.Queries == 0 {
		return nil, err
	}
	parts := []FoundPart{{"conv", search.Euclidean{}.Name(), r, time.Since(began).Seconds()}}
	p, err := b.foundIn(ctx, "conv", c, time.Now())
	if err != nil {
		return nil, err
	}
	if p != nil {
		parts = append(parts, *p)
	}
	if b.Wide == nil || len(b.split.Train) < align.Fewest {
		return parts, nil
	}
	b.log("search: learning to find people, from the same pictures at 128x128")
	wide, err := b.Wide(ctx)
	if err != nil {
		return nil, err
	}
	if !sameNames(wide, b.Data) {
		return nil, fmt.Errorf("the pictures for search are not those of %s", b.Data.Source)
	}
	began = time.Now()
	d, err := finder.FitDescriber(ctx, wide, b.split.Train, finder.Options{})
	if err != nil {
		return nil, err
	}
	if c, _, err = finder.Encode(ctx, d, wide, rows, nil); err != nil {
		return nil, err
	}
	if p, err = b.foundIn(ctx, "wide", c, began); p != nil {
		parts = append(parts, *p)
	}
	return parts, err
}

// foundIn measures codes in a space that is fitted to those of the training
// pictures, and gives nil where these are too few for that.
func (b *book) foundIn(ctx context.Context, code string, c finder.Codes, began time.Time) (*FoundPart, error) {
	if len(b.split.Train) < align.Fewest {
		return nil, nil
	}
	var people []string
	for _, row := range b.split.Train {
		people = append(people, b.Data.People[row])
	}
	s, err := c.FitSpace(ctx, "", b.split.Train, people)
	if err != nil {
		return nil, err
	}
	r, err := c.Retrieve(ctx, s, b.Data.People, b.split, false)
	return &FoundPart{code, s.Name(), r, time.Since(began).Seconds()}, err
}

// sameNames reports whether two sets show the same pictures.
func sameNames(a, b *faces.Set) bool {
	if a.Len() != b.Len() {
		return false
	}
	for i, id := range a.IDs {
		if id != b.IDs[i] {
			return false
		}
	}
	return true
}

// findingBlocks say what was measured, and what it means.
func (b *book) findingBlocks(parts []FoundPart) []report.Block {
	if len(parts) == 0 {
		return []report.Block{report.Aside("No test picture shows a person who is among the training pictures, so how often search finds the person cannot be measured.")}
	}
	share := func(e quality.Estimate) string {
		return fmt.Sprintf("%s (%.1f–%.1f)", report.FormShare.Format(report.Measured(e.Value)), 100*e.Low, 100*e.High)
	}
	precision := func(e quality.Estimate) string { return fmt.Sprintf("%.3f (%.3f–%.3f)", e.Value, e.Low, e.High) }
	t := report.Table{
		Caption: fmt.Sprintf("How well the person is found, over the %s test pictures whose person is among the training pictures; in brackets what holds 95 %% of a bootstrap over people", report.Count(parts[0].Queries)),
		Columns: []report.Column{{Name: "faces compared by"}, {Name: "in first place", Numeric: true}, {Name: "among the first five", Numeric: true}, {Name: "mean average precision", Numeric: true}},
	}
	wide := false
	for _, p := range parts {
		name := tutorialsWay
		switch {
		case p.Code == "wide":
			wide, name = true, "the finder: faces straightened, a code of their gradients, "+p.Space
		case p.Space != search.Euclidean{}.Name():
			name = "the same code, " + p.Space
		}
		t.Rows = append(t.Rows, []string{name, share(p.Hit1), share(p.Hit5), precision(p.MAP)})
	}
	text := fmt.Sprintf("A random picture would show the person in %s of the cases.", report.FormShare.Format(report.Measured(parts[0].Chance)))
	if len(parts) > 1 {
		text += " An autoencoder spends its numbers on what changes most between pictures, and that is light, pose and background before it is the person. A whitened space lets every direction count alike; where names are known, ‘within’ spaces also play down what varies between pictures of one person. Both are fitted to the training pictures."
	}
	if wide {
		text += " The finder does not use the autoencoder at all: it turns faces upright, describes them by 1,404 numbers and compares those. ‘likeness train finder’ makes one for your own pictures."
	}
	return []report.Block{t, report.Paragraph(text + " ‘likeness eval search’ measures the same on people who were never seen.")}
}
