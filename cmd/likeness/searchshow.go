package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/gallery"
	"likeness/report"
	"likeness/search"
)

// mostDrawn is how many of the pictures found are shown at most.
const mostDrawn = 64

func printFound(w io.Writer, r *gallery.Result) {
	if len(r.Results) == 0 {
		return
	}
	heads, right := []string{"rank", "distance", "person", "picture"}, []string{"rank", "distance", "odds"}
	odds := slices.ContainsFunc(r.Results, func(h gallery.Hit) bool { return h.Odds != nil || h.Beyond != search.Within })
	if odds {
		heads = slices.Insert(heads, 2, "odds")
	}
	likely := slices.ContainsFunc(r.Results, func(h gallery.Hit) bool { return h.Probability != nil })
	if likely {
		at := slices.Index(heads, "odds") + 1
		heads, right = slices.Insert(heads, at, "probability"), append(right, "probability")
	}
	several := severalFaces(r.Results)
	if several {
		heads, right = append(heads, "face"), append(right, "face")
	}
	lines := [][]string{heads}
	for _, h := range r.Results {
		line := []string{fmt.Sprint(h.Rank), fmt.Sprintf("%.4f", h.Distance), orDash(h.Person), shownPath(h)}
		if odds {
			line = slices.Insert(line, 2, hitOdds(h))
		}
		if likely {
			line = slices.Insert(line, slices.Index(heads, "probability"), hitProbability(h))
		}
		if several {
			line = append(line, fmt.Sprint(h.Face))
		}
		lines = append(lines, line)
	}
	console.Columns(w, "", lines, right...)
	if likely {
		fmt.Fprintf(w, "probability: that this is the person, given that the index holds %s\n", count(r.Entries, "picture"))
	}
}

// hitOdds are the odds of what was found, or why there are none.
func hitOdds(h gallery.Hit) string {
	switch {
	case h.Odds != nil:
		return oddsText(*h.Odds)
	case h.Beyond == search.Nearer:
		return "nearer" // than photographs of one person are
	case h.Beyond == search.Farther:
		return "farther"
	}
	return "-"
}

// hitProbability is the probability in percent.
func hitProbability(h gallery.Hit) string {
	switch p := h.Probability; {
	case p == nil:
		return "-"
	case *p < 0.01:
		return "< 1 %"
	case *p > 0.99:
		return "> 99 %"
	default:
		return fmt.Sprintf("%.0f %%", 100**p)
	}
}

// shownPath is the path of what was found as it can be opened from here, with the number of the face where the picture
// shows several; what is in no folder has its id.
func shownPath(h gallery.Hit) string {
	if h.Path == "" {
		return h.ID
	}
	if _, face := faces.SplitFaceID(h.ID); face > 0 {
		return faces.FaceID(console.FromHere(h.Path), face)
	}
	return console.FromHere(h.Path)
}

// severalFaces reports whether several faces were searched for, each by itself.
func severalFaces(found []gallery.Hit) bool {
	return slices.ContainsFunc(found, func(h gallery.Hit) bool { return h.Face > 0 })
}

// writeFoundCSV writes what was found as comma-separated values.
func writeFoundCSV(out io.Writer, found []gallery.Hit) error {
	w := csv.NewWriter(out)
	lines := [][]string{{"rank", "distance", "odds", "person", "picture", "path"}}
	several := severalFaces(found)
	if several {
		lines[0] = append(lines[0], "face")
	}
	for _, h := range found {
		odds := ""
		if h.Odds != nil {
			odds = strconv.FormatFloat(*h.Odds, 'g', 6, 64)
		}
		line := []string{strconv.Itoa(h.Rank), strconv.FormatFloat(h.Distance, 'g', 9, 64), odds, h.Person, h.ID, h.Path}
		if several {
			line = append(line, strconv.Itoa(h.Face))
		}
		lines = append(lines, line)
	}
	return w.WriteAll(console.Cells(lines))
}

