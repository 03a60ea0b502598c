package latent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/models"
	"likeness/parallel"
	"likeness/progress"
	"likeness/search"
)

// Suffix ends the name of an atlas file that lies beside its model.
const Suffix = ".atlas.safetensors"

// Beside returns the path of the atlas that lies beside a model file.
func Beside(model string) string {
	return strings.TrimSuffix(model, ".safetensors") + Suffix
}

// atlasSeed seeds the mixtures in atlases.
const atlasSeed = 42

// Source says where the atlas of a model comes from: an atlas file, or pictures that
// it is fitted to.
type Source struct {
	// Model is the path of the model file; its atlas is looked for beside it.
	Model string
	// File is the path of an atlas that is opened in place of the one beside the model.
	File string
	// Fresh fits an atlas even where one lies beside the model.
	Fresh bool
	// Data names the pictures that an atlas is fitted to where there is none to open;
	// those that the model was trained on where it is empty.
	Data dataset.Name
	// Optional fits nothing: without an atlas to open there is none in what OpenOrFit
	// returns, and Own is not used.
	Optional bool
	// Pictures, if set, reads the pictures in place of Data.
	Pictures func(ctx context.Context) (*dataset.Pictures, error)

	// Mixture asks for an atlas with a mixture. One beside the model without a mixture is
	// passed over.
	Mixture bool
	// Only are the attributes that a fitted atlas needs directions of; nil: all. Other
	// names are ignored, they are errors where they are used.
	Only []string

	// Framer finds the faces in pictures that are not LFW's, Data's and Own's; see faces.Options.
	Framer faces.Framer

	Own Own // more attributes, from the user's own pictures

	Threads  int // 0: as ctx says, see package parallel
	Progress progress.Func
}

// Opened is an atlas that was opened or fitted.
type Opened struct {
	*Atlas               // nil only with Source.Optional, where there is none to open
	File    string       // that it was read from; "" for a fitted one
	Folders []*faces.Set // the user's own pictures, where they came from folders
	Notes   progress.Notes
}

// OpenOrFit opens the atlas of a model, or fits one where there is none: to the training
// part of the model's data, or to all of other pictures. An atlas beside the model that
// cannot be used, such as that of another model, is left alone with a warning; one that
// Source.File names is an error then.
func OpenOrFit(ctx context.Context, m *autoencoder.Model, src Source) (*Opened, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if err := src.Own.Check(); err != nil {
		return nil, err
	}
	ctx = parallel.WithThreads(ctx, src.Threads)
	out := &Opened{}
	if err := out.open(m, src); err != nil {
		return nil, err
	}
	if out.Atlas == nil {
		if src.Optional {
			return out, nil
		}
		read := src.Pictures
		if read == nil {
			read = func(ctx context.Context) (*dataset.Pictures, error) {
				return m.Pictures(ctx, src.Model, src.Data, faces.Options{Framer: src.Framer, Progress: src.Progress})
			}
		}
		p, err := read(ctx)
		if err != nil {
			return nil, err
		}
		if out.Atlas, err = fit(ctx, m, p, src); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Set.Source, err)
		}
	}
	return out, out.learn(ctx, m, src)
}

// open reads the named atlas, or the one beside the model.
func (o *Opened) open(m *autoencoder.Model, src Source) error {
	file, named := src.File, src.File != ""
	if !named {
		if src.Fresh {
			return nil
		}
		file = Beside(src.Model)
		if atlas := models.AtlasOf(src.Model); models.Is(src.Model) && models.Has(atlas) {
			file = atlas
		} else if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
	}
	a, err := Open(file)
	if err == nil {
		if err = a.CheckModel(m.Fingerprint()); err != nil {
			err = fmt.Errorf("%s and %s: %w", file, src.Model, err)
		}
	}
	switch {
	case err != nil && !named:
		o.Notes.Warn("%v; it is left alone", err)
		return nil
	case err != nil:
		return err
	case src.Mixture && a.Mixture == nil && !named:
		return nil
	case src.Mixture && a.Mixture == nil:
		return fmt.Errorf("%s: the atlas holds no mixture", file)
	}
	o.Atlas, o.File = a, file
	return nil
}

// fit makes an atlas of pictures.
func fit(ctx context.Context, m *autoencoder.Model, p *dataset.Pictures, src Source) (*Atlas, error) {
	train, test := p.Set.Rows(), []int(nil)
	if p.Split != nil {
		train, test = p.Split.Train, p.Split.Test
	}
	opt := SurveyOptions{Progress: src.Progress}
	if src.Mixture {
		opt.Mixture = &MixtureOptions{Seed: atlasSeed}
	}
	some := src.Only != nil && p.Set.Attributes != nil
	if some {
		opt.Fit.Only = []int{}
		for i, name := range p.Set.Attributes.Names {
			if slices.ContainsFunc(src.Only, func(wanted string) bool { return search.SameAttribute(name, wanted) }) {
				opt.Fit.Only = append(opt.Fit.Only, i)
			}
		}
	}
	a, err := Survey(ctx, NewCoder(m, p.Set), train, test, opt)
	if err != nil {
		return nil, err
	}
	a.Story.Split = p.Plan
	if some {
		a.Story.Known = p.Set.Attributes.Names
	}
	return a, nil
}

// learn adds the directions of the user's own pictures.
func (o *Opened) learn(ctx context.Context, m *autoencoder.Model, src Source) error {
	own := src.Own
	if own.Framer == nil {
		own.Framer = src.Framer
	}
	learned, err := o.Atlas.LearnOwn(ctx, m, own, src.Progress)
	if err != nil {
		return err
	}
	o.Folders = learned.Folders
	if src.Only == nil && learned.Tried > 0 && learned.Tried == len(learned.LeftOut) {
		var reasons []error
		for _, l := range learned.LeftOut {
			reasons = append(reasons, fmt.Errorf("no direction for %s: %s", l.Name, l.Reason))
		}
		return errors.Join(reasons...)
	}
	for _, l := range learned.LeftOut {
		used := slices.ContainsFunc(src.Only, func(name string) bool { return search.SameAttribute(name, l.Name) })
		if _, err := o.Atlas.Direction(l.Name); used && err != nil {
			continue // its use is the error
		}
		o.Notes.Warn("no direction for %s: %s", l.Name, l.Reason)
	}
	return nil
}
