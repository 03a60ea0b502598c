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
	case r.Code != "wide":
		what = "codes from elsewhere"
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
	for _, s := range r.Splits {
		if s.Reliability != nil {
			printReliability(w, s.Split, s.Reliability)
		}
	}
	if v := r.Verification; v != nil {
		fmt.Fprintf(w, "\npairs (%s): %.2f %% of %s classified correctly (standard error %.2f), AUC %.4f\n",
			r.PairsFrom, 100*v.Accuracy, report.Count(v.Pairs), 100*v.Error, v.AUC)
	}
}

// printReliability prints whether the probabilities told of what search finds are what is right.
func printReliability(w io.Writer, split string, r *quality.Reliability) {
	fmt.Fprintf(w, "\n%s: probabilities of the nearest pictures, for people who were not learned from\n", split)
	lines := [][]string{{"told", "pictures", "mean", "right", "standard error"}}
	for _, b := range r.Bins {
		lines = append(lines, []string{
			fmt.Sprintf("%.0f to %.0f %%", 100*b.From, 100*b.To), report.Count(b.Answers),
			fmt.Sprintf("%.1f %%", 100*b.Told), fmt.Sprintf("%.1f %%", 100*b.Right), fmt.Sprintf("%.1f", 100*b.Spread),
		})
	}
	console.Columns(w, "", lines, "pictures", "mean", "right", "standard error")
	fmt.Fprintf(w, "mean difference: %.1f points\n", 100*r.Error)
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
