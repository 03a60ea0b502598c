package web

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"likeness/faces"
	"likeness/latent"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/workspace"
)

// desks are the models that pages play with, each with its latent.Desk, as long as the workspace keeps the model.
type desks struct {
	lock     sync.Mutex
	kept     []*desk // the latest used last
	decoding atomic.Int64
}

type desk struct {
	model *workspace.Model
	seen  time.Time // when the workspace last said that this is the model of its name
	ready chan struct{}
	*latent.Desk
	err error
}

// mostDesks are kept, and used for a moment before the workspace is asked again whether the model is the same.
const (
	mostDesks  = 8
	deskMoment = time.Second
)

// recent returns a desk of a model that was asked for a moment ago; nil where there is none.
func (all *desks) recent(name string) *desk {
	all.lock.Lock()
	defer all.lock.Unlock()
	for _, one := range slices.Backward(all.kept) {
		if one.model.Name != name {
			continue
		}
		select {
		case <-one.ready:
			if one.err == nil && time.Since(one.seen) < deskMoment {
				return one
			}
		default:
		}
		return nil
	}
	return nil
}

// errNoAtlas means that nothing is known of a model's codes yet.
var errNoAtlas = errors.New("has no atlas yet: what its numbers do is not known")

// desk returns the desk of a model by the model's name, and lends it until release.
func (s *Server) desk(ctx context.Context, name string) (d *desk, release func(), err error) {
	if d := s.desks.recent(name); d != nil { // pages ask many times a second
		return d, func() {}, nil
	}
	m, let, err := s.work.Model(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			let()
		}
	}()
	if err := m.CheckCode(); err != nil {
		return nil, nil, bad(name + ": " + err.Error())
	}
	if m.Atlas == nil || m.Atlas.Atlas == nil {
		return nil, nil, fmt.Errorf("%s %w", name, errNoAtlas)
	}
	all := &s.desks
	all.lock.Lock()
	for i, one := range all.kept {
		if one.model == m {
			d = one
			all.kept = append(append(all.kept[:i:i], all.kept[i+1:]...), one)
		}
	}
	first := d == nil
	if !first {
		d.seen = time.Now()
	} else {
		d = &desk{model: m, seen: time.Now(), ready: make(chan struct{})}
		all.kept = append(all.kept, d)
		if len(all.kept) > mostDesks {
			all.kept = all.kept[1:]
		}
	}
	all.lock.Unlock()
	if first {
		d.err = s.guard(func() (err error) { d.Desk, err = latent.NewDesk(s.ctx, m.Model, m.Atlas.Atlas); return err })
		if d.err != nil { // the next one tries again
			all.lock.Lock()
			all.kept = slices.DeleteFunc(slices.Clone(all.kept), func(one *desk) bool { return one == d })
			all.lock.Unlock()
		}
		close(d.ready)
	}
	select {
	case <-d.ready:
		return d, let, d.err
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
}

// mostDecoding bounds the requests that wait for their pictures. They do not go through the queue: a desk decodes those
// that come at the same time together.
const mostDecoding = 1024

// decode runs what a desk decodes.
func (s *Server) decode(ctx context.Context, model string, work func(ctx context.Context, d *desk) error) error {
	if s.desks.decoding.Add(1) > mostDecoding {
		s.desks.decoding.Add(-1)
		return errFull
	}
	defer s.desks.decoding.Add(-1)
	d, release, err := s.desk(ctx, model)
	if err != nil {
		return err
	}
	defer release()
	return wrong(work(parallel.WithThreads(ctx, 1), d))
}

// wrong makes errors of what a request asks for of those that a desk returns: it has no others.
func wrong(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || statusOf(err) != http.StatusInternalServerError {
		return err
	}
	return bad(err.Error())
}

