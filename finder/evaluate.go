package finder

import (
	"context"
	"fmt"
	"math"

	"likeness/faces"
	"likeness/parallel"
	"likeness/progress"
	"likeness/search"
	"likeness/search/quality"
)

// bootstrapSeed is that of the intervals.
const bootstrapSeed = 1

// Retrieve measures how well a space, fitted to the training rows of codes,
// finds people. Where people are in both parts of the split, the test rows
// search among the training rows; where the parts share nobody (disjoint), the
// test rows search among each other.
func (c Codes) Retrieve(ctx context.Context, s search.Space, people []string, split faces.Split, disjoint bool) (quality.Retrieval, error) {
	queries, err := c.points(ctx, s, people, split.Test)
	if err != nil {
		return quality.Retrieval{}, err
	}
	gallery := queries
	if !disjoint {
		if gallery, err = c.points(ctx, s, people, split.Train); err != nil {
			return quality.Retrieval{}, err
		}
	}
	return quality.Retrieve(ctx, queries, gallery, disjoint, bootstrapSeed)
}

// Reliability compares the probabilities that a calibrated space tells of the nearest pictures with who they show: rows
// search among each other, and nobody in them was learned from. It is nil where the space tells none.
func (c Codes) Reliability(ctx context.Context, s search.Space, people []string, rows []int) (*quality.Reliability, error) {
	calibration := search.CalibrationOf(s)
	p, err := c.points(ctx, s, people, rows)
	if err != nil {
		return nil, err
	}
	n := len(rows)
	answers := make([][]search.Answer, n)
	if err := parallel.Each(ctx, n, func(i int) {
		if p.People[i] != "" {
			answers[i] = nearestAnswers(p.Values, p.Width, p.People, i)
		}
	}); err != nil {
		return nil, err
	}
	var told []float64
	var right []bool
	for _, list := range answers {
		for _, a := range list {
			if probability, ok := calibration.Probability(math.Sqrt(a.Squared), n-1); ok {
				told, right = append(told, probability), append(right, a.Right)
			}
		}
	}
	if len(told) == 0 {
		return nil, nil
	}
	r := quality.Reliable(told, right)
	return &r, nil
}

// Agree measures how far the k nearest share a query's attributes, as Retrieve
// searches.
func (c Codes) Agree(ctx context.Context, s search.Space, data *faces.Set, split faces.Split, disjoint bool, k int) (quality.Agreement, error) {
	bits := func(rows []int) [][]float32 {
		out := make([][]float32, len(rows))
		for i, r := range rows {
			out[i] = data.Attributes.Row(r)
		}
		return out
	}
	queries, err := c.points(ctx, s, data.People, split.Test)
	if err != nil {
		return quality.Agreement{}, err
	}
	asked := bits(split.Test)
	gallery, known := queries, asked
	if !disjoint {
		if gallery, err = c.points(ctx, s, data.People, split.Train); err != nil {
			return quality.Agreement{}, err
		}
		known = bits(split.Train)
	}
	return quality.Agree(ctx, queries, gallery, asked, known, disjoint, k)
}

func (c Codes) points(ctx context.Context, s search.Space, people []string, rows []int) (quality.Points, error) {
	values, err := s.Points(ctx, c.pick(rows), c.Dim)
	p := quality.Points{Values: values, People: pick(people, rows)}
	if len(rows) > 0 {
		p.Width = len(p.Values) / len(rows)
	}
	return p, err
}

// InNoFold returns the rows of people who are in no pair: what is fitted to them can
// serve all folds.
func InNoFold(ids, people []string, pairs []quality.Pair) []int {
	return outside(ids, people, pairs, -1)
}

// outside returns the rows of people who are in no pair of a fold, or of any fold where
// fold is -1.
func outside(ids, people []string, pairs []quality.Pair, fold int) []int {
	at := places(ids)
	taken := map[string]bool{}
	for _, p := range pairs {
		if fold < 0 || p.Fold == fold {
			taken[people[at[p.A]]], taken[people[at[p.B]]] = true, true
		}
	}
	var rows []int
	for i, p := range people {
		if p != "" && !taken[p] {
			rows = append(rows, i)
		}
	}
	return rows
}

func places(ids []string) map[string]int {
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	return at
}

// CheckPairs returns an error when a picture of a pair is not among ids.
func CheckPairs(ids []string, pairs []quality.Pair) error {
	at := places(ids)
	missing, first := 0, ""
	for _, p := range pairs {
		for _, id := range []string{p.A, p.B} {
			if _, ok := at[id]; !ok {
				if missing == 0 {
					first = id
				}
				missing++
			}
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d pictures of the pairs are not there, such as %s", missing, first)
	}
	return nil
}

// Verify measures how well distance separates pairs of one person from pairs of
// two. For each fold it fits the space to the pictures of all people who are not in it.
// CheckPairs must have passed.
func (c Codes) Verify(ctx context.Context, space string, ids, people []string, pairs []quality.Pair, report progress.Func) (quality.Verification, error) {
	folds := 0
	for _, p := range pairs {
		folds = max(folds, p.Fold+1)
	}
	at := places(ids)
	distances := make([]float64, len(pairs))
	for fold := range folds {
		report.Report("Fitting to nine folds", fold, folds)
		fit := outside(ids, people, pairs, fold)
		s, err := c.FitSpace(ctx, space, fit, pick(people, fit))
		if err != nil {
			return quality.Verification{}, fmt.Errorf("fold %d: %w", fold+1, err)
		}
		for i, p := range pairs {
			if p.Fold != fold {
				continue
			}
			if distances[i], err = c.distance(ctx, s, at[p.A], at[p.B]); err != nil {
				return quality.Verification{}, err
			}
		}
	}
	return quality.Verify(pairs, distances)
}

// distance returns the distance of two codes in a space.
func (c Codes) distance(ctx context.Context, s search.Space, a, b int) (float64, error) {
	p, err := s.Points(ctx, c.pick([]int{a, b}), c.Dim)
	if err != nil {
		return 0, err
	}
	return search.Distance(p[:len(p)/2], p[len(p)/2:]), nil
}
