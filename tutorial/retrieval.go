package tutorial

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"likeness/autoencoder"
	"likeness/pix"
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
	index, err := b.index(m)
	if err != nil {
		return err
	}
	path := filepath.Join(b.Out, "index.safetensors")
	if err := index.Save(path); err != nil {
		return err
	}
	began := time.Now()
	found, err := index.SearchBatch(ctx, m.Encode(b.test), neighbours)
	if err != nil {
		return err
	}
	took := time.Since(began)
	part := b.hits(found)
	part.Index, part.Space = path, index.Space().Name()
	b.results.Retrieval = &part
	figure, err := b.figure("retrieval", "The training pictures nearest to test pictures by euclidean distance between codes. A green frame marks the same person.",
		"rows of a face and the faces most like it", report.Neighbours(b.queries(found)))
	if err != nil {
		return err
	}
	b.add(report.Chapter{ID: "retrieval", Title: "Search by likeness", Body: []report.Block{
		report.Paragraph("The code of a face says what it looks like, so faces with near codes should look alike. The encoder gives codes to all training pictures; the nearest ones to a test picture’s code are its neighbours."),
		figure,
		b.hitsTable(part),
	}})
	if part.Queries > 0 {
		b.page.Summary = append(b.page.Summary, report.Result{
			Name: "Same person in first place", Note: fmt.Sprintf("%s queries, euclidean", report.Count(part.Queries)),
			Value: report.Measured(part.Hit1), Form: report.FormShare, HigherWins: true, Took: took, Chapter: "retrieval",
		})
	}
	return nil
}

// convModel is the convolutional model, trained in this run or before.
func (b *book) convModel(ctx context.Context) (*autoencoder.Model, error) {
	if m := b.models["conv"]; m != nil {
		return m, nil
	}
	r, _ := RecipeNamed("conv")
	m, _, err := b.model(ctx, r)
	return m, err
}

// index holds the codes of the training pictures.
func (b *book) index(m *autoencoder.Model) (*search.Exact, error) {
	e := search.Entries{Dim: m.Code, Codes: m.Encode(b.Data.AllFloats(b.split.Train))}
	for _, row := range b.split.Train {
		e.IDs = append(e.IDs, b.Data.IDs[row])
		e.People = append(e.People, b.Data.People[row])
	}
	prep, err := json.Marshal(m.Prep)
	if err != nil {
		return nil, err
	}
	return search.NewExact(search.Euclidean{}, e, search.About{Model: m.Fingerprint(), Arch: m.Arch, Prep: string(prep), Source: b.Data.Source, ModelFile: "models/conv.safetensors"})
}

// hits counts how often the same person is found.
func (b *book) hits(found [][]search.Match) RetrievePart {
	trained := map[string]bool{}
	for _, row := range b.split.Train {
		trained[b.Data.People[row]] = true
	}
	delete(trained, "")
	var p RetrievePart
	first, five := 0, 0
	for i, row := range b.split.Test {
		person := b.Data.People[row]
		if !trained[person] {
			continue
		}
		p.Queries++
		for _, m := range found[i] {
			if m.Person == person && m.Rank <= 5 {
				five++
				if m.Rank == 1 {
					first++
				}
				break
			}
		}
	}
	if p.Queries > 0 {
		p.Hit1, p.Hit5 = float64(first)/float64(p.Queries), float64(five)/float64(p.Queries)
	}
	return p
}

func (b *book) hitsTable(p RetrievePart) report.Block {
	if p.Queries == 0 {
		return report.Aside("No test picture shows a person who is among the training pictures, so how often search finds the person cannot be measured.")
	}
	share := func(v float64) string { return report.FormShare.Format(report.Measured(v)) }
	return report.Table{
		Caption: fmt.Sprintf("How often the same person is found, over the %s test pictures whose person is among the training pictures", report.Count(p.Queries)),
		Columns: []report.Column{{Name: "among the nearest"}, {Name: "share of queries", Numeric: true}},
		Rows:    [][]string{{"1", share(p.Hit1)}, {"5", share(p.Hit5)}},
	}
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
