package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/models"
	"likeness/pix"
	"likeness/progress"
	"likeness/workspace"
)

// scores are the evaluations that were made, by model, as long as the workspace keeps the model.
type scores struct {
	lock sync.Mutex
	kept map[*workspace.Model]*evaluation.Score
}

// ModelFacts are what is known of a model: the program's summary and, of one that comes with the program, its card.
type ModelFacts struct {
	autoencoder.Info
	Kind  workspace.Kind `json:"kind"`
	Data  string         `json:"data,omitempty"`  // of a finder: what it was fitted to
	Space string         `json:"space,omitempty"` // of a finder
	Card  string         `json:"card,omitempty"`
	Atlas bool           `json:"atlas"` // what its numbers do is known
	// Checkpoint marks a training that is not complete.
	Checkpoint bool              `json:"checkpoint"`
	Speed      float64           `json:"images_per_second,omitempty"` // of the training
	Score      *evaluation.Score `json:"score,omitempty"`             // where it was measured, with what it says
	Verdict    string            `json:"verdict,omitempty"`
	Can        []Ability         `json:"can"`
}

// Ability is what can be done with a model: with a verb, and on a page.
type Ability struct {
	What string `json:"what"`
	Line string `json:"line"`           // an example for a terminal
	Page string `json:"page,omitempty"` // where a page does it
}

func (s *Server) addModel(api huma.API) {
	type named struct {
		Model string `query:"model" required:"true" doc:"name of the model"`
	}
	huma.Register(api, huma.Operation{
		OperationID: "model", Method: http.MethodGet, Path: "/api/model", Summary: "Describe a model",
	}, func(ctx context.Context, in *named) (*answer[ModelFacts], error) {
		if f, ok := s.work.File(in.Model); ok && f.Problem == "" && (f.Kind == workspace.FinderFile || f.Kind == workspace.Detector) {
			return &answer[ModelFacts]{otherFacts(f)}, nil
		}
		m, release, err := s.work.Model(ctx, in.Model)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		return &answer[ModelFacts]{s.modelFacts(m)}, nil
	})
	huma.Register(api, huma.Operation{
		OperationID: "model-filters", Method: http.MethodGet, Path: "/api/model/filters", Summary: "Show the filters of a model as pictures",
	}, func(ctx context.Context, in *named) (*answer[[]autoencoder.Tiles], error) {
		m, release, err := s.work.Model(ctx, in.Model)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		var list []autoencoder.Tiles
		err = s.queue.do(ctx, func(context.Context) error { list = m.Filters(); return nil })
		return &answer[[]autoencoder.Tiles]{list}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "model-activations", Method: http.MethodGet, Path: "/api/model/activations", Summary: "Show what each layer makes of a face",
		Description: "The face of a picture that was sent, of a member of an index, or else a drawn face.",
	}, func(ctx context.Context, in *struct {
		Model  string `query:"model" required:"true" doc:"name of the model"`
		Upload string `query:"upload" doc:"a picture that was sent"`
		Index  string `query:"index" doc:"an index, with id"`
		ID     string `query:"id" doc:"a member of the index"`
		Drawn  int    `query:"drawn" minimum:"0" maximum:"999" doc:"which drawn face"`
	}) (*answer[[]autoencoder.Tiles], error) {
		m, release, err := s.work.Model(ctx, in.Model)
		if err != nil {
			return nil, s.problem(err)
		}
		defer release()
		var list []autoencoder.Tiles
		err = s.queue.do(ctx, func(ctx context.Context) error {
			var picture *pix.Image
			if in.Upload == "" && in.ID == "" {
				picture, err = drawnFace(m.Prep, in.Drawn)
			} else {
				var known Start
				known, err = s.face(ctx, m.Prep, in.Upload, in.Index, in.ID)
				picture = &pix.Image{W: m.Prep.W, H: m.Prep.H, Pix: known.Picture}
			}
			if err != nil {
				return err
			}
			list, err = m.Activations(ctx, picture)
			return err
		})
		return &answer[[]autoencoder.Tiles]{list}, s.problem(err)
	})
	huma.Register(api, huma.Operation{
		OperationID: "model-score", Method: http.MethodPost, Path: "/api/model/score", Summary: "Measure a model beside what needs no training", DefaultStatus: http.StatusAccepted,
		Description: "It is the verb eval, in the background. It needs the pictures that the model was trained on. The task's result is the score, which the model's facts have from then on.",
	}, func(ctx context.Context, in *struct {
		Body struct {
			Model string `json:"model" doc:"name of the model"`
		}
	}) (*answer[Task], error) {
		t, err := s.score(ctx, in.Body.Model)
		return &answer[Task]{t}, s.problem(err)
	})
}

