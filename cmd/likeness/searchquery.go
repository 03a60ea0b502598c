package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"likeness/faces"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
)

// query is what search looks for.
type query struct {
	file   *search.File
	index  search.Index // that the file holds
	path   string       // of the file
	images []string     // pictures, and
	ids    []string     // members of the index
	model  string
	data   dataName

	filter      filters
	where       search.Where
	maxDistance float64
	minOdds     float64
	excludeSelf bool
	selfAsked   bool // --exclude-self was given

	person   string       // who it is, if all are known to be the same
	pictures []*pix.Image // of images, in their order
}

// find answers the query.
func (q *query) find(ctx context.Context, a *app, k int) ([]hit, error) {
	e := q.file.Entries
	var people []string
	mean := make([]float32, e.Dim)
	n := len(q.ids) + len(q.images)
	var codes [][]float32
	var without []string
	for _, id := range q.ids {
		row := slices.Index(e.IDs, id)
		if row < 0 {
			return nil, fmt.Errorf("%s has no picture called %q", q.path, id)
		}
		people = append(people, e.People[row])
		codes = append(codes, e.Codes[row*e.Dim:(row+1)*e.Dim])
	}
	if len(q.ids) > 0 && (q.excludeSelf || !q.selfAsked) {
		without = slices.Clone(q.ids)
	}
	if len(q.images) > 0 {
		m, err := q.openModel()
		if err != nil {
			return nil, err
		}
		for _, path := range q.images {
			picture, err := preparePicture(ctx, m.prep(), path)
			if err != nil {
				return nil, err
			}
			person, _, ok := faces.ParseName(path)
			if ok {
				person = report.PersonName(person)
			}
			q.pictures, people = append(q.pictures, picture), append(people, person)
			code, err := m.query(ctx, picture, e.Dim)
			if err != nil {
				return nil, err
			}
			codes = append(codes, code)
			if q.excludeSelf {
				without = append(without, sameCodes(e, code)...)
			}
		}
	}
	for _, code := range codes {
		for i, v := range code {
			mean[i] += v / float32(n)
		}
	}
	if n == 1 {
		mean = codes[0]
	}
	if people = slices.Compact(people); len(people) == 1 {
		q.person = people[0]
	}
	where := q.where
	where.Not = append(where.Not, without...)
	asked := search.Query{Code: mean, K: k, Where: where}
	if !math.IsInf(q.maxDistance, 1) {
		asked.MaxDistance = max(q.maxDistance, math.SmallestNonzeroFloat64)
	}
	matches, err := q.index.Search(ctx, asked)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(append(slices.Clone(q.images), q.ids...), ", "), err)
	}
	found, calibration := []hit{}, search.CalibrationOf(q.file.Space)
	for _, m := range matches {
		h := hit{Match: m}
		if v, ok := calibration.Odds(m.Distance); ok {
			h.Odds = &v
		}
		if h.Odds != nil && *h.Odds < q.minOdds {
			break // so do all behind it
		}
		found = append(found, h)
	}
	q.addTimes(found)
	return found, nil
}

// addTimes says of what was found when it was taken, where the index knows.
func (q *query) addTimes(found []hit) {
	if q.file.Entries.Taken == nil {
		return
	}
	at := make(map[string]int, len(found))
	for i, h := range found {
		at[h.ID] = i
	}
	for row, id := range q.file.Entries.IDs {
		if i, ok := at[id]; ok && !q.file.Entries.Taken[row].IsZero() {
			found[i].Taken = q.file.Entries.Taken[row].Format(timeLayout)
		}
	}
}

// hasOdds reports whether the odds of distances in a space are known.
func hasOdds(s search.Space) bool {
	_, known := search.CalibrationOf(s).Odds(0)
	return known
}

// sameCodes gives the members whose code is a picture's, but for rounding.
func sameCodes(e search.Entries, code []float32) []string {
	size := 0.0
	for _, v := range code {
		size += float64(v) * float64(v)
	}
	var ids []string
	for i, id := range e.IDs {
		apart := 0.0
		for j, v := range e.Codes[i*e.Dim : (i+1)*e.Dim] {
			d := float64(v) - float64(code[j])
			apart += d * d
		}
		if apart <= 1e-8*size {
			ids = append(ids, id)
		}
	}
	return ids
}

// openModel opens the model that made the index, or says why it cannot.
func (q *query) openModel() (*encoder, error) {
	path := q.model
	if path == "" {
		path = fromIndex(q.path, q.file.About.ModelFile)
		if there, err := exists(path); err != nil || !there {
			if m := q.nearModel(); m != nil {
				return m, nil
			}
			return nil, fmt.Errorf("the model of %s, %s, is not to be found: give --model", q.path, q.file.About.Model)
		}
	}
	m, err := openEncoder(path)
	if err != nil {
		return nil, err
	}
	if err := q.file.CheckModel(m.fingerprint()); err != nil {
		return nil, fmt.Errorf("%s and %s: %w", q.path, path, err)
	}
	return m, nil
}

// nearModel looks for the model beside the index, and in a folder models
// there, where reproduce keeps them.
func (q *query) nearModel() *encoder {
	folder := filepath.Dir(q.path)
	for _, pattern := range []string{"*.safetensors", filepath.Join("models", "*.safetensors")} {
		files, _ := filepath.Glob(filepath.Join(folder, pattern)) // a folder's name that is no pattern finds nothing
		for _, f := range files {
			if m, err := openEncoder(f); err == nil && q.file.CheckModel(m.fingerprint()) == nil {
				return m
			}
		}
	}
	return nil
}
