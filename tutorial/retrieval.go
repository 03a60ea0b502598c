package tutorial

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
	"likeness/report"
	"likeness/search"
)

// examples are the test pictures that the tutorial searches with.
var examples = []int{247, 56, 63}

const neighbours = 7

// retrieval is the chapter of search by the codes of the trained encoder. (The
// tutorial searches with an encoder that was built anew and never trained.)
func (b *book) retrieval(ctx context.Context) error {
	m, err := b.convModel(ctx)
	if err != nil {
		return err
	}
	path := filepath.Join(b.Out, "index.safetensors")
	index, err := b.index(ctx, m, path)
	if err != nil {
		return err
	}
	if err := index.Save(path); err != nil {
		return err
	}
	began := time.Now()
	codes, err := m.Encode(ctx, b.test)
	if err != nil {
		return err
	}
	found, err := index.SearchBatch(ctx, search.Queries(codes, m.Code, neighbours))
	if err != nil {
		return err
	}
	took := time.Since(began)
	parts, err := b.finding(ctx, m)
	if err != nil {
		return err
	}
	part := RetrievePart{Index: path, Space: index.Space().Name(), Found: parts}
	if len(parts) > 0 {
		part.Queries, part.Hit1, part.Hit5, part.MAP = parts[0].Queries, parts[0].Hit1.Value, parts[0].Hit5.Value, parts[0].MAP.Value
	}
	b.results.Retrieval = &part
	figure, err := b.figure("retrieval", "The training pictures nearest to test pictures by euclidean distance between codes. A green frame marks the same person.",
		"rows of a face and the faces most like it", report.Neighbours(b.queries(found)))
	if err != nil {
		return err
	}
	body := []report.Block{
		report.Paragraph("The code of a face says what it looks like, so faces with near codes should look alike. The encoder gives codes to all training pictures; the nearest ones to a test picture’s code are its neighbours."),
		figure,
	}
	b.add(report.Chapter{ID: "retrieval", Title: "Search by likeness", Body: append(body, b.findingBlocks(parts)...)})
	for i, p := range parts {
		if i == 0 || p.Code == "wide" {
			result := report.Result{
				Name: "Same person in first place", Note: fmt.Sprintf("%s queries, %s", report.Count(p.Queries), p.Space),
				Value: report.Measured(p.Hit1.Value), Form: report.FormShare, Compare: ofShares, Chapter: "retrieval",
			}
			if i == 0 {
				result.Took = took
			} else {
				result.Name += ", by a finder"
				result.Took = time.Duration(p.Seconds * float64(time.Second))
				result.Baselines = []report.Baseline{{Name: "the tutorial’s way", Value: report.Measured(parts[0].Hit1.Value)}}
			}
			b.page.Summary = append(b.page.Summary, result)
		}
	}
	return nil
}

// convModel is the convolutional model, trained in this run or before.
func (b *book) convModel(ctx context.Context) (*autoencoder.Model, error) {
	if m := b.models["conv"]; m != nil {
		return m, nil
	}
	r, _ := recipe.Named("conv")
	m, _, err := b.model(ctx, r)
	return m, err
}

// index holds the codes of the training pictures, for a file at path.
func (b *book) index(ctx context.Context, m *autoencoder.Model, path string) (*search.Exact, error) {
	codes, err := m.Encode(ctx, b.Data.AllFloats(b.split.Train))
	if err != nil {
		return nil, err
	}
	e := search.Entries{Dim: m.Code, Codes: codes}
	for _, row := range b.split.Train {
		e.IDs = append(e.IDs, b.Data.IDs[row])
		e.People = append(e.People, b.Data.People[row])
	}
	prep, err := json.Marshal(m.Prep)
	if err != nil {
		return nil, err
	}
	of := dataset.OriginOf(b.Data, len(b.split.Train), 0)
	origin, err := json.Marshal(of.At(path))
	if err != nil {
		return nil, err
	}
	return search.NewExact(ctx, search.Euclidean{}, e, search.About{
		Model: m.Fingerprint(), Arch: m.Arch, Prep: string(prep), Source: of.Data, Origin: string(origin), ModelFile: "models/conv.safetensors",
	})
}

// examples are the tutorial's, or the first ones where there are not so many
// test pictures.
func (b *book) examples() []int {
	if n := len(b.split.Test); n <= slices.Max(examples) {
		return []int{0, 1, 2}[:min(n, 3)]
	}
	return examples
}

// queries are the rows of the figure.
func (b *book) queries(found [][]search.Match) []report.Query {
	var rows []report.Query
	for _, i := range b.examples() {
		row := b.split.Test[i]
		q := report.Query{Picture: b.Data.Image(row), Person: b.Data.People[row], Note: fmt.Sprintf("test image %d", i)}
		for _, m := range found[i] {
			q.Matches = append(q.Matches, report.Neighbour{
				Picture: b.image(m.ID), Person: m.Person, Distance: m.Distance, Same: m.Person != "" && m.Person == q.Person,
			})
		}
		rows = append(rows, q)
	}
	return rows
}

// image is the picture of an id.
func (b *book) image(id string) *pix.Image {
	if i := b.Data.Index(id); i >= 0 {
		return b.Data.Image(i)
	}
	return nil
}
