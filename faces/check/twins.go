package check

import (
	"context"
	"slices"

	"likeness/faces"
	"likeness/faces/copies"
)

// compare looks for twins among the usable pictures.
func (c *checker) compare(ctx context.Context) error {
	r := c.report
	if len(r.kept) > largestCheck {
		return nil
	}
	thumbs := make([]*copies.Thumb, len(r.kept))
	for i, k := range r.kept {
		thumbs[i] = k.thumb
	}
	var err error
	if r.twins, err = copies.Find(ctx, thumbs, copies.Options{Moved: true}); err != nil {
		return err
	}
	r.Compared = true
	same := make(map[string]int) // groups of equal bytes
	for g, names := range c.groups {
		for _, name := range names {
			same[name] = g
		}
	}
	for _, rows := range copies.Groups(len(r.kept), r.twins) {
		var names, people []string
		equal := true
		for _, row := range rows {
			k := r.kept[row]
			names = append(names, k.name)
			equal = equal && same[k.name] == same[names[0]]
			if k.person != "" && !slices.Contains(people, k.person) {
				people = append(people, k.person)
			}
		}
		if !equal {
			how := make([]string, len(rows))
			for i, row := range rows[1:] {
				how[i+1] = copies.Between(thumbs[rows[0]], thumbs[row]).String()
			}
			r.Twins, r.TwinsHow = append(r.Twins, names), append(r.TwinsHow, how)
		}
		if len(people) > 1 {
			r.TwoNames = append(r.TwoNames, names)
		}
	}
	return nil
}

// Leak is a test picture that shows what a training picture shows, so that it is no test of what was learned.
type Leak struct {
	Test  string `json:"test"`
	Train string `json:"train"`
	How   string `json:"how"` // the training picture "mirrored", "turned by 90 degrees" and so on makes the test picture; "" is neither
}

// Leaks names the test pictures of a split of these rows that have a twin among its training pictures, each with the
// nearest.
func (r *Report) Leaks(split faces.Split) []Leak {
	var of faces.Split // kept pictures
	for _, row := range split.Train {
		of.Train = append(of.Train, r.rows[row])
	}
	for _, row := range split.Test {
		of.Test = append(of.Test, r.rows[row])
	}
	training := make(map[int]bool)
	for _, k := range of.Train {
		training[k] = true
	}
	source := make(map[int]copies.Pair) // of a picture, the nearest training picture
	note := func(test, train int, distance float64) {
		if before, ok := source[test]; training[train] && (!ok || distance < before.Distance) {
			source[test] = copies.Pair{A: train, B: test, Distance: distance}
		}
	}
	for _, t := range r.twins {
		note(t.A, t.B, t.Distance)
		note(t.B, t.A, t.Distance)
	}
	leaks := []Leak{}
	for _, k := range leaked(len(r.kept), r.twins, of) {
		train := source[k].A
		how := copies.Between(r.kept[train].thumb, r.kept[k].thumb)
		leaks = append(leaks, Leak{r.kept[k].name, r.kept[train].name, how.String()})
	}
	return leaks
}
