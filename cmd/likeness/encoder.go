package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/search"
)

// encoder is what turns pictures into codes for an index: a model or a finder.
type encoder struct {
	model  *autoencoder.Model
	finder *finder.Finder
}

// openEncoder opens a file that holds one or the other.
func openEncoder(path string) (*encoder, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	if f.Metadata["format"] == finder.Format {
		found, err := finder.FromFile(f)
		return &encoder{finder: found}, err
	}
	m, err := autoencoder.FromFile(f)
	if err == nil {
		err = hasCode(path, m)
	}
	return &encoder{model: m}, err
}

// openCoder opens a model that has codes.
func openCoder(path string) (*autoencoder.Model, error) {
	m, err := autoencoder.Open(path)
	if err != nil {
		return nil, err
	}
	return m, hasCode(path, m)
}

// hasCode refuses a model without a code.
func hasCode(path string, m *autoencoder.Model) error {
	if err := m.CheckCode(); err != nil {
		return fmt.Errorf("%s is %w", path, err)
	}
	return nil
}

// prep is how its pictures are prepared.
func (e *encoder) prep() pix.Prep {
	if e.finder != nil {
		return e.finder.Describer.Prep
	}
	return e.model.Prep
}

func (e *encoder) fingerprint() string {
	if e.finder != nil {
		return e.finder.Fingerprint()
	}
	return e.model.Fingerprint()
}

// arch is the model's architecture, or "wide".
func (e *encoder) arch() string {
	if e.finder != nil {
		return "wide"
	}
	return e.model.Arch
}

// trained says what it was made of, nil where it does not know.
func (e *encoder) trained() *autoencoder.Training {
	if e.finder == nil {
		return e.model.Training
	}
	t := e.finder.Training
	if t == nil {
		return nil
	}
	return &autoencoder.Training{Origin: t.Origin}
}

// codes encodes rows of a set for a space.
func (e *encoder) codes(ctx context.Context, p *progress, set *faces.Set, rows []int, space string) (finder.Codes, error) {
	if e.finder != nil {
		c, _, err := finder.Encode(ctx, e.finder.Describer, set, rows, p.count)
		return c, err
	}
	c, err := finder.ModelCodes(ctx, e.model, set, rows)
	if !mirrors(space) {
		c = c.Plain()
	}
	return c, err
}

// mirrors tells whether a space averages faces with their mirror images.
func mirrors(space string) bool { return space == "whitened-mirror" || space == "within-mirror" }

// query is the code of one prepared picture, of dim numbers.
func (e *encoder) query(ctx context.Context, m *pix.Image, dim int) ([]float32, error) {
	if e.finder != nil {
		code, _ := e.finder.Describer.Describe(m)
		return code, nil
	}
	x := make([]float32, e.model.Values())
	m.Floats(x)
	if dim == 2*e.model.Code {
		return finder.WithMirror(ctx, e.model, x)
	}
	return e.model.Encode(ctx, x)
}

// about is what an index keeps of it.
func (e *encoder) about(source, file string) (search.About, error) {
	prep, err := json.Marshal(e.prep())
	return search.About{Model: e.fingerprint(), Arch: e.arch(), Prep: string(prep), Source: source, ModelFile: file}, err
}

// space gives the space that codes of rows of a set are compared in: the
// finder's own or the one of a name, which is then fitted to the training rows
// that are among them.
func (e *encoder) space(ctx context.Context, name string, c finder.Codes, people []string, train []int) (search.Space, error) {
	switch {
	case name == "" && e.finder != nil:
		return e.finder.Space, nil
	case name == "", name == search.Euclidean{}.Name():
		return search.Euclidean{}, nil
	case name == search.Cosine{}.Name():
		return search.Cosine{}, nil
	case len(train) == 0:
		return nil, errors.New("the space is fitted to training pictures, of which none is indexed")
	}
	known := make([]string, len(train))
	for i, r := range train {
		known[i] = people[r]
	}
	s, err := c.FitSpace(ctx, name, train, known)
	if err != nil {
		return nil, err
	}
	return s, c.Calibrate(ctx, s, train, known, nil)
}
