package faces

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"likeness/parallel"
	"likeness/pix"
)

// Framer finds the faces in a picture. Package detect has one; several goroutines call it at once.
type Framer interface {
	// Frames returns the frame around each face, in any order; none where there is no face.
	Frames(ctx context.Context, m *pix.Image) ([]Found, error)
	// Fingerprint names the framer by its contents: another one may find other faces.
	Fingerprint() string
}

// Found is a face that a Framer has found. The zero value stands for a picture in which nobody looked for a face.
type Found struct {
	Frame pix.Frame `json:"frame"`
	Score float64   `json:"score"` // how sure that is, from 0 to 1
	// Marks are the face's landmarks, for the templates that need them; zero where they are not known. Sets and files do
	// not keep them.
	Marks pix.Marks `json:"-"`
}

// apply cuts the face as a preparation wants it.
func (f Found) apply(p pix.Prep, m *pix.Image) (*pix.Image, error) {
	if p.Template != "" && f.Marks != (pix.Marks{}) {
		return p.ApplyToMarks(m, f.Marks)
	}
	return p.ApplyTo(m, f.Frame)
}

// unmarked is the face as sets keep it.
func (f Found) unmarked() Found {
	f.Marks = pix.Marks{}
	return f
}

// Wanted says which of the faces in a picture are taken. The zero value is Largest.
type Wanted string

const (
	Largest Wanted = "largest" // the one with the largest frame
	All     Wanted = "all"     // each, from left to right
	None    Wanted = "none"    // nobody looks for faces: the largest centred square of a picture is taken
)

// Check returns what is wrong with the value.
func (w Wanted) Check() error {
	switch w {
	case "", Largest, All, None:
		return nil
	}
	return fmt.Errorf("the faces %q, expected largest, all or none", string(w))
}

// ErrNoFace means that a picture shows no face, as far as the framer finds.
var ErrNoFace = errors.New(noFace)

// NoFaceError says in which picture no face was found. It wraps ErrNoFace.
type NoFaceError struct{ Name string }

func (e *NoFaceError) Error() string { return e.Name + ": " + noFace }
func (*NoFaceError) Unwrap() error   { return ErrNoFace }

// noFace is also the reason of a Skip.
const noFace = "no face found"

// NoFace reports whether the file was passed over because no face was found in it.
func (s Skip) NoFace() bool { return s.Reason == noFace }

// Faceless returns the files among skips in which no face was found.
func Faceless(skips []Skip) []string {
	var names []string
	for _, s := range skips {
		if s.NoFace() {
			names = append(names, s.Name)
		}
	}
	return names
}

// Cutter prepares single pictures whose crop follows the face. Whatever is not LFW's archive goes this way, so that a
// face is cut alike in a set and in a query.
type Cutter struct {
	Prep pix.Prep
	// Framer finds the faces. Without one, pictures are prepared by Prep.Apply.
	Framer Framer
	Faces  Wanted
}

// Cut is a face that was cut from a picture.
type Cut struct {
	Picture *pix.Image
	Found       // zero where nobody looked for a face
	Of      int // how many faces the picture shows; 0 where nobody looked
}

// For returns the cutter with a preparation where it has none of its own.
func (c Cutter) For(p pix.Prep) Cutter {
	if c.Prep == (pix.Prep{}) {
		c.Prep = p
	}
	return c
}

// looks reports whether faces are looked for.
func (c Cutter) looks() bool { return c.Prep.FollowsFace() && c.Framer != nil && c.Faces != None }

// whole is how a picture is prepared in which nobody looks for faces.
func (c Cutter) whole() pix.Prep {
	if c.Faces == None && c.Prep.FollowsFace() {
		return c.Prep.Squared()
	}
	return c.Prep
}

// Open reads a picture file and cuts its faces; see Cut. A picture without a face is a *NoFaceError.
func (c Cutter) Open(ctx context.Context, path string) ([]Cut, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !c.looks() {
		m, err := c.whole().OpenContext(ctx, path)
		if err != nil {
			return nil, err
		}
		return []Cut{{Picture: m}}, nil
	}
	var cuts []Cut
	err := pix.WithPhoto(ctx, path, func(photo *pix.Photo) (err error) {
		cuts, err = c.Cut(ctx, photo.Image())
		return err
	})
	if errors.Is(err, ErrNoFace) {
		err = &NoFaceError{path}
	}
	return cuts, err
}

// OpenOne is Open for a caller that takes one face: the largest.
func (c Cutter) OpenOne(ctx context.Context, path string) (Cut, error) {
	if c.Faces != None {
		c.Faces = Largest
	}
	cuts, err := c.Open(ctx, path)
	if err != nil {
		return Cut{}, err
	}
	return cuts[0], nil
}

// Cut cuts the wanted faces of a picture. A picture without a face is an error that wraps ErrNoFace.
func (c Cutter) Cut(ctx context.Context, m *pix.Image) ([]Cut, error) {
	if !c.looks() {
		m, err := c.whole().Apply(m)
		if err != nil {
			return nil, err
		}
		return []Cut{{Picture: m}}, nil
	}
	found, err := c.Framer.Frames(ctx, m)
	if err != nil {
		return nil, err
	}
	of := len(found)
	if of == 0 {
		return nil, ErrNoFace
	}
	var cuts []Cut
	for _, f := range arrange(found, c.Faces) {
		picture, err := f.apply(c.Prep, m)
		if err != nil {
			return nil, err
		}
		cuts = append(cuts, Cut{picture, f.unmarked(), of})
	}
	return cuts, nil
}

// arrange returns the wanted faces, from left to right.
func arrange(found []Found, wanted Wanted) []Found {
	found = slices.Clone(found)
	slices.SortStableFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(a.Frame.X, b.Frame.X), cmp.Compare(a.Frame.Y, b.Frame.Y))
	})
	if wanted == All || len(found) < 2 {
		return found
	}
	return []Found{slices.MaxFunc(found, func(a, b Found) int { return cmp.Compare(a.Frame.Side, b.Frame.Side) })}
}

// portrait is how much larger a face must be than the next one in its picture for the folder's name to be the name of that
// face: a portrait with people in the background. Of people side by side the name says nothing.
const portrait = 1.5

// bearer returns which of the faces of one file bears its person's name, or -1.
func bearer(found []Found) int {
	best, next := 0, 0.0
	for i, f := range found {
		if f.Frame.Side > found[best].Frame.Side {
			best = i
		}
	}
	for i, f := range found {
		if i != best {
			next = max(next, f.Frame.Side)
		}
	}
	if found[best].Frame.Side >= portrait*next {
		return best
	}
	return -1
}

// oneThread is the context for a framer that many workers call at once.
func oneThread(ctx context.Context) context.Context { return parallel.WithThreads(ctx, 1) }
