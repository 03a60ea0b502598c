package gallery

import (
	"context"
	"fmt"

	"likeness/dataset"
	"likeness/encoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/pix"
	"likeness/progress"
	"likeness/search"
)

// foreign is the embedder of an encoder from elsewhere.
type foreign struct {
	e           *encoder.Encoder
	fingerprint string
}

// NewEncoder returns an encoder from elsewhere as an embedder.
func NewEncoder(e *encoder.Encoder) Embedder { return &foreign{e, e.Fingerprint()} }

// OpenEncoder opens an encoder from elsewhere for an index: as the wish says or, without one, as the
// index that is there used the very file. Otherwise what is not said is guessed, and made.Guessed says
// what that is.
func OpenEncoder(path string, wish encoder.Wish, index string) (e Embedder, made *encoder.Encoder, err error) {
	if wish.Empty() {
		about, err := aboutOf(index)
		if err != nil {
			return nil, nil, err
		}
		if about.Encoder != "" {
			if before, err := encoder.OpenAs(path, about.Encoder); err == nil {
				return NewEncoder(before), before, nil
			}
		}
	}
	if made, err = encoder.Open(path, wish); err != nil {
		return nil, nil, err
	}
	return NewEncoder(made), made, nil
}

// specOf returns what an index keeps of an encoder, "" of models and finders.
func specOf(e Embedder) string {
	if f, ok := e.(*foreign); ok {
		return f.e.Text()
	}
	return ""
}

// EncoderOf opens the encoder from elsewhere that made an index, and returns its file; nil where there is no such index or
// something else made it.
func EncoderOf(index string) (e Embedder, path string, err error) {
	about, err := aboutOf(index)
	if err != nil || about.Encoder == "" {
		return nil, "", err
	}
	if path = modelPath(index, about); path == "" {
		return nil, "", fmt.Errorf("the encoder of %s, %s, is %w", index, about.Model, ErrNoModel)
	}
	made, err := encoder.OpenAs(path, about.Encoder)
	if err != nil {
		return nil, "", err
	}
	return NewEncoder(made), path, nil
}

// aboutOf returns what an index says of its codes, nothing where it cannot be read: who brings it up to date says why.
func aboutOf(index string) (about search.About, err error) {
	if index == "" {
		return about, nil
	}
	file, err := search.OpenFile(index)
	if err != nil {
		return about, nil
	}
	return file.About, file.Close()
}

func (e *foreign) Fingerprint() string     { return e.fingerprint }
func (e *foreign) Arch() string            { return encoder.Arch }
func (e *foreign) Prep() pix.Prep          { return e.e.Preparation() }
func (e *foreign) Origin() *dataset.Origin { return nil }
func (e *foreign) Space() search.Space     { return nil }

// DefaultSpace is that of models, but few codes are compared by their angle, for which recognisers
// are trained.
func (e *foreign) DefaultSpace(people []string) string {
	return defaultSpace(e.Arch(), e.e.CodeLength(), people)
}

func (e *foreign) Codes(ctx context.Context, set *faces.Set, rows []int, space string, report progress.Func) (finder.Codes, error) {
	c, err := finder.CoderCodes(ctx, e.e, set, rows, report)
	if !search.Mirrored(space) {
		c = c.Plain()
	}
	return c, err
}

func (e *foreign) Code(ctx context.Context, m *pix.Image, space string) ([]float32, error) {
	x := make([]float32, 3*m.W*m.H)
	m.Floats(x)
	if search.Mirrored(space) {
		return finder.CoderWithMirror(ctx, e.e, x)
	}
	return e.e.Encode(ctx, x)
}
