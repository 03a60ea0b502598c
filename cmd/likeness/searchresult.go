package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"likeness/report"
	"likeness/search"
)

// hit is one picture that was found.
type hit struct {
	search.Match
	// Odds of one person (see oddsMeaning), absent where the space does not know.
	Odds *float64 `json:"odds,omitempty"`
	// Taken is when the picture was, as the clock there showed it; absent where
	// the index does not know.
	Taken string `json:"taken,omitempty"`
}

// searchResult is what 'search' tells.
type searchResult struct {
	Index    string   `json:"index"`
	Image    string   `json:"image,omitempty"`
	ID       string   `json:"id,omitempty"`
	Images   []string `json:"images,omitempty"` // where there are several
	IDs      []string `json:"ids,omitempty"`
	Averaged int      `json:"averaged,omitempty"`
	Space    string   `json:"space"`
	Kind     string   `json:"kind"` // of the index
	Entries  int      `json:"entries"`
	sheets
	Results []hit `json:"results"`
}

// tellFew says why less was found than was asked for.
func (q *query) tellFew(a *app, n int) {
	held := "the index holds " + count(q.index.Len(), "picture")
	switch {
	case n == 0:
		a.note("Nothing found: %s%s", held, q.narrowed())
	case q.narrowed() != "":
		a.note("Only %s found: %s%s", report.Count(n), held, q.narrowed())
	}
}

// narrowed says that not everything could be found, and by what.
func (q *query) narrowed() string {
	switch {
	case q.filter.given() && (q.minOdds > 0 || !math.IsInf(q.maxDistance, 1)):
		return ", and the others pass no filter or lie too far"
	case q.filter.given():
		return ", and the filters keep no others"
	case q.minOdds > 0 || !math.IsInf(q.maxDistance, 1):
		return ", and the others lie too far"
	}
	return ""
}

func printFound(w io.Writer, r *searchResult) {
	if len(r.Results) > 0 {
		heads, right := []string{"rank", "distance", "person", "picture"}, []string{"rank", "distance", "odds"}
		odds := r.Results[0].Odds != nil
		if odds {
			heads = slices.Insert(heads, 2, "odds")
		}
		lines := [][]string{heads}
		for _, m := range r.Results {
			line := []string{fmt.Sprint(m.Rank), fmt.Sprintf("%.4f", m.Distance), orDash(m.Person), m.ID}
			if odds {
				line = slices.Insert(line, 2, oddsText(*m.Odds))
			}
			lines = append(lines, line)
		}
		columns(w, "", lines, right...)
	}
	r.tell(w)
}

// writeFoundCSV writes what was found as comma-separated values.
func writeFoundCSV(out io.Writer, found []hit) error {
	w := csv.NewWriter(out)
	lines := [][]string{{"rank", "distance", "odds", "person", "picture"}}
	for _, m := range found {
		odds := ""
		if m.Odds != nil {
			odds = strconv.FormatFloat(*m.Odds, 'g', 6, 64)
		}
		lines = append(lines, []string{strconv.Itoa(m.Rank), strconv.FormatFloat(m.Distance, 'g', 9, 64), odds, m.Person, m.ID})
	}
	return w.WriteAll(lines)
}
