package latent

import (
	"context"
	"fmt"

	"likeness/autoencoder"
	"likeness/faces"
)

// Atlas is what is known about the codes of one model: where they lie, which way
// leads to more of what, and what new ones can be drawn from.
type Atlas struct {
	Model      string // the fingerprint of the model
	Whitening  *Whitening
	Reach      Reach
	Directions []Direction
	Mixture    *Mixture // nil: not fitted
	Story      Story
}

// Story says what an atlas was made of.
type Story struct {
	Data     string `json:"data"`
	DataHash string `json:"data_hash"`
	Split    string `json:"split,omitempty"` // "" where everything was fitted to
	NTrain   int    `json:"n_train"`
	NTest    int    `json:"n_test"`
	Left     []Left `json:"left_out,omitempty"` // attributes without a direction
	// Known are all attributes that could have been asked for, where directions
	// were fitted to some only; it is not kept in files.
	Known []string `json:"-"`
}

// SurveyOptions say how an atlas is made.
type SurveyOptions struct {
	Fit FitOptions
	// Mixture fits a mixture too, for drawing new codes.
	Mixture *MixtureOptions
	// Progress, if set, is told what goes on; total is 0 where it is not known.
	Progress func(what string, done, total int)
}

func (o SurveyOptions) tell(what string, done, total int) {
	if o.Progress != nil {
		o.Progress(what, done, total)
	}
}

// Survey makes the atlas of a model from the training rows of a set, and
// measures its directions, one for each attribute of the set, on the test rows,
// of which there may be none. It fails when the model has no code, when there
// are too few pictures, or when ctx ends.
func Survey(ctx context.Context, m *autoencoder.Model, data *faces.Set, train, test []int, opt SurveyOptions) (*Atlas, error) {
	codes, err := Codes(ctx, m, data, train, opt.Progress)
	if err != nil {
		return nil, err
	}
	a := &Atlas{Model: m.Fingerprint(), Story: Story{Data: data.Source, DataHash: data.Fingerprint, NTrain: len(train), NTest: len(test)}}
	if a.Whitening, err = Whiten(ctx, codes, m.Code); err != nil {
		return nil, err
	}
	a.Reach = NewReach(a.Whitening, codes)
	white := a.Whitening.White(codes)
	if data.Attributes != nil {
		known := tagged(data)
		if opt.Fit.Progress == nil && opt.Progress != nil {
			opt.Fit.Progress = func(done, total int) { opt.tell("Fitting directions", done, total) }
		}
		if a.Directions, a.Story.Left, err = FitDirections(ctx, white, a.Whitening.Width(), known.Rows(train), opt.Fit); err != nil {
			return nil, err
		}
		if len(test) > 0 {
			held, err := Codes(ctx, m, data, test, opt.Progress)
			if err != nil {
				return nil, err
			}
			MeasureDirections(a.Directions, a.Whitening.White(held), a.Whitening.Width(), known.Rows(test))
		}
	}
	if opt.Mixture != nil {
		mix := *opt.Mixture
		mix.Progress = func(components, round int) {
			opt.tell(fmt.Sprintf("Fitting a mixture of %d", components), round, 0)
		}
		if a.Mixture, err = FitMixture(ctx, white, a.Whitening.Width(), mix); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// tagged is what a set knows about its pictures.
func tagged(data *faces.Set) Tagged {
	return Tagged{Names: data.Attributes.Names, Values: data.Attributes.Values, Groups: data.People}
}

// Learn adds directions that are fitted to other codes of the same model, such
// as those of the user's own pictures. Those of the same names are replaced.
func (a *Atlas) Learn(ctx context.Context, codes []float32, t Tagged, opt FitOptions) ([]Left, error) {
	fitted, left, err := FitDirections(ctx, a.Whitening.White(codes), a.Whitening.Width(), t, opt)
	if err != nil {
		return nil, err
	}
	for _, d := range fitted {
		d.Usual = a.usual(&d) // these codes are not the training's
		if old, err := a.Direction(d.Name); err == nil {
			*old = d
		} else {
			a.Directions = append(a.Directions, d)
		}
	}
	return left, nil
}

// CheckModel returns an error that names both fingerprints when the atlas is of
// another model: its directions mean nothing there, even where codes are equally
// long.
func (a *Atlas) CheckModel(fingerprint string) error {
	if fingerprint == a.Model {
		return nil
	}
	return fmt.Errorf("the atlas is of model %s, this is model %s: make one of it with 'likeness directions'", a.Model, fingerprint)
}

// Codes gives the codes of rows of a set. It fails when the model has none, as a
// denoiser without a bottleneck, or pictures of another size, or when ctx ends.
func Codes(ctx context.Context, m *autoencoder.Model, data *faces.Set, rows []int, progress func(what string, done, total int)) ([]float32, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if data.W != m.Prep.W || data.H != m.Prep.H {
		return nil, fmt.Errorf("pictures of %dx%d for a model of %dx%d", data.W, data.H, m.Prep.W, m.Prep.H)
	}
	codes := make([]float32, 0, len(rows)*m.Code)
	batch := m.Piece()
	for first := 0; first < len(rows); first += batch {
		if progress != nil {
			progress("Encoding faces", first, len(rows))
		}
		made, err := m.Encode(ctx, data.AllFloats(rows[first:min(first+batch, len(rows))]))
		if err != nil {
			return nil, err
		}
		codes = append(codes, made...)
	}
	return codes, nil
}
