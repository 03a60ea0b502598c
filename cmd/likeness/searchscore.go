package main

import (
	"fmt"
	"io"

	"likeness/report"
	"likeness/search"
	"likeness/search/quality"
)

// searchScore is what 'eval search' found. The numbers at the top are those of
// the first split.
type searchScore struct {
	Hit1     float64    `json:"hit1"`
	Hit5     float64    `json:"hit5"`
	MAP      float64    `json:"map"`
	Hit1In   [2]float64 `json:"hit1_interval"`
	Hit5In   [2]float64 `json:"hit5_interval"`
	MAPIn    [2]float64 `json:"map_interval"`
	Queries  int        `json:"n_queries"`
	Split    string     `json:"split"`
	Space    string     `json:"space"`
	Accuracy float64    `json:"pairs_accuracy"`
	AUC      float64    `json:"pairs_auc"`

	sheets
	Data         string                `json:"data"`
	Code         string                `json:"code"` // "wide", or the model's architecture
	Model        string                `json:"model,omitempty"`
	Aligned      bool                  `json:"aligned"`
	Splits       []splitScore          `json:"splits"`
	PairsFrom    string                `json:"pairs_from"`
	Verification *quality.Verification `json:"pairs"`
}

// splitScore is the result on one split.
type splitScore struct {
	Split     string             `json:"split"`
	Space     string             `json:"space"`
	Fitted    int                `json:"fitted_to"` // pictures
	Story     *search.Story      `json:"space_story,omitempty"`
	Retrieval quality.Retrieval  `json:"retrieval"`
	Agreement *quality.Agreement `json:"attributes,omitempty"`
}

// topped fills in the numbers at the top.
func (r *searchScore) topped() *searchScore {
	if len(r.Splits) > 0 {
		s := r.Splits[0]
		interval := func(e quality.Estimate) [2]float64 { return [2]float64{e.Low, e.High} }
		r.Split, r.Space, r.Queries = s.Split, s.Space, s.Retrieval.Queries
		r.Hit1, r.Hit5, r.MAP = s.Retrieval.Hit1.Value, s.Retrieval.Hit5.Value, s.Retrieval.MAP.Value
		r.Hit1In, r.Hit5In, r.MAPIn = interval(s.Retrieval.Hit1), interval(s.Retrieval.Hit5), interval(s.Retrieval.MAP)
	}
	if v := r.Verification; v != nil {
		r.Accuracy, r.AUC = v.Accuracy, v.AUC
	}
	return r
}

// print writes the result for people.
func (r *searchScore) print(w io.Writer) {
	what := "the wide code, faces aligned"
	switch {
	case r.Model != "":
		what = "the code of " + r.Model
	case !r.Aligned:
		what = "the wide code, faces as they lie"
	}
	fmt.Fprintf(w, "%s: %s\n\n", r.Data, what)
	lines := [][]string{{"split", "space", "queries", "hit@1", "", "hit@5", "", "mAP", "", "chance"}}
	cell := func(e quality.Estimate) []string {
		return []string{fmt.Sprintf("%.3f", e.Value), fmt.Sprintf("[%.3f, %.3f]", e.Low, e.High)}
	}
	for _, s := range r.Splits {
		line := []string{s.Split, s.Space, report.Count(s.Retrieval.Queries)}
		for _, e := range []quality.Estimate{s.Retrieval.Hit1, s.Retrieval.Hit5, s.Retrieval.MAP} {
			line = append(line, cell(e)...)
		}
		lines = append(lines, append(line, fmt.Sprintf("%.4f", s.Retrieval.Chance)))
	}
	columns(w, "", lines, "queries", "hit@1", "hit@5", "mAP", "chance")
	for _, s := range r.Splits {
		if a := s.Agreement; a != nil {
			fmt.Fprintf(w, "\n%s: the %d nearest share %.1f %% of the query's attributes, any picture %.1f %%\n", s.Split, a.K, 100*a.Nearest, 100*a.Chance)
		}
	}
	if v := r.Verification; v != nil {
		fmt.Fprintf(w, "\npairs (%s): %.2f %% of %s told rightly (standard error %.2f), AUC %.4f\n",
			r.PairsFrom, 100*v.Accuracy, report.Count(v.Pairs), 100*v.Error, v.AUC)
	}
	r.tell(w)
}