// painted is an answer of pictures: their pixels, three bytes each, one picture behind the other, and then v as JSON. So a page
// can show a picture without decoding one.
func painted(v any, pictures ...*pix.Image) (*rawAnswer, error) {
	var body []byte
	for _, m := range pictures {
		body = append(body, m.Pix...)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return &rawAnswer{"application/octet-stream", "no-store", append(body, text...)}, nil
}

// Playground is what a page needs to know to play with the faces of a model.
type Playground struct {
	Model string `json:"model"`
	// Known is false where nothing is known of the model's codes yet; all else is empty then.
	Known      bool               `json:"known"`
	Width      int                `json:"width"`
	Height     int                `json:"height"`
	Code       int                `json:"code"`
	Data       string             `json:"data"` // that the atlas was fitted to
	Distances  latent.Reach       `json:"distances"`
	Attributes []latent.Direction `json:"attributes"` // in the order of a face's scores
	Axes       []latent.Axis      `json:"axes"`       // by falling effect
	Components int                `json:"components"` // gaussians that new faces are drawn from; 0: one, by the covariance alone
}

// Start is a face to begin with.
type Start struct {
	Name string    `json:"name"`
	Code []float32 `json:"code"`
	// Picture is the photograph as the model sees it, three bytes a pixel; empty for a face that was not photographed.
	Picture []byte `json:"picture,omitempty"`
	// Path is that of the picture file, by which the program opens it, where it can.
	Path string `json:"path,omitempty"`
}

// startRequest names a face in one of several ways.
type startRequest struct {
	Model  string  `query:"model" required:"true" doc:"name of the model"`
	Upload string  `query:"upload" doc:"a picture that was sent"`
	Index  string  `query:"index" doc:"an index, with id"`
	ID     string  `query:"id" doc:"a member of the index"`
	Seed   string  `query:"seed" doc:"a new face: its seed"`
	Spread float64 `query:"spread" default:"1" minimum:"0" maximum:"4" doc:"how far from the middle new faces fall"`
	Number int     `query:"number" default:"1" minimum:"1" maximum:"4096" doc:"which of the faces of the seed, from 1"`
}

func (s *Server) addPlay(api huma.API) {
	huma.Register(api, huma.Operation{
		OperationID: "playground", Method: http.MethodGet, Path: "/api/play", Summary: "Say what can be done with the faces of a model",
	}, func(ctx context.Context, in *struct {
		Model string `query:"model" required:"true" doc:"name of the model"`
	}) (*answer[Playground], error) {
		d, release, err := s.desk(ctx, in.Model)
		if errors.Is(err, errNoAtlas) {
			return &answer[Playground]{Playground{Model: in.Model, Attributes: []latent.Direction{}, Axes: []latent.Axis{}}}, nil
		}
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		a := d.Atlas
		out := Playground{
			Model: in.Model, Known: true, Width: d.Model.Prep.W, Height: d.Model.Prep.H, Code: d.Model.Code, Data: a.Story.Data,
			Distances: a.Reach, Attributes: append([]latent.Direction{}, a.Directions...), Axes: d.Axes,
		}
		if a.Mixture != nil {
			out.Components = a.Mixture.Len()
		}
		return &answer[Playground]{out}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-start", Method: http.MethodGet, Path: "/api/play/start", Summary: "Return the code of a face",
		Description: "The face of a picture that was sent, of a member of an index, a new face by a seed, or else the mean face.",
	}, func(ctx context.Context, in *startRequest) (*answer[Start], error) {
		d, release, err := s.desk(ctx, in.Model)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		out, err := s.start(ctx, d, in)
		return &answer[Start]{out}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "play-fit", Method: http.MethodPost, Path: "/api/play/atlas", Summary: "Find what the numbers of a model do", DefaultStatus: http.StatusAccepted,
		Description: "Fits the atlas of a model to the pictures it was trained on, and writes it beside the model, as the verb directions does. It is done in the background.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Model string `json:"model" doc:"name of the model"`
		}
	}) (*answer[Task], error) {
		t, err := s.fitAtlas(ctx, in.Body.Model)
		return &answer[Task]{t}, s.problem(err)
	})
	s.addPlayPictures(api)
	s.addPlayFiles(api)
	s.addPlayCommand(api)
}

// face returns the face of a picture that was sent, or of a member of an index, as a preparation cuts it, without its code.
func (s *Server) face(ctx context.Context, prep pix.Prep, upload, index, id string) (Start, error) {
	if upload != "" {
		m, err := s.uploads.get(upload)
		if err != nil {
			return Start{}, err
		}
		cuts, err := faces.Cutter{Prep: prep, Framer: s.work.Framer(), Faces: faces.Largest}.Cut(ctx, m)
		if err != nil {
			return Start{}, err
		}
		return Start{Name: "your picture", Picture: cuts[0].Picture.Pix}, nil
	}
	g, release, err := s.work.Gallery(ctx, index)
	if err != nil {
		return Start{}, err
	}
	defer release()
	member, ok := g.Member(id)
	if !ok {
		return Start{}, fmt.Errorf("%s in %s: %w", id, index, workspace.ErrUnknown)
	}
	m, err := g.Cut(ctx, id, prep)
	if err != nil {
		return Start{}, err
	}
	return Start{Name: cmp.Or(member.Person, id), Picture: m.Pix, Path: s.relative(g.Path(id))}, nil
}

// start returns the face that a request names.
func (s *Server) start(ctx context.Context, d *desk, in *startRequest) (out Start, err error) {
	err = s.queue.do(ctx, func(ctx context.Context) error {
		switch {
		case in.Upload != "" || in.ID != "":
			if out, err = s.face(ctx, d.Model.Prep, in.Upload, in.Index, in.ID); err != nil {
				return err
			}
			picture := &pix.Image{W: d.Model.Prep.W, H: d.Model.Prep.H, Pix: out.Picture}
			out.Code, err = d.Encode(ctx, latent.Face{Name: out.Name, Picture: picture})
			return err
		case in.Seed != "":
			if math.IsNaN(in.Spread) {
				return bad("spread: expected a number")
			}
			seed, err := strconv.ParseUint(in.Seed, 10, 64)
			if err != nil {
				return bad(fmt.Sprintf("the seed %q: expected a whole number", in.Seed))
			}
			out = Start{Name: "new face " + in.Seed, Code: d.Draw(in.Number, in.Spread, seed)[in.Number-1]}
			return nil
		}
		out = Start{Name: "the mean face", Code: d.Mean()}
		return nil
	})
	return out, err
}

// fitAtlas begins to fit the atlas of a model, which is written beside the model.
func (s *Server) fitAtlas(ctx context.Context, name string) (Task, error) {
	m, release, err := s.work.Model(ctx, name)
	if err != nil {
		return Task{}, err
	}
	release()
	if err := m.CheckCode(); err != nil {
		return Task{}, bad(name + ": " + err.Error())
	}
	switch file, _ := s.work.File(name); {
	case file.BuiltIn:
		return Task{}, bad(name + " comes with the program: nothing is written beside it")
	case file.Kind == workspace.Checkpoint:
		return Task{}, bad(name + " is of a training that is not complete: its numbers still change")
	}
	return s.tasks.once("Finding what the numbers of "+name+" do", func(ctx context.Context, report progress.Func) (any, error) {
		fitted, err := latent.OpenOrFit(ctx, m.Model, latent.Source{Model: m.Path, Fresh: true, Mixture: true, Framer: s.work.Framer(), Progress: report})
		if err != nil {
			return nil, err
		}
		if err := fitted.Save(latent.Beside(m.Path)); err != nil {
			return nil, err
		}
		s.work.Forget(name)
		s.work.Refresh()
		return struct {
			Model string `json:"model"`
		}{name}, nil
	})
}
