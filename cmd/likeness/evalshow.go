package main

import (
	"context"
	"fmt"
	"math"

	"likeness/faces"
	"likeness/finder"
	"likeness/report"
	"likeness/search"
)

// Of the queries so many are shown, evenly spread over each sort.
const (
	shownMissed = 10
	shownFound  = 5
	shownNear   = 6
)

// show puts queries and their nearest into an album: most of those where the
// nearest is somebody else, and some where it is not.
func (e *evalSearch) show(ctx context.Context, set *faces.Set, c finder.Codes, space search.Space, s splitScore, split faces.Split, disjoint bool) (*report.Album, error) {
	gallery := split.Train
	if disjoint {
		gallery = split.Test
	}
	entries, shown := search.Entries{Dim: c.Dim}, map[string]int{}
	for _, row := range gallery {
		entries.Codes = append(entries.Codes, c.Values[row*c.Dim:(row+1)*c.Dim]...)
		entries.IDs, entries.People = append(entries.IDs, set.IDs[row]), append(entries.People, set.People[row])
		shown[set.People[row]]++
	}
	ix, err := search.NewExact(ctx, space, entries, search.About{})
	if err != nil {
		return nil, err
	}
	var asked []int // rows
	var queries []float32
	for _, row := range split.Test {
		others := shown[set.People[row]]
		if disjoint {
			others--
		}
		if set.People[row] != "" && others > 0 {
			asked = append(asked, row)
			queries = append(queries, c.Values[row*c.Dim:(row+1)*c.Dim]...)
		}
	}
	near, err := ix.SearchBatch(ctx, search.Queries(queries, c.Dim, shownNear+1))
	if err != nil {
		return nil, err
	}
	var missed, found []report.AlbumRow
	for i, row := range asked {
		person := set.People[row]
		r := report.AlbumRow{Pictures: []report.AlbumPicture{{Picture: set.Image(row), Name: person, Lines: []string{"searched for", set.IDs[row]}}}}
		hit := false
		for _, m := range near[i] {
			if m.ID == set.IDs[row] || len(r.Pictures) > shownNear {
				continue
			}
			same := m.Person == person
			hit = hit || same && len(r.Pictures) == 1
			r.Pictures = append(r.Pictures, report.AlbumPicture{
				Picture: set.Image(set.Index(m.ID)), Name: m.Person, Mark: same, Lines: []string{m.ID, fmt.Sprintf("distance %.3f", m.Distance)},
			})
		}
		if hit {
			found = append(found, r)
		} else {
			missed = append(missed, r)
		}
	}
	album := &report.Album{
		Title:    "Who is found, and who is not",
		Subtitle: fmt.Sprintf("%s, %s, in the space %s", e.data.String(), s.Split, s.Space),
		Note: fmt.Sprintf("Of %s the nearest picture shows somebody else for %s (%s), so these rows are not as they come: first some of those, then some where it shows the person. Green: the name is the same.",
			report.Count(len(asked))+" queries", report.Count(len(missed)), report.FormShare.Format(report.Measured(float64(len(missed))/math.Max(1, float64(len(asked)))))),
		Command: e.a.commandLine(),
	}
	add := func(title string, rows []report.AlbumRow, most int) {
		n := min(most, len(rows))
		for i := range n {
			r := rows[i*len(rows)/n]
			r.Title = fmt.Sprintf("%s: %d of %s", title, i*len(rows)/n+1, report.Count(len(rows)))
			album.Rows = append(album.Rows, r)
		}
	}
	add("Missed", missed, shownMissed)
	add("Found", found, shownFound)
	return album, nil
}
