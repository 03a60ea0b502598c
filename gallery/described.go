package gallery

import (
	"context"
	"errors"

	"likeness/search/engine"
)

// Described is what is known of a collection of an engine.
type Described struct {
	Location string        `json:"location"`
	Engine   *engine.State `json:"engine"`
	// Published says that searches find something under the name; what follows is empty where they do not.
	Published  bool          `json:"published"`
	Digest     string        `json:"collection,omitempty"`
	Model      string        `json:"model,omitempty"`
	Arch       string        `json:"architecture,omitempty"`
	Space      string        `json:"space,omitempty"`
	Code       int           `json:"code,omitempty"`  // numbers in a code
	Point      int           `json:"point,omitempty"` // numbers in a point, which is what the engine compares
	Attributes []string      `json:"attributes,omitempty"`
	Parts      []engine.Part `json:"parts,omitempty"`
}

// Describe says what an engine has under its name, and how it is.
func Describe(ctx context.Context, e engine.Engine) (*Described, error) {
	d := &Described{Location: e.Location().String()}
	var err error
	if d.Engine, err = e.State(ctx); err != nil {
		return nil, err
	}
	c, err := e.Published(ctx)
	if errors.Is(err, engine.ErrNone) {
		return d, nil
	} else if err != nil {
		return nil, err
	}
	h := c.Header()
	d.Published, d.Model, d.Arch, d.Space, d.Code, d.Point, d.Attributes = true, h.Model, h.Arch, h.Space.Name(), h.Dim, h.Width, h.Attributes
	if d.Digest, err = h.Digest(); err != nil {
		return nil, err
	}
	d.Parts, err = c.Parts(ctx)
	return d, err
}
