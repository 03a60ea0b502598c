package gallery

import (
	"context"
	"errors"
	"fmt"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/encoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/models"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/search"
)

// Embedder turns pictures into codes. A model, a finder and an encoder from elsewhere are embedders.
type Embedder interface {
	// Fingerprint names the embedder by its contents: codes of two embedders do not
	// compare.
	Fingerprint() string
	// Arch is a model's architecture, "wide" for a finder, encoder.Arch for an encoder.
	Arch() string
	// Prep is how pictures are prepared for it.
	Prep() pix.Prep
	// Origin is what it was fitted to, nil where that is not known.
	Origin() *dataset.Origin
	// Codes encodes rows of a prepared set, for the space of a name or, where that
	// is "", for its own. Without rows it returns only how codes are laid out.
	Codes(ctx context.Context, set *faces.Set, rows []int, space string, report progress.Func) (finder.Codes, error)
	// Code encodes one prepared picture, as Codes does.
	Code(ctx context.Context, m *pix.Image, space string) ([]float32, error)
	// Space is its own space, nil where it has none.
	Space() search.Space
	// DefaultSpace is the name of the space for codes of pictures of the given
	// people, "" for its own.
	DefaultSpace(people []string) string
}

// NewModel returns a model with codes as an embedder. One without codes is an error.
func NewModel(m *autoencoder.Model) (Embedder, error) {
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	return &model{m, m.Fingerprint()}, nil
}

// NewFinder returns a finder as an embedder.
func NewFinder(f *finder.Finder) Embedder { return &describer{f, f.Fingerprint()} }

// OpenEmbedder opens a file that holds a model with codes, a finder or an encoder from elsewhere,
// or one that comes with the program under its name. How pictures are prepared for an encoder is
// guessed; see OpenEncoder.
func OpenEmbedder(path string) (Embedder, error) {
	if encoder.Is(path) {
		e, _, err := OpenEncoder(path, encoder.Wish{}, "")
		return e, err
	}
	file, err := models.Open(path)
	if err != nil {
		return nil, err
	}
	if file.Metadata["format"] == finder.Format {
		f, err := finder.FromFile(file)
		if err != nil {
			return nil, err
		}
		return NewFinder(f), nil
	}
	m, err := autoencoder.FromFile(file)
	if err != nil {
		return nil, err
	}
	e, err := NewModel(m)
	if err != nil {
		return nil, fmt.Errorf("%s is %w", path, err)
	}
	return e, nil
}

// Identify returns what a file says it is without reading its numbers: "model" or
// "finder", and its fingerprint. Files that are neither are an error.
func Identify(path string) (kind, fingerprint string, err error) {
	mapped := safetensors.Map
	if models.Is(path) {
		mapped = models.Open
	}
	file, err := mapped(path)
	if err != nil {
		return "", "", err
	}
	kinds := map[string]string{autoencoder.Format: "model", finder.Format: "finder"}
	kind, ok := kinds[file.Metadata["format"]]
	fingerprint = file.Metadata["fingerprint"]
	if err := file.Close(); err != nil {
		return "", "", err
	}
	switch {
	case !ok:
		return "", "", fmt.Errorf("%s is neither a model nor a finder", path)
	case fingerprint == "" && kind == "finder": // written before finders had this entry
		f, err := finder.Open(path)
		if err != nil {
			return "", "", err
		}
		fingerprint = f.Fingerprint()
	case fingerprint == "":
		return "", "", errors.New(path + ": the metadata have no fingerprint")
	}
	return kind, fingerprint, nil
}

// archWide is the architecture of a finder.
const archWide = "wide"

// defaultSpace returns the name of the space for codes of a length, of pictures of the given people: "" for a finder's own.
func defaultSpace(arch string, length int, people []string) string {
	if arch == archWide {
		return ""
	}
	name := finder.DefaultSpace(people, length)
	if arch == encoder.Arch && name == (search.Euclidean{}).Name() {
		return search.Cosine{}.Name()
	}
	return name
}

// model is the embedder of an autoencoder.
type model struct {
	m           *autoencoder.Model
	fingerprint string
}

func (e *model) Fingerprint() string { return e.fingerprint }
func (e *model) Arch() string        { return e.m.Arch }
func (e *model) Prep() pix.Prep      { return e.m.Prep }
func (e *model) Space() search.Space { return nil }

func (e *model) Origin() *dataset.Origin {
	if e.m.Training == nil {
		return nil
	}
	return &e.m.Training.Origin
}

func (e *model) DefaultSpace(people []string) string { return defaultSpace(e.Arch(), e.m.Code, people) }

func (e *model) Codes(ctx context.Context, set *faces.Set, rows []int, space string, report progress.Func) (finder.Codes, error) {
	c, err := finder.ModelCodes(ctx, e.m, set, rows, report)
	if !search.Mirrored(space) {
		c = c.Plain()
	}
	return c, err
}

func (e *model) Code(ctx context.Context, m *pix.Image, space string) ([]float32, error) {
	x := make([]float32, e.m.Values())
	m.Floats(x)
	if search.Mirrored(space) {
		return finder.WithMirror(ctx, e.m, x)
	}
	return e.m.Encode(ctx, x)
}

// describer is the embedder of a finder.
type describer struct {
	f           *finder.Finder
	fingerprint string
}

func (e *describer) Fingerprint() string          { return e.fingerprint }
func (e *describer) Arch() string                 { return archWide }
func (e *describer) Prep() pix.Prep               { return e.f.Describer.Prep }
func (e *describer) Space() search.Space          { return e.f.Space }
func (e *describer) DefaultSpace([]string) string { return defaultSpace(archWide, 0, nil) }

func (e *describer) Origin() *dataset.Origin {
	if e.f.Training == nil {
		return nil
	}
	return &e.f.Training.Origin
}

func (e *describer) Codes(ctx context.Context, set *faces.Set, rows []int, _ string, report progress.Func) (finder.Codes, error) {
	c, _, err := finder.Encode(ctx, e.f.Describer, set, rows, report)
	return c, err
}

func (e *describer) Code(_ context.Context, m *pix.Image, _ string) ([]float32, error) {
	code, _ := e.f.Describer.Describe(m)
	return code, nil
}
