package latent

import (
	"context"
	"fmt"
	"slices"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// EditOptions say how faces are changed.
type EditOptions struct {
	Wants []Want   `json:"wants"`          // at least one
	Hold  []string `json:"hold,omitempty"` // attributes whose scores stay unchanged
	// Steps is the number of frames from the face as it is to the changed one, both
	// included, at least 2.
	Steps int `json:"steps"`
	// Both begins at the opposite of the change.
	Both bool `json:"both,omitempty"`
	// Detail adds to each frame the part of the photograph that its code does not hold.
	// Large changes leave ghosts.
	Detail bool `json:"detail,omitempty"`

	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`
}

// Face is a picture in the size of a model, with the name that results call it by,
// such as its path.
type Face struct {
	Name    string
	Picture *pix.Image
}

// Editor makes one change to any number of faces. Names of attributes are resolved
// once, when it is made.
type Editor struct {
	Changes []Change
	Held    []*Direction
	Step    *Step
	// Notes name the changed directions that are known to do no better than chance.
	Notes progress.Notes

	model  *autoencoder.Model
	atlas  *Atlas
	judged []*Direction // those of the changes, and that of the step where it is another
	shares []float64    // of the step, one for each frame
	opt    EditOptions
}

// AsAWhole is the name of the direction of several changes together.
const AsAWhole = "the change as a whole"

// NewEditor prepares a change. It fails for attributes that the atlas has no direction
// for, for a change that the codes do not separate from what is held, and when the
// atlas is not of the model.
func NewEditor(m *autoencoder.Model, a *Atlas, opt EditOptions) (*Editor, error) {
	if opt.Steps < 2 {
		return nil, fmt.Errorf("%d steps, expected at least 2", opt.Steps)
	}
	if len(opt.Wants) == 0 {
		return nil, fmt.Errorf("no attribute to change")
	}
	if err := m.CheckCode(); err != nil {
		return nil, err
	}
	if err := a.CheckModel(m.Fingerprint()); err != nil {
		return nil, err
	}
	return newEditor(m, a, opt)
}

// newEditor is NewEditor for an atlas that is known to be of the model.
func newEditor(m *autoencoder.Model, a *Atlas, opt EditOptions) (*Editor, error) {
	e := &Editor{model: m, atlas: a, shares: shares(opt.Steps, opt.Both), opt: opt}
	var err error
	if e.Changes, err = a.Resolve(opt.Wants); err != nil {
		return nil, err
	}
	if e.Held, err = a.Find(opt.Hold); err != nil {
		return nil, err
	}
	if e.Step, err = a.Step(e.Changes, e.Held); err != nil {
		return nil, err
	}
	for _, c := range e.Changes {
		e.judged = append(e.judged, c.Direction)
		if v := c.Direction.Judged; v != nil && !v.HeldUp() {
			e.Notes.Warn("%s: judged by pixels, edits were no better than random steps: %.0f %% went the right way, of random steps %.0f %%", c.Direction.Name, 100*v.RightWay, 100*v.RandomWay)
		}
	}
	if len(e.Changes)+len(e.Held) > 1 {
		if d := a.Along(e.Step); d != nil {
			d.Name = AsAWhole
			e.judged = append(e.judged, d)
		}
	}
	return e, nil
}

// shares runs evenly from 0, or from -1, to 1.
func shares(steps int, both bool) []float64 {
	list := make([]float64, steps)
	for i := range list {
		a := float64(i) / float64(steps-1)
		if both {
			a = 2*a - 1
		}
		list[i] = a
	}
	return list
}

// EditResult describes a change and what it did to each face.
type EditResult struct {
	Model       string        `json:"model"` // path of the model; the caller's to set
	Changes     []NamedChange `json:"changes"`
	Held        []string      `json:"held"`
	Length      float64       `json:"length"`      // of the step, in standard deviations
	SideEffects []SideEffect  `json:"takes_along"` // side effects, the largest first
	Far         float64       `json:"far_from"`    // distance beyond which a code is far from the data
	Images      []EditedFace  `json:"images"`
	// Skipped are files without a usable picture and Files those that were written,
	// both the caller's to set.
	Skipped []faces.Skip `json:"skipped"`
	Files   []string     `json:"files"`

	// Judged are the directions that Beyond of a frame may name.
	Judged []*Direction `json:"-"`
}

// NamedChange is a Change with the name of its attribute.
type NamedChange struct {
	Name string  `json:"name"`
	By   float64 `json:"by"` // standard deviations
}

// EditedFace is the result for one face.
type EditedFace struct {
	Image    string      `json:"image"`  // its name
	Scores   []EditScore `json:"scores"` // one for each change
	Before   float64     `json:"distance_before"`
	Distance float64     `json:"distance_after"` // from the mean code, in standard deviations
	IsFar    bool        `json:"far"`            // the changed face is far from the data
	Frames   []EditFrame `json:"frames"`
}

// EditScore is the score of an attribute before and after.
type EditScore struct {
	Name   string  `json:"name"`
	Before float64 `json:"before"`
	After  float64 `json:"after"`
	Usual  Range   `json:"usual"` // of 99 % of the training codes
}

// EditFrame is one frame of a change.
type EditFrame struct {
	Share    float64 `json:"a"`        // of the change
	Distance float64 `json:"distance"` // from the mean code, in standard deviations
	IsFar    bool    `json:"far"`      // from the data, by distance or by a score
	// Beyond are the changed attributes with scores that training codes do not have,
	// or AsAWhole.
	Beyond []string `json:"beyond,omitempty"`

	Picture *pix.Image `json:"-"`
	Distant bool       `json:"-"` // far by distance
	Scores  []float64  `json:"-"` // one for each change
}

// Edit changes faces, which must have the size of the model's pictures.
func (e *Editor) Edit(ctx context.Context, list ...Face) (*EditResult, error) {
	ctx = parallel.WithThreads(ctx, e.opt.Threads)
	r := &EditResult{Held: []string{}, Length: e.Step.Length, SideEffects: e.Step.SideEffects, Far: e.atlas.Reach.Far, Judged: slices.Clone(e.judged)}
	for _, c := range e.Changes {
		r.Changes = append(r.Changes, NamedChange{c.Direction.Name, c.By})
	}
	for _, d := range e.Held {
		r.Held = append(r.Held, d.Name)
	}
	for i, f := range list {
		e.opt.Progress.Report("Changing faces", i, len(list))
		edited, err := e.face(ctx, f)
		if err != nil {
			return nil, err
		}
		r.Images = append(r.Images, edited)
	}
	return r, nil
}

// face changes one face.
func (e *Editor) face(ctx context.Context, f Face) (EditedFace, error) {
	x, err := floats(e.model, f)
	if err != nil {
		return EditedFace{}, err
	}
	code, err := e.model.Encode(ctx, x)
	if err != nil {
		return EditedFace{}, err
	}
	var lost []float32 // the part of the photograph that the code does not hold
	if e.opt.Detail {
		if lost, err = e.model.Decode(ctx, code); err != nil {
			return EditedFace{}, err
		}
		for i, v := range lost {
			lost[i] = x[i] - v
		}
	}
	out := EditedFace{Image: f.Name, Before: e.atlas.Whitening.Distance(code)}
	for k, c := range e.atlas.Walk(code, e.Step, e.shares) {
		frame := e.frame(c, e.shares[k])
		y, err := e.model.Decode(ctx, c)
		if err != nil {
			return EditedFace{}, err
		}
		for i, v := range lost {
			y[i] += v
		}
		frame.Picture = pix.FromFloats(y, e.model.Prep.W, e.model.Prep.H)
		out.Frames = append(out.Frames, frame)
	}
	end := out.Frames[len(out.Frames)-1]
	out.Distance, out.IsFar = end.Distance, end.IsFar
	white := e.atlas.Whitening.White(code)
	for i, c := range e.Changes {
		d := c.Direction
		out.Scores = append(out.Scores, EditScore{d.Name, d.Score(white), end.Scores[i], d.Usual})
	}
	return out, nil
}

// frame describes the frame of a code.
func (e *Editor) frame(code []float32, share float64) EditFrame {
	p := e.atlas.Place(code, e.judged...)
	f := EditFrame{Share: share, Distance: p.Distance, IsFar: p.Far(), Distant: p.Distant}
	for _, d := range p.Beyond {
		f.Beyond = append(f.Beyond, d.Name)
	}
	white := e.atlas.Whitening.White(code)
	for _, c := range e.Changes {
		f.Scores = append(f.Scores, c.Direction.Score(white))
	}
	return f
}

// floats returns the numbers of a face, and an error when it has another size than the
// model's pictures.
func floats(m *autoencoder.Model, f Face) ([]float32, error) {
	if f.Picture.W != m.Prep.W || f.Picture.H != m.Prep.H {
		return nil, fmt.Errorf("%s: a picture of %dx%d for a model of %dx%d", f.Name, f.Picture.W, f.Picture.H, m.Prep.W, m.Prep.H)
	}
	x := make([]float32, m.Values())
	f.Picture.Floats(x)
	return x, nil
}