// noteFaces tells how many faces the pictures searched for show.
func (a *app) noteFaces(r *gallery.Result, f *searchFlags) {
	switch n := len(f.query.Images); {
	case f.query.Faces == faces.All && r.Faces > 1:
		a.Note("%s shows %d faces, numbered from the left: each is searched for", f.query.Images[0], r.Faces)
	case r.Faces > n && n == 1:
		a.Note("%s shows %d faces: the largest is searched for, with --faces all each of them", f.query.Images[0], r.Faces)
	case r.Faces > n && n > 1:
		a.Note("The pictures show %d faces: the largest of each is searched for", r.Faces)
	}
}

// noteFew says why less was found than was asked for.
func (a *app) noteFew(r *gallery.Result, f *searchFlags) {
	filtered, limited := f.query.Where.Selects(), f.query.MinOdds > 0 || f.query.MaxDistance > 0
	why := ""
	switch {
	case filtered && limited:
		why = ", and the others pass no filter or are too far away"
	case filtered:
		why = ", and the filters keep no others"
	case limited:
		why = ", and the others are too far away"
	}
	held := "the index holds " + count(r.Entries, "picture") + why
	switch n := len(r.Results); {
	case n == 0:
		a.Note("Nothing found: %s", held)
	case why != "":
		a.Note("Only %s found: %s", report.Count(n), held)
	}
}

// showFound draws the query and what was found.
func (a *app) showFound(ctx context.Context, g *gallery.Gallery, r *gallery.Result, f *searchFlags) error {
	found := r.Results
	if len(found) > mostDrawn {
		a.Note("The first %d of %s pictures found are shown", mostDrawn, report.Count(len(found)))
		found = found[:mostDrawn]
	}
	q := &f.query
	wanted := slices.Clone(q.IDs)
	for _, h := range found {
		wanted = append(wanted, h.ID)
	}
	get, err := a.galleryPictures(ctx, g, wanted)
	if err != nil {
		return err
	}
	asked := report.AlbumRow{Title: "Searched for"}
	if r.Averaged > 0 {
		asked.Note = fmt.Sprintf("the average of %d pictures", r.Averaged)
	}
	for _, path := range q.Images {
		cutter := faces.Cutter{Prep: q.Prep, Framer: a.framer(), Faces: q.Faces}
		cuts, err := cutter.Open(ctx, path)
		if err != nil {
			return err
		}
		for i, cut := range cuts {
			p := report.AlbumPicture{Picture: cut.Picture, Name: title(path)}
			if len(cuts) > 1 {
				p.Name = faces.FaceID(p.Name, i+1)
			}
			asked.Pictures = append(asked.Pictures, p)
		}
	}
	for _, id := range q.IDs {
		member, _ := g.Member(id)
		asked.Pictures = append(asked.Pictures, albumPicture(get(id), member.Person))
	}
	row := report.AlbumRow{Title: "Found"}
	if len(found) == 0 {
		row.Note = "nothing"
	}
	for _, h := range found {
		p := albumPicture(get(h.ID), h.Person)
		p.Mark = r.Person != "" && h.Person == r.Person
		if day, _, ok := strings.Cut(h.Taken, "T"); ok {
			p.Lines = append(p.Lines, day)
		}
		p.Lines = append(p.Lines, fmt.Sprintf("distance %.3f", h.Distance))
		if h.Odds != nil {
			p.Lines = append(p.Lines, "odds "+oddsText(*h.Odds))
		}
		if h.Probability != nil {
			p.Lines = append(p.Lines, "probability "+hitProbability(h))
		}
		row.Pictures = append(row.Pictures, p)
	}
	album := report.Album{
		Title:    "The nearest to " + strings.Join(append(titles(q.Images), q.IDs...), ", "),
		Subtitle: fmt.Sprintf("among %s of %s, in the space %s", count(r.Entries, "picture"), console.Shown(r.Index), r.Space),
		Command:  a.CommandLine(),
		Rows:     []report.AlbumRow{asked, row},
	}
	if g.Info().Odds {
		album.Note = oddsMeaning + " Green: the name is the same."
	} else if r.Person != "" {
		album.Note = "Green: the name is the same."
	}
	return f.sheets.write(&album)
}
