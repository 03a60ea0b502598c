package main

import (
	"fmt"
	"io"
	"math"

	"likeness/cmd/likeness/internal/console"
	"likeness/evaluation"
	"likeness/report"
	"likeness/search/quality"
)

func printSearchScore(w io.Writer, r *evaluation.SearchScore) {
	what := "the wide code, faces aligned"
	switch {
	case r.Model != "":
		what = "the code of " + r.Model
	case !r.Aligned:
		what = "the wide code, faces as they are"
	}
	fmt.Fprintf(w, "%s: %s\n\n", r.Data, what)
	lines := [][]string{{"split", "space", "queries", "hit@1", "", "hit@5", "", "mAP", "", "chance"}}
	for _, s := range r.Splits {
		line := []string{s.Split, s.Space, report.Count(s.Retrieval.Queries)}
		for _, e := range []quality.Estimate{s.Retrieval.Hit1, s.Retrieval.Hit5, s.Retrieval.MAP} {
			line = append(line, fmt.Sprintf("%.3f", e.Value), fmt.Sprintf("[%.3f, %.3f]", e.Low, e.High))
		}
		lines = append(lines, append(line, fmt.Sprintf("%.4f", s.Retrieval.Chance)))
	}
	console.Columns(w, "", lines, "queries", "hit@1", "hit@5", "mAP", "chance")
	for _, s := range r.Splits {
		if a := s.Agreement; a != nil {
			fmt.Fprintf(w, "\n%s: the %d nearest share %.1f %% of the query's attributes, any picture %.1f %%\n", s.Split, a.K, 100*a.Nearest, 100*a.Chance)
		}
	}
	if v := r.Verification; v != nil {
		fmt.Fprintf(w, "\npairs (%s): %.2f %% of %s classified correctly (standard error %.2f), AUC %.4f\n",
			r.PairsFrom, 100*v.Accuracy, report.Count(v.Pairs), 100*v.Error, v.AUC)
	}
}

// examplesAlbum shows queries and their nearest: first some of those where the nearest is
// somebody else.
func (a *app) examplesAlbum(r *evaluation.SearchScore) *report.Album {
	x := r.Examples
	album := &report.Album{
		Title:    "Who is found, and who is not",
		Subtitle: fmt.Sprintf("%s, %s, in the space %s", console.Shown(r.Data), r.Split, r.Space),
		Note: fmt.Sprintf("For %s of %s queries the nearest picture shows somebody else (%s). The rows are therefore not a fair sample: first some of those queries, then some whose nearest shows the person. Green: the name is the same.",
			report.Count(x.Missed), report.Count(x.Queries), report.FormShare.Format(report.Measured(float64(x.Missed)/math.Max(1, float64(x.Queries))))),
		Command: a.CommandLine(),
	}
	add := func(title string, all []evaluation.Example, of int) {
		for _, e := range all {
			row := report.AlbumRow{
				Title:    fmt.Sprintf("%s: %d of %s", title, e.Number, report.Count(of)),
				Pictures: []report.AlbumPicture{{Picture: x.Set.Image(e.Row), Name: x.Set.People[e.Row], Lines: []string{"searched for", x.Set.IDs[e.Row]}}},
			}
			for _, h := range e.Nearest {
				row.Pictures = append(row.Pictures, report.AlbumPicture{
					Picture: x.Set.Image(h.Row), Name: x.Set.People[h.Row], Mark: h.Same,
					Lines: []string{x.Set.IDs[h.Row], fmt.Sprintf("distance %.3f", h.Distance)},
				})
			}
			album.Rows = append(album.Rows, row)
		}
	}
	add("Missed", x.MissedOnes, x.Missed)
	add("Found", x.FoundOnes, x.Queries-x.Missed)
	return album
}
