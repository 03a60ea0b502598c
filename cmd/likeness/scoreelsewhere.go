package main

import (
	"context"
	"fmt"
	"hash/maphash"

	"likeness/baseline"
	"likeness/faces"
	"likeness/pix"
	"likeness/report"
)

// elsewhere measures beside a model what needs no training, on other pictures than the
// model's own. A closed form has to be fitted to pictures too, and to others than it is
// judged on: to those that the model learned from, if they are to be had.
func (a *app) elsewhere(ctx context.Context, r *score, s *scorer, set *faces.Set) error {
	form, wants, small := "Wiener filter", s.levels, s.m.Values() <= largestWiener
	if s.corruption == nil {
		form, wants, small = "exact PCA", true, true
	} else if _, ok := baseline.Rectangles(s.corruption); ok {
		form, wants = "gaussian fill", true
	}
	if wants && !small {
		a.note("No %s beside it: that is for pictures of up to 48x48", form)
		wants = false
	}
	var fitted *baseline.Forms
	var err error
	if wants {
		if fitted, err = a.fitElsewhere(ctx, r, s, set, form); err != nil {
			return err
		}
	}
	if fitted != nil {
		err = a.measureForms(ctx, r, s, fitted.On(set, allRows(set)))
	} else {
		err = a.measureNoise(ctx, r, s, (*baseline.Forms)(nil).On(set, allRows(set)), false)
	}
	if err == nil && r.rival().name != "" {
		r.judge(s)
	}
	return err
}

// fitElsewhere fits closed forms to what the model learned from. Where that cannot be,
// it says why there is no such form and gives none.
func (a *app) fitElsewhere(ctx context.Context, r *score, s *scorer, set *faces.Set, form string) (*baseline.Forms, error) {
	t := s.m.Training
	if t == nil {
		a.note("No %s beside it: it would be fitted to what the model learned from, which its file does not say", form)
		return nil, nil
	}
	d, err := a.modelData(ctx, r.Model, s.m, dataName{}, 0)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		a.note("No %s beside it: it would be fitted to what the model learned from, and %s is not here as it was", form, t.Data)
		return nil, nil
	case len(d.split.Train) < 2:
		a.note("No %s beside it: the model learned from %s", form, count(len(d.split.Train), "picture"))
		return nil, nil
	}
	if n := shared(set, d); n > 0 {
		a.warn("the model learned from %s of the %s: on these it shows nothing new", report.Count(n), count(set.Len(), "picture"))
		a.note("No %s beside it: it would be fitted to pictures that it is judged on", form)
		return nil, nil
	}
	r.FittedTo = fmt.Sprintf("the %s of %s", count(len(d.split.Train), "training picture"), d.set.Source)
	return baseline.New(d.set, d.split.Train), nil
}

// shared counts the pictures of a set that are among the training pictures of a model,
// pixel by pixel.
func shared(set *faces.Set, d *modelData) int {
	seed := maphash.MakeSeed()
	hash := func(m *pix.Image) uint64 { return maphash.Bytes(seed, m.Pix) }
	learned := make(map[uint64]bool, len(d.split.Train))
	for _, row := range d.split.Train {
		learned[hash(d.set.Image(row))] = true
	}
	n := 0
	for row := range set.Len() {
		if learned[hash(set.Image(row))] {
			n++
		}
	}
	return n
}
