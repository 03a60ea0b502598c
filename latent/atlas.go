package latent

import (
	"context"
	"fmt"

	"likeness/dataset"
	"likeness/faces"
	"likeness/progress"
)

// Atlas describes the codes of one model: where they lie, which direction leads to
// more of which attribute, and what new codes are drawn from.
type Atlas struct {
	Model      string // the fingerprint of the model
	Whitening  *Whitening
	Reach      Reach
	Directions []Direction
	Mixture    *Mixture // nil: not fitted
	Story      Story
}

// Story records what an atlas was fitted to.
type Story struct {
	dataset.Origin
	LeftOut []LeftOut `json:"left_out,omitempty"` // attributes without a direction
	// Known are all attributes of the data, where directions were fitted to some of
	// them only; files do not hold it.
	Known []string `json:"-"`
}

// SurveyOptions say how an atlas is made.
type SurveyOptions struct {
	Fit FitOptions
	// Mixture, if set, fits a mixture for drawing new codes as well.
	Mixture *MixtureOptions
	// Progress, if set, receives the progress of encoding and of all fits.
	Progress progress.Func
}

// Survey makes the atlas of a coder's model from the training rows of its set. It fits one
// direction for each attribute of the set and measures it on the test rows, of which
// there may be none. It fails when the model has no code, when there are too few
// pictures, or when ctx ends.
func Survey(ctx context.Context, c *Coder, train, test []int, opt SurveyOptions) (*Atlas, error) {
	m, data := c.Model, c.Data
	codes, err := c.Codes(ctx, train, opt.Progress)
	if err != nil {
		return nil, err
	}
	a := &Atlas{Model: m.Fingerprint(), Story: Story{Origin: dataset.OriginOf(data, len(train), len(test))}}
	if a.Whitening, err = Whiten(ctx, codes, m.Code); err != nil {
		return nil, err
	}
	a.Reach = NewReach(a.Whitening, codes)
	white := a.Whitening.White(codes)
	if data.Attributes != nil {
		known := tagged(data)
		if opt.Fit.Progress == nil {
			opt.Fit.Progress = opt.Progress
		}
		if a.Directions, a.Story.LeftOut, err = FitDirections(ctx, white, a.Whitening.Width(), known.Rows(train), opt.Fit); err != nil {
			return nil, err
		}
		if len(test) > 0 {
			held, err := c.Codes(ctx, test, opt.Progress)
			if err != nil {
				return nil, err
			}
			MeasureDirections(a.Directions, a.Whitening.White(held), a.Whitening.Width(), known.Rows(test))
		}
	}
	if opt.Mixture != nil {
		mix := *opt.Mixture
		if mix.Progress == nil {
			mix.Progress = opt.Progress
		}
		if a.Mixture, err = FitMixture(ctx, white, a.Whitening.Width(), mix); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// tagged returns the attributes of a set.
func tagged(data *faces.Set) Tagged {
	return Tagged{Names: data.Attributes.Names, Values: data.Attributes.Values, Groups: data.People}
}

// Learn adds directions that are fitted to other codes of the same model, such as
// those of the user's own pictures. A new direction replaces an old one of the same
// name. Attributes without a direction are returned with the reason.
func (a *Atlas) Learn(ctx context.Context, codes []float32, t Tagged, opt FitOptions) ([]LeftOut, error) {
	fitted, left, err := FitDirections(ctx, a.Whitening.White(codes), a.Whitening.Width(), t, opt)
	if err != nil {
		return nil, err
	}
	for _, d := range fitted {
		d.Usual = a.usual(&d) // these codes are not those of the training
		if old, err := a.Direction(d.Name); err == nil {
			*old = d
		} else {
			a.Directions = append(a.Directions, d)
		}
	}
	return left, nil
}

// CheckModel returns an error that names both fingerprints when the atlas belongs
// to another model. Its directions mean nothing there, even where codes have the same
// length.
func (a *Atlas) CheckModel(fingerprint string) error {
	if fingerprint == a.Model {
		return nil
	}
	return fmt.Errorf("the atlas is of model %s, this is model %s", a.Model, fingerprint)
}
