package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"likeness/report"
)

// mostDrawn is how many of the pictures found are shown at most.
const mostDrawn = 64

// showFound draws the query and what was found.
func (a *app) showFound(ctx context.Context, q *query, found []hit, out *sheets) error {
	get, err := a.indexPictures(ctx, q.path, q.file.About, q.data)
	if err != nil {
		return err
	}
	if len(found) > mostDrawn {
		a.note("The first %d of %s pictures found are shown", mostDrawn, report.Count(len(found)))
		found = found[:mostDrawn]
	}
	asked := report.AlbumRow{Title: "Searched for"}
	if n := len(q.ids) + len(q.images); n > 1 {
		asked.Note = fmt.Sprintf("the average of %d pictures", n)
	}
	e := q.file.Entries
	for i, path := range q.images {
		asked.Pictures = append(asked.Pictures, report.AlbumPicture{Picture: q.pictures[i], Name: title(path)})
	}
	for _, id := range q.ids {
		p := report.AlbumPicture{Picture: get(id), Name: id}
		if person := e.People[slices.Index(e.IDs, id)]; person != "" {
			p.Name, p.Lines = person, []string{id}
		}
		asked.Pictures = append(asked.Pictures, p)
	}
	odds := hasOdds(q.file.Space)
	row := report.AlbumRow{Title: "Found"}
	if len(found) == 0 {
		row.Note = "nothing"
	}
	for _, m := range found {
		p := report.AlbumPicture{Picture: get(m.ID), Name: m.Person, Mark: q.person != "" && m.Person == q.person}
		if p.Name == "" {
			p.Name = m.ID
		} else {
			p.Lines = append(p.Lines, m.ID)
		}
		if day, _, ok := strings.Cut(m.Taken, "T"); ok {
			p.Lines = append(p.Lines, day)
		}
		line := fmt.Sprintf("distance %.3f", m.Distance)
		p.Lines = append(p.Lines, line)
		if m.Odds != nil {
			p.Lines = append(p.Lines, "odds "+oddsText(*m.Odds))
		}
		row.Pictures = append(row.Pictures, p)
	}
	album := report.Album{
		Title:    "The nearest to " + strings.Join(append(titles(q.images), q.ids...), ", "),
		Subtitle: fmt.Sprintf("among %s of %s, in the space %s", count(q.index.Len(), "picture"), q.path, q.file.Space.Name()),
		Command:  a.commandLine(),
		Rows:     []report.AlbumRow{asked, row},
	}
	if odds {
		album.Note = oddsMeaning + " Green: the name is the same."
	} else if q.person != "" {
		album.Note = "Green: the name is the same."
	}
	return out.write(&album)
}
