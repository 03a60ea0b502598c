package evaluation

import (
	"context"
	"fmt"
	"hash/maphash"

	"likeness/baseline"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
)

// elsewhere measures baselines on other pictures than the model's own. A closed form has
// to be fitted to pictures too, and not to those that it is measured on: it is fitted to
// the model's training pictures, if they can be read.
func (e *evaluator) elsewhere(ctx context.Context) error {
	form, wanted, small := "The Wiener filter", e.levels, e.small()
	if e.corruption == nil {
		form, wanted, small = "Exact PCA", true, true
	} else if _, ok := baseline.Rectangles(e.corruption); ok {
		form, wanted = "The gaussian fill", true
	}
	if wanted && !small {
		e.missing(form, "that is for pictures of up to 48x48")
		wanted = false
	}
	var fitted *baseline.Forms
	if wanted {
		var err error
		if fitted, err = e.learned(ctx, form); err != nil {
			return err
		}
	}
	if fitted != nil {
		return e.forms(ctx, fitted.On(e.data.Set, e.test))
	}
	return e.noise(ctx, (*baseline.Forms)(nil).On(e.data.Set, e.test), false)
}

// learned returns the closed forms of the model's training pictures. Where there can be
// none it notes why and returns nil.
func (e *evaluator) learned(ctx context.Context, form string) (*baseline.Forms, error) {
	t := e.m.Training
	if t == nil {
		e.missing(form, "it would be fitted to the model's training data, which its file does not name")
		return nil, nil
	}
	opt := e.opt.Learned
	opt.Progress = e.opt.Progress
	d, err := e.m.Pictures(ctx, e.opt.Model, dataset.Name{}, opt)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil || d.Split == nil:
		e.missing(form, "it would be fitted to what the model learned from, and %s is missing or has changed", t.Data)
		return nil, nil
	}
	for _, w := range d.Set.Warnings {
		e.score.Notes.Warn("%s", w)
	}
	if n := len(d.Split.Train); n < 2 {
		e.missing(form, "the model learned from %s", pictures(n))
		return nil, nil
	}
	if n := shared(e.data.Set, d); n > 0 {
		e.score.Notes.Warn("the model learned from %d of the %s: on these it shows nothing new", n, pictures(e.data.Set.Len()))
		e.missing(form, "it would be fitted to pictures that it is judged on")
		return nil, nil
	}
	e.score.FittedTo = fmt.Sprintf("the %d training pictures of %s", len(d.Split.Train), d.Set.Source)
	return baseline.New(d.Set, d.Split.Train), nil
}

// pictures counts pictures in words.
func pictures(n int) string {
	if n == 1 {
		return "1 picture"
	}
	return fmt.Sprintf("%d pictures", n)
}

// shared counts the pictures of a set that are among the training pictures of a model,
// pixel by pixel.
func shared(set *faces.Set, d *dataset.Pictures) int {
	seed := maphash.MakeSeed()
	hash := func(m *pix.Image) uint64 { return maphash.Bytes(seed, m.Pix) }
	learned := make(map[uint64]bool, len(d.Split.Train))
	for _, row := range d.Split.Train {
		learned[hash(d.Set.Image(row))] = true
	}
	n := 0
	for row := range set.Len() {
		if learned[hash(set.Image(row))] {
			n++
		}
	}
	return n
}
