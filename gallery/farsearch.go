package gallery

import (
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/search"
)

// ask is Gallery.ask where an engine keeps the entries: the codes of what is asked for are points.
func (f *far) ask(ctx context.Context, g *Gallery, q *Query) (*asked, error) {
	a := &asked{points: true}
	leave := q.ExcludeSelf != nil && *q.ExcludeSelf
	for i, code := range q.Codes {
		if err := g.checkCode(i, code); err != nil {
			return nil, err
		}
		a.codes, a.people = append(a.codes, code), append(a.people, "")
	}
	if err := a.addPictures(ctx, g, q); err != nil {
		return nil, err
	}
	if err := f.place(ctx, a.codes); err != nil {
		return nil, err
	}
	if leave {
		for _, point := range a.codes {
			same, err := f.equalTo(ctx, point)
			if err != nil {
				return nil, err
			}
			a.without = append(a.without, same...)
		}
	}
	if len(q.IDs) == 0 {
		return a, nil
	}
	rows, err := f.collection.Lookup(ctx, q.IDs...)
	if err != nil {
		return nil, err
	}
	for _, id := range q.IDs {
		at := slices.Index(rows.IDs, id)
		if at < 0 {
			return nil, noMember{f.noSuch(ctx, g.path, id)}
		}
		person := ""
		if rows.People != nil {
			person = rows.People[at]
		}
		a.codes, a.people = append(a.codes, rows.Codes[at*rows.Dim:(at+1)*rows.Dim]), append(a.people, person)
		if q.ExcludeSelf == nil || leave {
			a.without = append(a.without, id)
		}
	}
	return a, nil
}

// noSuch is the error for an id that no entry has. It says how they are called.
func (f *far) noSuch(ctx context.Context, name, id string) error {
	err := fmt.Errorf("%s has no picture called %q", name, id)
	if first, listed := f.collection.List(ctx, search.Where{}, 0, 1); listed == nil && first.Len() > 0 {
		err = fmt.Errorf("%w; they are called as %q", err, first.IDs[0])
	}
	return err
}

// place replaces codes by their points.
func (f *far) place(ctx context.Context, codes [][]float32) error {
	h := f.collection.Header()
	for i, code := range codes {
		point, err := h.Space.Points(ctx, code, h.Dim)
		if err != nil {
			return err
		}
		if len(point) != h.Width {
			return fmt.Errorf("a point of %d numbers, the collection has points of %d", len(point), h.Width)
		}
		codes[i] = point
	}
	return nil
}

// mostEqual bounds the members that are left out for being what is searched for.
const mostEqual = 100

// equalTo returns the members at a point, but for rounding.
func (f *far) equalTo(ctx context.Context, point []float32) ([]string, error) {
	length := search.Distance(point, make([]float32, len(point)))
	found, err := f.collection.Search(ctx, search.Query{Code: point, K: mostEqual, MaxDistance: max(1e-4*length, math.SmallestNonzeroFloat64)})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range found {
		ids = append(ids, m.ID)
	}
	return ids, nil
}
