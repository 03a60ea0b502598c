package gallery

import (
	"context"
	"errors"
	"io/fs"

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
// index that is there used the very file. Otherwise what is not said is guessed, and guessed says
// what that is.
func OpenEncoder(path string, wish encoder.Wish, index string) (e Embedder, guessed string, err error) {
	if wish.Empty() {
		text, err := encoderOf(index)
		if err != nil {
			return nil, "", err
		}
		if text != "" {
			if before, err := encoder.OpenAs(path, text); err == nil {
				return NewEncoder(before), "", nil
			}
		}
	}
	made, err := encoder.Open(path, wish)
	if err != nil {
		return nil, "", err
	}
	return NewEncoder(made), made.Guessed, nil
}

// specOf returns what an index keeps of an encoder, "" of models and finders.
func specOf(e Embedder) string {
	if f, ok := e.(*foreign); ok {
		return f.e.Text()
	}
	return ""
}

// encoderOf returns what an index keeps of its encoder, "" where there is no such index.
func encoderOf(index string) (text string, err error) {
	file, err := search.OpenFile(index)
	if errors.Is(err, fs.ErrNotExist) || index == "" {
		return "", nil
	} else if err != nil {
		return "", nil // who brings the index up to date says what is wrong with it
	}
	return file.About.Encoder, file.Close()
}

func (e *foreign) Fingerprint() string     { return e.fingerprint }
func (e *foreign) Arch() string            { return encoder.Arch }
func (e *foreign) Prep() pix.Prep          { return e.e.Preparation() }
func (e *foreign) Origin() *dataset.Origin { return nil }
func (e *foreign) Space() search.Space     { return nil }

// DefaultSpace is that of models, but few codes are compared by their angle, for which recognisers
// are trained.
func (e *foreign) DefaultSpace(people []string) string {
	name := finder.DefaultSpace(people, e.e.CodeLength())
	if name == (search.Euclidean{}).Name() {
		return search.Cosine{}.Name()
	}
	return name
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