// score begins to measure a model. What was measured before is not measured again.
func (s *Server) score(ctx context.Context, name string) (Task, error) {
	m, release, err := s.work.Model(ctx, name)
	if err != nil {
		return Task{}, err
	}
	release()
	return s.tasks.once("Measuring "+name, func(ctx context.Context, report progress.Func) (any, error) {
		if known := s.scores.of(m); known != nil {
			return known, nil
		}
		opt := faces.Options{Framer: s.work.Framer(), Progress: report}
		data, err := m.Pictures(ctx, m.Path, dataset.Name{}, opt)
		if err != nil {
			return nil, err
		}
		score, err := evaluation.Evaluate(ctx, m.Model, data, evaluation.Options{Model: name, Learned: opt, Progress: report})
		if err != nil {
			return nil, err
		}
		s.scores.keep(m, score)
		return score, nil
	})
}

// mostScores are kept.
const mostScores = 32

func (k *scores) of(m *workspace.Model) *evaluation.Score {
	k.lock.Lock()
	defer k.lock.Unlock()
	return k.kept[m]
}

func (k *scores) keep(m *workspace.Model, score *evaluation.Score) {
	k.lock.Lock()
	defer k.lock.Unlock()
	if k.kept == nil || len(k.kept) >= mostScores {
		k.kept = map[*workspace.Model]*evaluation.Score{}
	}
	k.kept[m] = score
}

// modelFacts describes a model.
func (s *Server) modelFacts(m *workspace.Model) ModelFacts {
	f, _ := s.work.File(m.Name)
	out := ModelFacts{
		Info: m.Info(m.Name), Kind: f.Kind, Atlas: m.Atlas != nil && m.Atlas.Atlas != nil, Checkpoint: f.Kind == workspace.Checkpoint,
		Score: s.scores.of(m), Can: abilities(m),
	}
	if m.Training != nil {
		out.Speed = m.Training.ImagesPerSecond()
	}
	if out.Score != nil && out.Score.Verdict != nil {
		out.Verdict = out.Score.Verdict.String()
	}
	if f.BuiltIn {
		out.Card, _ = models.Card(m.Name) // a build without it shows none
	}
	return out
}

// otherFacts describes a finder or a detector, whose layers are not shown.
func otherFacts(f workspace.File) ModelFacts {
	out := ModelFacts{Info: autoencoder.Info{Model: f.Name, Fingerprint: f.Fingerprint}, Kind: f.Kind, Data: f.Data, Space: f.Space}
	if f.BuiltIn {
		out.Card, _ = models.Card(f.Name) // a build without it shows none
	}
	name := fileWord(f.Name)
	if f.Kind == workspace.Detector {
		out.Can = []Ability{{"Find the faces in photographs, before anything else looks at them", commandLine("align", "party.jpg"), "/search"}}
		return out
	}
	out.Can = []Ability{
		{"Describe the faces of a folder, for searching", commandLine("index", name, "portraits/"), "/search"},
		{"Say how likely two pictures show one person", commandLine("same", "--finder", name, "me.jpg", "you.jpg"), ""},
		{"Sort a folder by who is in it", commandLine("cluster", "--finder", name, "portraits/"), "/people"},
		{"Straighten faces", commandLine("align", name, "me.jpg"), ""},
	}
	return out
}

// abilities returns what can be done with a model.
func abilities(m *workspace.Model) []Ability {
	name := fileWord(m.Name)
	line := func(arguments ...string) string { return commandLine(arguments...) }
	if m.CheckCode() != nil {
		return []Ability{
			{"Take the noise away from pictures of any size", line("denoise", name, "old.jpg"), ""},
			{"Measure it beside the Wiener filter", line("eval", name), ""},
		}
	}
	list := []Ability{
		{"Pull a face by its numbers, and by attributes such as a smile", line("edit", name, "me.jpg", "--more", "Smiling"), "/play"},
		{"Turn one face into another", line("morph", name, "me.jpg", "you.jpg", "--path", "likely"), "/play?view=morph"},
		{"Make new faces, of nobody", line("sample", name), "/play?view=sheet"},
		{"See what a code keeps of a picture", line("reconstruct", name, "me.jpg"), ""},
		{"Search by its codes", line("index", name, "portraits/"), "/search"},
		{"Measure it beside exact PCA", line("eval", name), ""},
	}
	if m.Training != nil && m.Training.Task == autoencoder.Denoise {
		list = append([]Ability{{"Take the noise away from pictures of its size", line("denoise", name, "old.jpg"), ""}}, list...)
	}
	return list
}

// drawnFace returns a drawn face as a preparation cuts it.
func drawnFace(prep pix.Prep, number int) (*pix.Image, error) {
	people := drawn.People(drawn.Options{People: number + 1, PerPerson: 1})
	shot := people[number].Shot(1)
	m, err := prep.Apply(pix.FromImage(drawn.Draw(&people[number], &shot)))
	if err != nil {
		return nil, fmt.Errorf("a drawn face: %w", err)
	}
	return m, nil
}
